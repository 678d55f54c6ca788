"""Pictures and enclosures of an entry: which are worth keeping, and with which words."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aggregator.model import Enclosure, Image
from aggregator.parse.addresses import absolute
from aggregator.parse.clean import attributes, is_picture, one_line, pixels
from aggregator.parse.draft import Draft, File
from aggregator.parse.text import line

_IMG = re.compile(r"<img [^>]*>")
_MIME = re.compile(r"[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,80}")
_LENGTH = re.compile(r"\s*(\d{1,15})\s*", re.ASCII)
_IMAGE_NAMES = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif")
_MAX_ALT_CHARS = 1_000


def lead_image(draft: Draft, content: str, base: str) -> Image | None:
    """Return the picture that stands for an entry.

    content: clean HTML. The first group of ``draft.images`` with a picture decides, its widest
    one wins; else it is the first in the content. What isn't said of it there, the same picture in
    the content says.
    """
    shown = [_image(values) for values in map(attributes, _IMG.findall(content))]
    for group in draft.images:
        candidates = [image for file in group if (image := _picture(file, base))]
        if candidates:
            best = max(candidates, key=lambda image: image.width or 0)
            same = next((image for image in shown if image.url == best.url), best)
            return Image(
                best.url, best.alt or same.alt, best.width or same.width, best.height or same.height
            )
    return shown[0] if shown else None


def enclosures(files: Iterable[File], base: str, limit: int) -> tuple[Enclosure, ...]:
    """Return the files that belong to an entry, each address once. Lengths of 0 are unknown."""
    kept: dict[str, Enclosure] = {}
    for file in files:
        url = absolute(file.url, base)
        if url and url not in kept and len(kept) < limit:
            mime = file.type.strip().lower()
            length = _LENGTH.fullmatch(file.length)
            kept[url] = Enclosure(
                url,
                mime if _MIME.fullmatch(mime) else "",
                int(length[1]) or None if length else None,
            )
    return tuple(kept.values())


def is_image(file: File) -> bool:
    """Tell whether a file is a picture: by what is said of it, else by its name."""
    if file.medium or file.type:
        return file.medium == "image" or file.type.strip().lower().startswith("image/")
    return file.url.split("?")[0].lower().endswith(_IMAGE_NAMES)


def is_playable(file: File) -> bool:
    """Tell whether a file is a sound or a film that is said to be one."""
    kind = file.medium or file.type.strip().lower().partition("/")[0]
    return kind in ("audio", "video")


def _picture(file: File, base: str) -> Image | None:
    url = absolute(file.url, base)
    width, height = pixels(file.width), pixels(file.height)
    if not url or not is_picture(url, width, height):
        return None
    return Image(url, one_line(file.alt, _MAX_ALT_CHARS), width, height)


def _image(values: dict[str, str]) -> Image:
    return Image(
        values["src"],
        line(values.get("alt", ""), _MAX_ALT_CHARS),
        pixels(values.get("width", "")),
        pixels(values.get("height", "")),
    )
