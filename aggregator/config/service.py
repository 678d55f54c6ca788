"""``service:`` and the environment → Service; refuses to listen openly by accident."""

from __future__ import annotations

from ipaddress import ip_address

from aggregator.config.document import Entry, Node
from aggregator.config.environment import Surroundings, overlay
from aggregator.config.read import locate, read
from aggregator.config.shapes import ServiceShape
from aggregator.config.sources import read_auth
from aggregator.config.values import Fetch, Parse, Poll, Service

_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  compared with, not bound to


def read_service(entries: dict[str, Entry], around: Surroundings) -> Service:
    """Return the service's values; the defaults where something is wrong."""
    entries = overlay(entries, around)
    is_open = "auth" in entries and entries["auth"].value.value == "none"
    if is_open:
        entries = {name: entry for name, entry in entries.items() if name != "auth"}
    node = Node("service", 0, 0, "service", entries)
    shape = read(ServiceShape, node, around.problems)
    if shape is None:
        return Service()
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
        auth=read_auth(shape.auth, locate(node, "auth"), around),
        poll=Poll(**dict(shape.poll)),
        fetch=Fetch(**dict(shape.fetch)),
        parse=Parse(**dict(shape.parse)),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def _address(host: str, port: int) -> str:
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
