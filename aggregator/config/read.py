"""Reads a node into a shape: every mistake becomes a problem with its place, in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from aggregator.config.checks import EMPTY
from aggregator.config.document import Node
from aggregator.config.shape import Shape
from aggregator.errors import Problem

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

S = TypeVar("S", bound=Shape)

_MESSAGES = {
    "missing": "is missing",
    "tuple_type": "must be a list",
    "dict_type": "must have keys of its own, written as 'key: value'",
    "model_type": "must have keys of its own, written as 'key: value'",
    "greater_than_equal": "must be at least {ge:g}",
    "less_than_equal": "must be at most {le:g}",
}


def read(shape: type[S], node: Node, problems: list[Problem]) -> S | None:
    """Return what ``node`` says as a ``shape``, or None after adding what is wrong with it."""
    try:
        return shape.model_validate({} if node.value is None else plain(node))
    except ValidationError as error:
        problems += (_problem(shape, node, details) for details in error.errors())
        return None


def plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {name: plain(entry.value) for name, entry in node.value.items()}
    if isinstance(node.value, list):
        return [plain(item) for item in node.value]
    return EMPTY if node.value is None else node.value


def locate(node: Node, *path: str | int) -> Node:
    """Return the node that ``path`` leads to, or the last one on the way that exists."""
    for part in path:
        if isinstance(node.value, dict) and part in node.value:
            node = node.value[str(part)].value
        elif isinstance(node.value, list) and isinstance(part, int):
            node = node.value[part]
        else:
            break
    return node


def texts(node: Node, key: str) -> list[Node]:
    """Return the texts under ``key`` of a mapping, one or a list; the mapping may be wrong."""
    if not isinstance(node.value, dict) or key not in node.value:
        return []
    inner = node.value[key].value
    items = inner.value if isinstance(inner.value, list) else [inner]
    return [item for item in items if isinstance(item.value, str) and item.value.strip()]


def unknown_key(key: Node, shape: type[Shape]) -> Problem:
    name = str(key.value)
    if name in shape.later:
        return key.problem("is not supported by this version: delete it")
    if name == "<<":
        return key.problem("YAML's merge key is not supported: write the keys out")
    hint = shape.meant.get(name) or nearest(name, (*shape.known(), *shape.later))
    if hint in shape.later:
        return key.problem(f"unknown key ('{hint}' is not supported by this version)")
    if hint:
        return key.problem(f"unknown key, did you mean '{hint}'?")
    return key.problem(f"unknown key; known here: {', '.join(shape.known())}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word.lower(), known, n=1, cutoff=0.6)), None)


def _problem(shape: type[Shape], node: Node, details: ErrorDetails) -> Problem:
    *path, last = details["loc"] or ("",)
    kind = details["type"]
    if kind == "extra_forbidden":
        parent = locate(node, *path)
        assert isinstance(parent.value, dict)  # noqa: S101  only a mapping has extra keys
        for name in path:
            shape = shape.inner(str(name)) or shape
        return unknown_key(parent.value[str(last)].key, shape)
    if last == "[key]":
        *path, last = path
        parent = locate(node, *path)
        assert isinstance(parent.value, dict)  # noqa: S101  only a mapping has keys
        return parent.value[str(last)].key.problem(_message(details))
    place = locate(node, *details["loc"])
    if kind == "missing":
        name = f"{place.path}.{last}"
        return Problem(place.file, place.line, place.column, name, _message(details))
    return place.problem(_message(details))


def _message(details: ErrorDetails) -> str:
    context = details.get("ctx", {})
    if details["type"] == "value_error":
        return str(context["error"])
    return _MESSAGES[details["type"]].format(**context)
