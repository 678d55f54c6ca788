"""The files of a configuration directory: which there are, their stamps, what they all say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.config.document import Entry, Node, read_document
from aggregator.config.read import unknown_key
from aggregator.config.shapes import FileShape
from aggregator.errors import Problem


@dataclass(slots=True)
class Gathered:
    """What all files say, key by key, not checked any further."""

    sources: list[Node] = field(default_factory=list)
    topics: dict[str, Entry] = field(default_factory=dict)
    feeds: dict[str, Entry] = field(default_factory=dict)
    service: dict[str, Entry] = field(default_factory=dict)


def fingerprint(directory: Path) -> str:
    """Return what changes when a file is added, removed or written; cheap, reads no file."""
    return "\n".join(f"{path.name} {stamp}" for path, stamp in stamps(directory))


def stamps(directory: Path) -> tuple[tuple[Path, str], ...]:
    """Return every ``*.yaml`` and ``*.yml`` of the directory with its time and size, by name."""
    return tuple(_stamps(directory))


def _stamps(directory: Path) -> Iterator[tuple[Path, str]]:
    try:
        paths = sorted(directory.iterdir())
    except OSError:
        return
    for path in paths:
        # Editors keep locks and copies beside a file under names that begin with a dot.
        if path.suffix not in (".yaml", ".yml") or path.name.startswith("."):
            continue
        try:
            status = path.stat()
        except OSError:
            yield path, "unreadable"
        else:
            yield path, f"{status.st_mtime_ns} {status.st_size}"


def gather(directory: Path, paths: tuple[Path, ...], problems: list[Problem]) -> Gathered:
    """Read all files and merge them by key; a key that two files give is a problem."""
    gathered = Gathered()
    if not directory.is_dir():
        problems.append(Problem(str(directory), 0, 0, "", "there is no such directory"))
    elif not paths:
        problems.append(Problem(str(directory), 0, 0, "", "there is no *.yaml file in it"))
    for path in paths:
        if path.is_fifo() or path.is_socket() or path.is_char_device():  # would wait for ever
            problems.append(Problem(str(path), 0, 0, "", "is a pipe or a device, not a file"))
            continue
        try:
            body = path.read_bytes()
        except OSError as error:
            problems.append(Problem(str(path), 0, 0, "", f"can't be read: {error.strerror}"))
            continue
        top, wrong = read_document(str(path), body)
        problems += wrong
        if top is not None:
            _add(gathered, top, problems)
    return gathered


def _add(gathered: Gathered, top: Node, problems: list[Problem]) -> None:
    assert isinstance(top.value, dict)  # noqa: S101  read_document returns nothing else
    for name, (key, node) in top.value.items():
        if name not in FileShape.known():
            problems.append(unknown_key(key, FileShape))
        elif node.value is None:
            continue  # all its entries are commented out
        elif name == "sources":
            if isinstance(node.value, list):
                gathered.sources += node.value
            else:
                problems.append(node.problem("must be a list: put '- ' before each source"))
        elif isinstance(node.value, dict):
            _merge(getattr(gathered, name), node.value, problems)
        else:
            problems.append(node.problem("must have keys of its own, written as 'key: value'"))


def _merge(into: dict[str, Entry], more: dict[str, Entry], problems: list[Problem]) -> None:
    for name, entry in more.items():
        if first := into.get(name):
            place = f"{first.key.file}:{first.key.line}"
            problems.append(entry.key.problem(f"is already given in {place}: keep one of them"))
        else:
            into[name] = entry
