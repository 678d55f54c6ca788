"""``sources:`` → Source values: keys from addresses, files inside the directory, secrets."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from aggregator.config.document import Entry, Node
from aggregator.config.environment import Surroundings, secret
from aggregator.config.read import locate, nearest, read, texts
from aggregator.config.shapes import AuthShape, SourceShape
from aggregator.errors import Problem
from aggregator.model import Source, has_secret

# Words that say "this is a feed", not whose; without them keys stay short and readable.
_SAYS_NOTHING = frozenset(
    {"www", "rss", "rss2", "feed", "feeds", "atom", "rdf", "xml", "json", "index"}
)
_TOLD = (
    "has a secret after its '?', and the key that is made of the address is shown to everybody: "
    "give this source one of its own, such as 'key: {}' beside 'url:'"
)
_NAMING = ("key", "url", "file")
"""What a source's key is, or is made of."""
_ID = re.compile("[a-z2-7]{26}")


def default_key(url: str) -> str:
    """Return the key of a source that was given none. Never change this rule: articles' ids
    are made with the key.

    >>> default_key("https://feeds.bbci.co.uk/news/world/rss.xml")
    'bbci-co-uk-news-world'
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.isascii():
        host = host.encode("idna").decode()
    rest = unquote(f"{parts.path} {parts.query}").lower()
    words = re.findall("[a-z0-9]+", f"{host} {rest}")
    key = "-".join(word for word in words if word not in _SAYS_NOTHING) or "-".join(words) or "feed"
    if len(key) > 64:
        key = f"{key[:55]}-{hashlib.blake2b(url.encode(), digest_size=4).hexdigest()}"
    return key


def plain_key(url: str) -> str:
    """Return a key for a source whose default one would show a secret."""
    return default_key(url.partition("?")[0])


def read_sources(
    nodes: list[Node], topics: Collection[str], around: Surroundings
) -> tuple[tuple[Source, ...], frozenset[str] | None]:
    """Return the sources that are right, and the keys of all; ``topics``: the slugs that exist.

    Where the key of a source with mistakes can't be told, nobody can say what refers to nothing:
    then there are no keys.
    """
    found: dict[str, tuple[Node, Source]] = {}
    wrong: set[str | None] = set()
    for node in nodes:
        before = len(around.problems)
        source = _source(node, topics, around)
        if source is None:
            wrong.add(_key(node, around.problems[before:]))
            continue
        if first := found.get(source.key):
            around.problems.append(_same_key(node, source, *first))
        else:
            found[source.key] = node, source
    keys = None if None in wrong else frozenset(found) | frozenset(filter(None, wrong))
    if keys is not None:
        _check_strangers(found, keys, around)
    return tuple(source for _, source in found.values()), keys


def _key(node: Node, wrong: Collection[Problem]) -> str | None:
    """Return the key that a source will have when its mistakes are mended, if they leave no doubt.

    An unknown key may be meant for 'key:'.
    """
    at = {re.split(r"[.\[]", one.path.removeprefix(f"{node.path}."))[0] for one in wrong}
    said = {name: [str(text.value).strip() for text in texts(node, name)] for name in _NAMING}
    if said["key"] and "key" not in at:
        return said["key"][0]
    if at & set(_NAMING) or at - set(SourceShape.known()):
        return None
    addresses = said["url"] + [f"file:///{path}" for path in said["file"]]
    return default_key(addresses[0]) if addresses else None


def _check_strangers(
    found: dict[str, tuple[Node, Source]], keys: Collection[str], around: Surroundings
) -> None:
    """Every source that another one keeps apart from must be there, and be another one.

    Articles and stories, which may be named as well, are known to the database only.
    """
    for key, (node, _) in found.items():
        for other in texts(node, "never_with"):
            name = str(other.value).strip()
            if name == key:
                message = f"'{name}' is this source itself: delete it"
                around.problems.append(other.problem(message))
            elif name not in keys and not _ID.fullmatch(name):
                around.problems.append(no_such("source", name, keys, other))


def topics_given(nodes: list[Node]) -> set[str]:
    """Return the topics that sources give to all their articles."""
    return {str(topic.value).strip() for node in nodes for topic in texts(node, "topics")}


def _source(node: Node, topics: Collection[str], around: Surroundings) -> Source | None:
    if isinstance(node.value, str):  # a URL is enough
        address = Entry(node, node)
        node = replace(node, value={"url": address})
    shape = read(SourceShape, node, around.problems)
    for topic in texts(node, "topics"):
        if topic.value not in topics:
            around.problems.append(no_such("topic", str(topic.value), topics, topic))
    if shape is None:
        return None
    url = shape.url or _file_address(locate(node, "file"), around)
    if shape.key is None and has_secret(url):
        around.problems.append(locate(node, "url").problem(_TOLD.format(plain_key(url))))
        return None  # its default key would be told by other problems
    return Source(
        key=shape.key or default_key(shape.url or f"file:///{shape.file}"),
        url=url,
        name=shape.name,
        topics=shape.topics,
        every=shape.every,
        language=shape.language,
        headers=tuple(shape.headers.items()),
        auth=read_auth(shape.auth, locate(node, "auth"), around),
        proxy=shape.proxy,
        allow_private=shape.allow_private,
        never_with=shape.never_with,
    )


def _file_address(node: Node, around: Surroundings) -> str:
    """Return the file: address of a feed on disk, which must stand in the directory.

    The configuration may come from someone who may not read every file of this machine.
    """
    top = around.directory.resolve()
    path = (top / str(node.value)).resolve()
    if not path.is_relative_to(top) or path == top:
        around.problems.append(node.problem("must be a file inside the configuration's directory"))
    return path.as_uri()


def _same_key(node: Node, source: Source, first: Node, same: Source) -> Problem:
    place = f"{first.file}:{first.line}"
    # What is wrong with the configuration is shown on a page.
    url, other = (
        one.url.partition("?")[0] if has_secret(one.url) else one.url for one in (source, same)
    )
    if source.url == same.url:
        return node.problem(f"{url} is already listed in {place}: keep one of them")
    message = f"{url} has the key '{source.key}', as has {other} in {place}"
    return locate(node, "key").problem(f"{message}: give one of them another 'key:'")


def read_auth(shape: AuthShape | None, node: Node, around: Surroundings) -> tuple[str, str] | None:
    """Return user and password; None if there are none, or after adding a problem."""
    password = shape and secret(node, "password", around)
    return (shape.user, password) if shape and password else None


def no_such(kind: str, name: str, known: Collection[str], place: Node, at: int = 0) -> Problem:
    hint = nearest(name, known)
    advice = f"did you mean '{hint}'?" if hint else f"add it under '{kind}s:'"
    return place.problem(f"there is no {kind} '{name}', {advice}", at)
