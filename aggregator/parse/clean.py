"""HTML made harmless: known elements only, addresses absolute, trackers gone. Not its text (text).

nh3 (ammonia, html5ever) decides what stays; what it writes is canonical, with ``<`` and ``>``
escaped everywhere but in tags, so that a second pass over links and pictures is a simple one.
"""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3

from aggregator.parse.addresses import absolute
from aggregator.parse.draft import Markup
from aggregator.parse.text import line, paragraphs, plain, shorten, strip_tags, well_formed

_TAGS = (
    "a abbr article aside b bdi bdo blockquote br caption cite code col colgroup dd del details "
    "dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main "
    "mark nav ol p pre q rp rt ruby s samp section small span strong sub summary sup table tbody "
    "td tfoot th thead time tr u ul var wbr"
)
_ATTRIBUTES = {
    "*": {"lang", "dir"},
    "a": {"href", "title"},
    "abbr": {"title"},
    "img": {"src", "alt", "title", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "time": {"datetime"},
}
_DROPPED_WITH_CONTENT = (
    "applet audio button canvas embed frameset head iframe map math noembed noframes object script "
    "select style svg template textarea title video xmp"
)
_CLEANER = nh3.Cleaner(
    tags=set(_TAGS.split()),
    attributes=_ATTRIBUTES,
    clean_content_tags=set(_DROPPED_WITH_CONTENT.split()),
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer",
)

MAX_DEPTH = 256
"""Open elements: nh3's time grows with their square, and no honest article comes near."""
MAX_REOPENED = 200_000
"""Elements that nh3 opens again in each later block, as ``<b>`` and the like weren't closed."""

_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)")
_FORMATTING = " a b big code em font i nobr s small strike strong tt u "
# Elements that end by themselves, so that an unclosed one is no depth.
_SELF_ENDING = (
    " area base br col colgroup dd dt embed hr img input li link meta option p param source tbody "
    "td tfoot th thead tr track wbr "
)
# To nh3, as to a browser with scripts, the inside of <noscript> is text; here it's the picture.
_NOSCRIPT = re.compile(r"</?noscript\b[^<>]*>", re.IGNORECASE)
# A film or a player inside a text becomes a link to it.
_PLAYER = re.compile(
    r"<(?:iframe|embed|video|audio)\s[^<>]*?\bsrc\s*=\s*[\"']?((?:https?:)?//[^\s\"'<>]+)[^<>]*>",
    re.IGNORECASE,
)
_REWRITTEN = re.compile(r"<(a|img)( [^>]*)?>")
_ATTRIBUTE = re.compile(r' ([a-z]+)="([^"]*)"')
_PIXELS = re.compile(r"\s*(\d{1,5})(?:\.\d*)?\s*(?:px)?\s*")
# Counters and avatars that stand in feeds as if they were pictures of the article.
_NOT_PICTURES = re.compile(
    r"https?://(?:"
    r"feeds\.feedburner\.com/~|(?:www\.)?feedburner\.com/fb/|feedads\.|da\.feedsportal\.com/|"
    r"(?:stats|pixel)\.(?:wordpress|wp)\.com/|feeds\.wordpress\.com/|"
    r"(?:b|sb)\.scorecardresearch\.com/|(?:[a-z0-9-]+\.)?doubleclick\.net/|"
    r"(?:www\.)?google-analytics\.com/|(?:[a-z0-9-]+\.)?gravatar\.com/|"
    r"rss\.buysellads\.com/|pi\.feedsportal\.com/|res[0-9]?\.feedsportal\.com/)"
)


def clean(markup: str, base: str, max_chars: int) -> str:
    """Return ``markup`` as HTML that is safe to show anywhere, at most about ``max_chars`` long.

    base: what its relative addresses are relative to; those that stay relative are dropped.
    HTML too deep for the parser, or that grows while it is parsed, is kept as paragraphs of text.
    """
    markup = _cut(well_formed(markup), max_chars)
    if _too_deep(markup):
        return paragraphs(strip_tags(markup))
    # Twice: what was a character reference is a character now.
    markup = _PLAYER.sub(r'<p><a href="\1">\1</a></p>\g<0>', _NOSCRIPT.sub("", markup))
    cleaned = well_formed(_CLEANER.clean(markup))
    if len(cleaned) > 2 * max_chars + 1_000:
        return paragraphs(shorten(strip_tags(markup), max_chars))
    return _REWRITTEN.sub(lambda tag: _rewritten(tag, base), cleaned).strip()


def one_line(text: Markup, limit: int) -> str:
    """Return a title, name or description as plain text on one line."""
    if text.html:
        # Four times: tags and references take room that the reader never sees.
        return line(plain(clean(text.value, "", 4 * limit)), limit)
    return line(text.value, limit)


def pixels(value: str) -> int | None:
    """Return a width or height in pixels; None if it isn't one (``100%``, ``auto``).

    >>> pixels("640px"), pixels("50%")
    (640, None)
    """
    found = _PIXELS.fullmatch(value)
    return int(found[1]) if found else None


def is_picture(url: str, width: int | None, height: int | None) -> bool:
    """Tell a picture from a tracker, by its size or its host."""
    smallest = min(2 if width is None else width, 2 if height is None else height)
    return smallest > 1 and not _NOT_PICTURES.match(url)


def attributes(tag: str) -> dict[str, str]:
    """Return the attributes of a tag that nh3 wrote, decoded."""
    return {name: html.unescape(value) for name, value in _ATTRIBUTE.findall(tag)}


def _rewritten(tag: re.Match[str], base: str) -> str:
    name, values = tag[1], attributes(tag[0])
    if name == "a":
        href = values.get("href", "")
        if not href.lower().startswith("mailto:"):
            values["href"] = absolute(href, base) or ""
    else:
        sizes = {side: pixels(values.get(side, "")) for side in ("width", "height")}
        values["src"] = absolute(values.get("src", ""), base) or ""
        if not values["src"] or not is_picture(values["src"], sizes["width"], sizes["height"]):
            return ""
        values |= {side: str(size or "") for side, size in sizes.items()}
    kept = "".join(
        f' {key}="{html.escape(value)}"' for key, value in values.items() if value or key == "alt"
    )
    return f"<{name}{kept}>"


def _cut(markup: str, max_chars: int) -> str:
    """Return at most ``max_chars`` of ``markup``, ended behind a tag or a word."""
    if len(markup) <= max_chars:
        return markup
    end = max(markup.rfind(">", 0, max_chars), markup.rfind(" ", 0, max_chars))
    return markup[: end + 1 if end > max_chars // 2 else max_chars]


def _too_deep(markup: str) -> bool:
    """Tell whether nh3 would need more than a moment for ``markup``. Linear."""
    if markup.count("<") <= MAX_DEPTH:
        return False
    opened: Counter[str] = Counter()
    depth = formatting = reopened = 0
    for slash, name in _TAG_NAME.findall(markup):
        reopened += formatting
        if depth > MAX_DEPTH or reopened > MAX_REOPENED:
            return True
        tag = f" {name.lower()} "
        if tag in _SELF_ENDING or (slash and not opened[tag]):
            continue
        step = -1 if slash else 1
        opened[tag] += step
        depth += step
        formatting += step * (tag in _FORMATTING)
    return False
