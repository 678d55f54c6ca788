"""``service:`` and the environment → Service; refuses to listen openly by accident."""

from __future__ import annotations

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from aggregator.config.document import Entry, Node
from aggregator.config.environment import Surroundings, overlay
from aggregator.config.read import locate, read, texts
from aggregator.config.shapes import ServiceShape
from aggregator.config.sources import no_such, read_auth
from aggregator.config.values import Fetch, Parse, Poll, Retention, Service

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound to


def read_service(
    entries: dict[str, Entry], sources: Collection[str] | None, around: Surroundings
) -> Service:
    """Return the service's values; the defaults where something is wrong.

    sources: the keys that there are (None: unknown).
    """
    entries = overlay(entries, around)
    is_open = "auth" in entries and entries["auth"].value.value == "none"
    if is_open:
        entries = {name: entry for name, entry in entries.items() if name != "auth"}
    node = Node("service", 0, 0, "service", entries)
    shape = read(ServiceShape, node, around.problems)
    _check_preferred(node, sources, around)
    if shape is None:
        return Service()
    _check_hub(shape, node, around)
    if not (is_open or shape.auth or _is_loopback(shape.host)):
        message = (
            f"listening at {shape.host} lets others in: add 'auth:' with a user and password, "
            "or 'auth: none' if everybody who reaches it may read"
        )
        around.problems.append(locate(node, "host").problem(message))
    return Service(
        database=shape.database,
        host=shape.host,
        port=shape.port,
        base_url=shape.base_url or _address(shape.host, shape.port),
        title=shape.title,
        contact=shape.contact,
        timezone=shape.timezone,
        hub=shape.hub,
        prefer=shape.prefer,
        auth=read_auth(shape.auth, locate(node, "auth"), around),
        poll=Poll(**dict(shape.poll)),
        fetch=Fetch(**dict(shape.fetch)),
        parse=Parse(**dict(shape.parse)),
        retention=Retention(**dict(shape.retention)),
    )


def _check_preferred(node: Node, sources: Collection[str] | None, around: Surroundings) -> None:
    for preferred in texts(node, "prefer"):
        name = str(preferred.value).strip()
        if sources is not None and name not in sources:
            around.problems.append(no_such("source", name, sources, preferred))


def _check_hub(shape: ServiceShape, node: Node, around: Surroundings) -> None:
    """Refuse a hub that would never be asked. Where a name leads is not known here."""
    name = urlsplit(shape.hub or "").hostname or ""
    try:
        address = ip_address("127.0.0.1" if _is_loopback(name) else name)
    except ValueError:
        return
    allowed = any(address in network for network in shape.fetch.allow_private)
    if not (address.is_global or allowed):
        message = (
            f"{name} is a private address, where nobody is asked: name a public hub, "
            "or list its network in 'fetch: {allow_private: […]}'"
        )
        around.problems.append(locate(node, "hub").problem(message))


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _address(host: str, port: int) -> str:
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
