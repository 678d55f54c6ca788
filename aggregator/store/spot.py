"""Where an article stands in a list of the newest, and the cursor that tells it to a browser."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Self

from aggregator.errors import UsageError
from aggregator.store.dialect import microseconds, moment


class Spot(NamedTuple):
    """Where an article stands; newest first is their falling order."""

    listed: datetime
    id: str

    @property
    def cursor(self) -> str:
        """The cursor to what stands after it."""
        return f"{microseconds(self.listed)}.{self.id}"

    @classmethod
    def of(cls, cursor: str) -> Self:
        """Return the spot after which a cursor goes on; raises UsageError for one that is none."""
        number, _, id_ = cursor.partition(".")
        try:
            if id_.isascii() and id_.isalnum():
                return cls(moment(int(number)), id_)
        except (ValueError, OverflowError):
            pass  # not a number, or not one of a year that there is
        raise UsageError("this is no address of older articles; begin again at the first page")
