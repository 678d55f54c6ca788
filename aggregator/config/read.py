"""Reads a node into a shape: every mistake becomes a problem with its place, in plain English."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from pydantic import ValidationError

from aggregator.config.document import Node
from aggregator.config.shapes import Shape
from aggregator.config.types import EMPTY
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
        return shape.model_validate(plain(node))
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


def unknown_key(key: Node, known: Iterable[str], later: Iterable[str] = ()) -> Problem:
    name = str(key.value)
    if name in later:
        return key.problem("is not supported by this version: delete it")
    if name == "<<":
        return key.problem("YAML's merge key is not supported: write the keys out")
    hint = nearest(name, (*known, *later))
    if hint in later:
        return key.problem(f"unknown key ('{hint}' is not supported by this version)")
    if hint:
        return key.problem(f"unknown key, did you mean '{hint}'?")
    return key.problem(f"unknown key; there are {', '.join(known)}")


def nearest(word: str, known: Iterable[str]) -> str | None:
    return next(iter(get_close_matches(word.lower(), known, n=1, cutoff=0.6)), None)


def _problem(shape: type[Shape], node: Node, details: ErrorDetails) -> Problem:
    *path, last = details["loc"] or ("",)
    kind = details["type"]
    if kind == "extra_forbidden":
        parent = locate(node, *path)
        assert isinstance(parent.value, dict)  # noqa: S101  only a mapping has extra keys
        inner = _shape_at(shape, path)
        return unknown_key(parent.value[str(last)].key, inner.keys(), inner.later)
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


def _shape_at(shape: type[Shape], path: list[str | int]) -> type[Shape]:
    """Return the shape of the mapping that ``path`` leads to."""
    for name in path:
        annotation = shape.model_fields[str(name)].annotation
        inner = [kind for kind in (annotation, *get_args(annotation)) if _is_shape(kind)]
        shape = inner[0]
    return shape


def _is_shape(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Shape)
