"""One YAML document → values that know their place; what the keys mean is not known here.

Every scalar is read as the text it looks like (``no``, ``on``, ``1:30``, ``1.10``, ``2024-01-01``);
the key that wants a number or a truth value turns the text into one (``types``). Only an empty
value, ``~`` and ``null`` are read as "nothing". So none of YAML 1.1's surprises can happen.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import yaml

from aggregator.errors import Problem

MAX_BYTES = 16_000_000
MAX_DEPTH = 16
MAX_ALIASED = 10_000
"""How many values the aliases (``*name``) of one document may add: a bomb adds billions."""

_NOTHING = {"", "~", "null", "Null", "NULL"}
_TAGS = {None, "!", *(f"tag:yaml.org,2002:{name}" for name in ("str", "seq", "map"))}
# YAML 1.2 §5.1: everything else must be escaped.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# What libyaml says → (what to tell the operator, does its context mark say where it began).
_SYNTAX = {
    "did not find expected ',' or ']'": ("this '[' is not closed by a ']'", True),
    "did not find expected ',' or '}'": ("this '{' is not closed by a '}'", True),
    "found unexpected end of stream": ("this quoted text has no closing quote", True),
    "mapping values are not allowed in this context": (
        "a ':' can't stand here: check the indentation, or put text that contains ': ' in quotes",
        False,
    ),
    "block sequence entries are not allowed in this context": (
        "a list can't begin here: put each '- ' on a line of its own",
        False,
    ),
    "did not find expected '-' indicator": (
        "expected a '- ' like the other lines of this list: check the indentation",
        False,
    ),
    "did not find expected key": (
        "expected 'key: value' here: check the indentation and the quotes before it",
        False,
    ),
    "did not find expected node content": ("a value is missing here", False),
    "found unknown escape character": (
        "unknown escape: use single quotes around text with a backslash",
        False,
    ),
    "found invalid Unicode character escape code": ("this escape is no character", False),
}
_VALUES = (yaml.ScalarEvent, yaml.SequenceStartEvent, yaml.MappingStartEvent)
_CANNOT_START = "found character that cannot start any token"


class Entry(NamedTuple):
    """One ``key: value`` of a mapping."""

    key: Node
    value: Node


@dataclass(frozen=True, slots=True)
class Node:
    """A value, where it stands (line and column from 1) and how to call it (``path``)."""

    file: str
    line: int
    column: int
    path: str
    value: str | list[Node] | dict[str, Entry] | None
    inset: int | None = None
    """Columns from the node to the first character of its text; None if it isn't on one line."""

    def problem(self, message: str, at: int = 0) -> Problem:
        """Say what is wrong with this value; ``at``: from which of its characters on."""
        shift = 0 if self.inset is None or not at else self.inset + at
        return Problem(self.file, self.line, self.column + shift, self.path, message)


def read_document(file: str, body: bytes) -> tuple[Node | None, tuple[Problem, ...]]:
    """Return the top mapping of a document (None: nothing in it, or broken) and what is wrong.

    After a wrong syntax nothing more can be read; of doubled keys all are reported.
    """
    reader = _Reader(file)
    try:
        return reader.document(_text(file, body)), tuple(reader.problems)
    except _Broken as broken:
        return None, (*reader.problems, broken.problem)


