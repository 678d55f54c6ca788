"""What comes from the environment: every value of ``service:``, and the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import get_args

from aggregator.config.document import Entry, Node
from aggregator.config.read import nearest
from aggregator.config.shapes import ServiceShape, Shape
from aggregator.errors import Problem

PREFIX = "AGGREGATOR_SERVICE__"


def overlay(
    service: dict[str, Entry], environ: Mapping[str, str], problems: list[Problem]
) -> dict[str, Entry]:
    """Return ``service:`` with what AGGREGATOR_SERVICE__… variables say in its place.

    ``__`` leads into a section (AGGREGATOR_SERVICE__POLL__EVERY); a name with _FILE at its end
    gives a file that holds the value; an empty variable counts as not set.
    """
    settings = _settings(ServiceShape)
    for name in sorted(environ):
        if not name.startswith(PREFIX) or not environ[name]:
            continue
        path, from_file = settings.get(name), False
        if path is None:
            path, from_file = settings.get(name.removesuffix("_FILE")), True
        if path is None:
            hint = nearest(name, {setting.lower() for setting in settings})
            message = f"no such setting{f', did you mean {hint.upper()}?' if hint else ''}"
            problems.append(_variable(name, "").problem(message))
            continue
        node = _variable(name, environ[name])
        if from_file:
            content = read_secret(Path(environ[name]), node, problems)
            if content is None:
                continue
            node = _variable(name, content)
        service = _with(service, path, node)
    return service


def _settings(shape: type[Shape]) -> dict[str, tuple[str, ...]]:
    """Return the variable of each value of ``service:`` with the path of its key."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(shape: type[Shape], path: tuple[str, ...]) -> None:
        for key, field in shape.model_fields.items():
            kinds = (field.annotation, *get_args(field.annotation))
            inner = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, Shape)]
            for kind in inner:
                walk(kind, (*path, key))
            if not inner or key == "auth":  # `auth` is a section, or the word none
                found[PREFIX + "__".join((*path, key)).upper()] = (*path, key)

    walk(shape, ())
    return found


def _variable(name: str, value: str) -> Node:
    return Node("environment", 0, 0, name, value)


def _with(entries: dict[str, Entry], path: tuple[str, ...], node: Node) -> dict[str, Entry]:
    first, *rest = path
    if rest:
        old = entries[first].value.value if first in entries else None
        inner = _with(old if isinstance(old, dict) else {}, tuple(rest), node)
        place = entries[first].value if first in entries else node
        node = Node(place.file, place.line, place.column, place.path, inner)
    return {**entries, first: Entry(node, node)}


def secret_from_variable(
    name: str, place: Node, environ: Mapping[str, str], problems: list[Problem]
) -> str | None:
    """Return the value of variable ``name``, or what stands in the file that name_FILE gives."""
    if value := environ.get(name):
        return value
    if path := environ.get(f"{name}_FILE"):
        return read_secret(Path(path), place, problems)
    message = f"the environment variable {name} is not set (nor is {name}_FILE)"
    problems.append(place.problem(message))
    return None


def read_secret(path: Path, place: Node, problems: list[Problem]) -> str | None:
    """Return the text of a file without the line's end; anything wrong with it is a problem."""
    try:
        value = path.read_text("utf-8").rstrip("\r\n")
    except OSError as error:
        problems.append(place.problem(f"{path} can't be read: {error.strerror}"))
    except UnicodeDecodeError:
        problems.append(place.problem(f"{path} can't be read: it is not UTF-8"))
    else:
        if value:
            return value
        problems.append(place.problem(f"{path} is empty"))
    return None
