"""One step on the way from a source's address to its feed: what is known of it. Asks nobody."""

from __future__ import annotations

from dataclasses import dataclass

from aggregator.fetch import answer
from aggregator.fetch.address import Address


@dataclass(frozen=True, slots=True)
class Hop:
    """One request on the way from a source's address to its feed.

    home: the source's own address, as it is configured.
    own_origin: never left its scheme, host and port: the source's headers and auth may go along.
    redirects: the statuses that led here.
    """

    address: Address
    home: Address
    own_origin: bool
    redirects: tuple[int, ...] = ()

    @property
    def own_host(self) -> bool:
        """Whether this is the source's own host, so that its ``allow_private`` counts."""
        return self.address.host == self.home.host

    @property
    def moved_to(self) -> str | None:
        """The address of now, if the one before it is to be changed for good.

        None where headers and auth were left behind on the way to where they would be sent.
        """
        strayed = not self.own_origin and self.address.origin == self.home.origin
        return self.address.url if answer.moved(self.redirects) and not strayed else None

    def then(self, address: Address, status: int) -> Hop:
        """The next hop. Headers and auth that were dropped stay dropped on the way back."""
        own = self.own_origin and address.origin == self.home.origin
        return Hop(address, self.home, own, (*self.redirects, status))


@dataclass(frozen=True, slots=True)
class Redirect:
    status: int
    location: str