class _Broken(Exception):
    """Nothing after this place can be read."""

    def __init__(self, file: str, line: int, column: int, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(file, line, column, "", message)


def _text(file: str, body: bytes) -> str:
    if len(body) > MAX_BYTES:
        message = f"has more than {MAX_BYTES:,} bytes: split the file"
        raise _Broken(file, 1, 1, message)
    if body.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _Broken(file, 1, 1, "is saved as UTF-16: save it as UTF-8")
    body = body.removeprefix(codecs.BOM_UTF8)
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        line, column = _end(body[: error.start].decode())
        raise _Broken(file, line, column, "is not UTF-8 from here on: save it as UTF-8") from None
    if bad := _UNPRINTABLE.search(text):
        line, column = _end(text[: bad.start()])
        message = f"contains the control character U+{ord(bad[0]):04X}: delete it"
        raise _Broken(file, line, column, message)
    return text


def _end(text: str) -> tuple[int, int]:
    """Return the place (from 1) that comes after ``text``."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


class _Reader:
    """Builds nodes from libyaml's events, so that depth and aliases are limited as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._read = 0
        self._aliased = 0

    def document(self, text: str) -> Node | None:
        events = yaml.parse(text, Loader=yaml.CSafeLoader)
        try:
            top = self._top(events)
        except yaml.MarkedYAMLError as error:
            raise _syntax(self.file, text, error) from None
        if top is None or top.value is None:
            return None
        if not isinstance(top.value, dict):
            what = "a list" if isinstance(top.value, list) else "text"
            message = f"a file holds keys such as 'sources:' or 'topics:', but this one is {what}"
            raise _Broken(self.file, top.line, top.column, message)
        return top

    def _top(self, events: Iterator[yaml.Event]) -> Node | None:
        top = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if top is not None:
                    raise self._broken(event, "a second document: delete the '---'")
                top = self._node(next(events), events, "", 0)
        return top

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], path: str, depth: int) -> Node:
        if not isinstance(event, _VALUES):
            return self._alias(event)
        if depth > MAX_DEPTH:
            raise self._broken(event, f"is nested more than {MAX_DEPTH} levels deep")
        if event.tag not in _TAGS:
            tag = str(event.tag).replace("tag:yaml.org,2002:", "!!")
            raise self._broken(event, f"the YAML tag '{tag}' is not allowed: delete it")
        before = self._read + self._aliased
        self._read += 1
        value: str | list[Node] | dict[str, Entry] | None
        inset = None
        if isinstance(event, yaml.ScalarEvent):
            value = None if not event.style and event.value in _NOTHING else event.value
            if event.style not in ("|", ">"):
                inset = 1 if event.style else 0
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(events, path, depth)
        else:
            value = self._mapping(events, path, depth)
        node = Node(self.file, *_place(event), path, value, inset)
        if event.anchor:
            self._anchors[event.anchor] = node, self._read + self._aliased - before
        return node

    def _sequence(self, events: Iterator[yaml.Event], path: str, depth: int) -> list[Node]:
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, f"{path}[{len(items)}]", depth + 1))
        return items

    def _mapping(self, events: Iterator[yaml.Event], path: str, depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._broken(event, "a key must be one word")
            inner = f"{path}.{event.value}" if path else event.value
            key = Node(self.file, *_place(event), inner, event.value, 0)
            entry = Entry(key, self._node(next(events), events, inner, depth + 1))
            if first := entries.get(event.value):
                message = f"stands here a second time; the first is in line {first.key.line}"
                self.problems.append(key.problem(message))
            else:
                entries[event.value] = entry
        return entries

    def _alias(self, event: yaml.Event) -> Node:
        assert isinstance(event, yaml.AliasEvent)  # noqa: S101  nothing else is left
        name = str(event.anchor)
        if name not in self._anchors:
            message = f"'*{name}' refers to nothing before it; put text with a * in quotes"
            raise self._broken(event, message)
        node, size = self._anchors[name]
        self._aliased += size
        if self._aliased > MAX_ALIASED:
            message = f"aliases (*name) add more than {MAX_ALIASED:,} values: write them out"
            raise self._broken(event, message)
        return node

    def _broken(self, event: yaml.Event, message: str) -> _Broken:
        return _Broken(self.file, *_place(event), message)


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    assert mark is not None  # noqa: S101  libyaml marks every event
    return mark.line + 1, mark.column + 1


def _syntax(file: str, text: str, error: yaml.MarkedYAMLError) -> _Broken:
    mark, problem = error.problem_mark, str(error.problem)
    assert mark is not None  # noqa: S101  libyaml marks every error
    message, at_its_start = _SYNTAX.get(problem, (f"is not valid YAML: {problem}", False))
    if problem == _CANNOT_START:
        line = text.splitlines()[mark.line]
        message = f"text can't begin with {line[mark.column]!r}: put it in quotes"
        if not line[: mark.column + 1].strip():
            message = "this line is indented with a tab: YAML wants spaces"
    elif at_its_start and error.context_mark:
        mark = error.context_mark
    return _Broken(file, mark.line + 1, mark.column + 1, message)
