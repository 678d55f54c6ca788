"""What comes from the environment: every value of ``service:``, and the secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from aggregator.config.document import Entry, Node
from aggregator.config.read import nearest
from aggregator.config.shape import Shape
from aggregator.config.shapes import ServiceShape
from aggregator.errors import Problem

PREFIX = "AGGREGATOR_SERVICE__"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the files may refer to, and where problems are gathered."""

    directory: Path
    environ: Mapping[str, str]
    problems: list[Problem]
    run_examples: bool = True
    """Whether the topics' own tests are run; they need the words of all their languages."""


def overlay(service: dict[str, Entry], around: Surroundings) -> dict[str, Entry]:
    """Return ``service:`` with what AGGREGATOR_SERVICE__… variables say in its place.

    ``__`` leads into a section (AGGREGATOR_SERVICE__POLL__EVERY); a name with _FILE at its end
    gives a file that holds the value; an empty variable counts as not set.
    """
    settings = _settings()
    for name, value in sorted(around.environ.items()):
        if not name.startswith(PREFIX) or not value:
            continue
        node = Node("environment", 0, 0, name, value)
        path = settings.get(name)
        if path is None and (path := settings.get(name.removesuffix("_FILE"))):
            content = _from_file(Path(value), node, around)
            node = Node("environment", 0, 0, name, content)
        if path is None:
            names = (setting.removeprefix(PREFIX).lower() for setting in settings)
            hint = nearest(name.removeprefix(PREFIX), names)
            advice = f", did you mean {PREFIX}{hint.upper()}?" if hint else ""
            around.problems.append(node.problem(f"no such setting{advice}"))
        elif node.value:
            service = _with(service, path, node)
    return service


def _settings() -> dict[str, tuple[str, ...]]:
    """Return the variable of each value of ``service:`` with the path of its key."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(shape: type[Shape], path: tuple[str, ...]) -> None:
        for key in shape.known():
            inner = shape.inner(key)
            if inner:
                walk(inner, (*path, key))
            if not inner or key == "auth":  # `auth` is a section, or the word none
                found[PREFIX + "__".join((*path, key)).upper()] = (*path, key)

    walk(ServiceShape, ())
    return found


def _with(entries: dict[str, Entry], path: tuple[str, ...], node: Node) -> dict[str, Entry]:
    first, *rest = path
    if rest:
        old = entries[first].value if first in entries else node
        inner = _with(old.value if isinstance(old.value, dict) else {}, tuple(rest), node)
        node = replace(old, value=inner)
    return {**entries, first: Entry(node, node)}


def secret(node: Node, name: str, around: Surroundings) -> str | None:
    """Return the secret that the mapping ``node`` gives under ``name``, or None with a problem.

    ``name_env`` names a variable (or, with _FILE at its end, the variable of a file);
    ``name_file`` is a path, relative to the configuration.
    """
    assert isinstance(node.value, dict)  # noqa: S101  a shape was read from it
    if name in node.value:
        return str(node.value[name].value.value)
    if entry := node.value.get(f"{name}_file"):
        return _from_file(around.directory / str(entry.value.value), entry.value, around)
    variable = node.value[f"{name}_env"].value
    return _from_variable(str(variable.value), variable, around)


def _from_variable(name: str, place: Node, around: Surroundings) -> str | None:
    if value := around.environ.get(name):
        return value
    if path := around.environ.get(f"{name}_FILE"):
        return _from_file(Path(path), place, around)
    message = f"the environment variable {name} is not set (nor is {name}_FILE)"
    around.problems.append(place.problem(message))
    return None


def _from_file(path: Path, place: Node, around: Surroundings) -> str | None:
    try:
        value = path.read_text("utf-8").rstrip("\r\n")
        message = "" if value else f"{path} is empty"
    except OSError as error:
        message = f"{path} can't be read: {error.strerror}"
    except UnicodeDecodeError:
        message = f"{path} can't be read: it is not UTF-8"
    if not message:
        return value
    around.problems.append(place.problem(message))
    return None
