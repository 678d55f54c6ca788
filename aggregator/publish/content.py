"""The HTML that a reader app shows for an article. Not a page: no head, no style, no script."""

from __future__ import annotations

import re
from html import escape, unescape

import nh3

from aggregator.model import Appearance, Article, Image
from aggregator.publish.safe import address

# What ``parse`` lets in and more, so that cleaning once more changes nothing that is clean.
_CLEANER = nh3.Cleaner(
    tags=nh3.ALLOWED_TAGS | {"main", "section", "tfoot"},
    attributes={
        **nh3.ALLOWED_ATTRIBUTES,
        "*": {"dir", "lang", "title"},
        "time": {"datetime"},
    },
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
)
_IMAGE = re.compile(r'<img\b[^>]*?\ssrc="([^"]*)"')
# WordPress names the sizes of one picture so: https://developer.wordpress.org/apis/ (image sizes).
_SIZE = re.compile(r"(?:-\d+x\d+|-scaled)(?=\.\w+$)")
_TELLING_NAME = 12  # characters; "image.jpg" may be any picture, "2026-11-22-baku.jpg" is one


def body(article: Article) -> str:
    """What the article says, and under it every outlet that carries it with its own link.

    The lead picture comes first, unless the content shows it anyway. Never empty. ``article``
    holds legal characters only (``safe.legal``).
    """
    return framed(article, _attribution(article))


def framed(article: Article, outlets: str) -> str:
    """What the article says, with its lead picture above and ``outlets``, clean HTML, below."""
    told = _CLEANER.clean(article.content) or _paragraph(article.summary)
    if not told and not outlets:
        told = _paragraph(article.title) or _paragraph(article.id)
    picture = "" if _shows(told, article.image) else _picture(article.image)
    text = f'<div dir="auto">{told}</div>' if told else ""
    return picture + text + outlets


def _paragraph(text: str) -> str:
    lines = escape(text.strip()).replace("\n", "<br>")
    return f"<p>{lines}</p>" if lines else ""


def _picture(image: Image | None) -> str:
    url = address(image.url) if image else None
    if image is None or url is None:
        return ""
    size = "".join(
        f' {name}="{value}"'
        for name, value in (("width", image.width), ("height", image.height))
        if value
    )
    return f'<p><img src="{escape(url)}" alt="{escape(image.alt)}"{size}></p>'


def _shows(html: str, image: Image | None) -> bool:
    if image is None:
        return False
    return _picture_key(image.url) in {_picture_key(unescape(u)) for u in _IMAGE.findall(html)}


def _picture_key(url: str) -> str:
    """What two addresses of one picture in different sizes share, as far as can be told."""
    path = url.partition("#")[0].partition("?")[0]
    name = _SIZE.sub("", path.rpartition("/")[2])
    if "." in name and len(name) >= _TELLING_NAME:
        return name
    return url.partition("://")[2]


def _attribution(article: Article) -> str:
    """One line per outlet: its name and its own link. Most readers show no ``source`` element."""
    lines = [
        _outlet(appearance, article.link if number == 0 else None, article.title)
        for number, appearance in enumerate(article.appearances)
    ]
    if not lines:
        lines = [_link(article.link, "original article")]
    return "".join(f'<p dir="auto">{line}</p>' for line in lines if line)


def _outlet(appearance: Appearance, fallback: str | None, title: str) -> str:
    same = not appearance.title or appearance.title == title
    link = _link(appearance.link or fallback, "original article" if same else appearance.title)
    name = escape(appearance.outlet.name or appearance.outlet.key)
    return " · ".join(part for part in (name, link) if part)


def _link(url: str | None, text: str) -> str:
    href = address(url)
    return f'<a href="{escape(href)}">{escape(text)}</a>' if href else ""
