"""Address → a key that is the same for all spellings of the address; it never asks the network."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from urllib.parse import SplitResult, quote, urlsplit

# Parameters that say how a reader came, not what is read. By name, lower case; sources:
# https://docs.clearurls.xyz/1.27.3/specs/rules/ (its globalRules, from
# https://gitlab.com/ClearURLs/rules), Firefox's query stripping list
# (https://firefox.settings.services.mozilla.com/v1/buckets/main/collections/query-stripping/records),
# and what news publishers append to the links of their feeds. In this order: advertisers and social
# networks, newsletters, statistics, publishers.
_TRACKING_NAMES = """
    fbclid gclid gclsrc dclid gbraid wbraid msclkid twclid ttclid li_fat_id igshid igsh yclid
    ysclid _openstat epik srsltid rdt_cid sccid irclickid irgwc
    fb_action_ids fb_action_types fb_source fb_ref action_object_map action_type_map
    action_ref_map __tn__
    mc_cid mc_eid mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking vero_id vero_conv
    oly_anon_id oly_enc_id __s _bta_tid _bta_c ml_subscriber ml_subscriber_hash rb_clickid s_cid
    wickedid ck_subscriber_id
    _ga _gl gs_l ga_source ga_medium ga_term ga_content ga_campaign ga_place
    pk_campaign pk_kwd pk_keyword pk_source pk_medium pk_content
    hmb_campaign hmb_medium hmb_source _branch_match_id
    ns_mchannel ns_source ns_campaign ns_linkname ns_fee cmpid ocid smid smtyp xtor
    ftag rss feedtype feedname feedref wt_mc wt.mc_id
    ncid guccounter guce_referrer guce_referrer_sig ref_src wpisrc traffic_source maca
    __twitter_impression __source intcmp icid ito ex_cid taid
"""
_TRACKING = frozenset(_TRACKING_NAMES.split())
_TRACKING_PREFIXES = (
    *("utm_", "mtm_", "itm_", "hsa_", "matomo_"),
    *("at_campaign", "at_medium", "at_custom"),
)
# Names that mean something on many sites; a feed's own mark is dropped by its value.
_FROM_A_FEED = re.compile(
    r"(ref|from|source|src|via|partner|emc|medium|referrer|cid|output|feed|campaign)"
    r"=(rss|atom|feed|rss[_-]?feed|feedburner)[0-9._]*"
    r"|cmp=[^0-9].*|mod=rss.*",
    re.IGNORECASE,
)
# The AMP version of a page, by its address: a copy in a cache of Google's, in its viewer or in
# Bing's cache (https://developers.google.com/amp/cache/overview), parameters of publishers and of
# that viewer, a part of the path. A segment "amp" is one only beside the name of an article, with
# digits or hyphens: /audio/amp may be a page of its own. Of Google's viewers only the .com counts:
# anyone may own google.abc.de, and would speak for other people's pages.
_CACHED = re.compile(
    r"^(?:(?:google\.com/amp|(?:[a-z0-9-]+\.)?cdn\.ampproject\.org/(?:c|v|wp)"
    r"|(?:[a-z0-9-]+\.)?bing-amp\.com/c)/(?:s/)?"
    r"(?=[a-z0-9-]+(?:\.[a-z0-9-]+)+\.?(?:[/?#]|$)))+",
    re.IGNORECASE,
)
_AMP_PARAMETER = re.compile(
    r"amp(=(1|true)?)?|outputtype=amp|noamp=mobile|amp_(js_v|gsa)=.*|usqp=mq331a.*", re.IGNORECASE
)
_AMP_FILE = re.compile(r"(?:\.amp)+(?=\.html?$)")
_NAMES_AN_ARTICLE = re.compile(r"[0-9]|-.*-")
_UNWRAPPED = 3
"""A cache's copy of a cache's copy is looked into so often; nobody but a joker goes deeper."""
_VARIANT = re.compile(r"^(?:(?:www|m|mobile|amp)\.|[.\s])+")
_NO_SITE = re.compile(r"(?:ac|co|com|edu|go|gov|ne|net|or|org)\.[a-z]{2}|[^.]*")
"""What is left of a host such as mobile.de or m.co.uk, which is no variant of another site."""
_ROUTE = ("!", "/")
"""A fragment that begins so is the path of a web application."""
_SCHEMES = frozenset({"http", "https"})
_DEFAULT_PORTS = frozenset({None, 80, 443})
_AROUND_THE_HOST = re.compile(r"^(www\.|[.\s])+(?=[^.\s])|[.\s]+$")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PLAIN = re.compile(r"[A-Za-z0-9\-._~/:@!$&'()*+,;=?|\[\]]*")
"""What stays as it is: without an escape."""
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SESSION = re.compile(r";jsessionid=[^/]*", re.IGNORECASE)


@lru_cache(1024)  # each address of a poll is asked for several times, by keys and by hashes
def canonical_key(url: str) -> str:
    """Return the key of an http(s) address; any other string comes back only stripped.

    Two addresses with one key lead to one article: scheme, ``www.``, case and form of the host
    name, default port, user name, percent-encoding, dots in the path, slash at the end, order of
    the query, tracking parameters and fragment make no difference (a fragment of ``#!`` or ``#/``
    does: it is the path of a web application). Nor does it make one whether it is the page for
    mobile phones (``m.``, ``mobile.``) or the AMP version, where the address says so for certain.
    The key has no scheme: ``https://`` before it makes an address with the same key. Total: never
    raises.

    >>> canonical_key("HTTP://www.Example.org:80/a/?utm_source=rss&b=2&a=1#top")
    'example.org/a?a=1&b=2'
    >>> canonical_key("https://www.google.com/amp/s/m.example.org/rain-in-baku/amp")
    'example.org/rain-in-baku'
    """
    key = _key(url)
    for _ in range(_UNWRAPPED):
        original = _CACHED.sub("", key)
        if original == key:
            break
        key = _key(f"https://{original}")
    return key


def _key(url: str) -> str:
    stripped = url.strip()
    try:
        parts = urlsplit(stripped)
        host = _host(parts)
    except ValueError:  # brackets or port that no address has
        return stripped
    if parts.scheme not in _SCHEMES or not host:
        return stripped
    parameters = map(_encoded, parts.query.replace("+", "%20").split("&"))
    query = "&".join(sorted(filter(_tells_what, parameters)))
    fragment = f"#{_encoded(parts.fragment)}" if parts.fragment[:1] in _ROUTE else ""
    page = host + _path(parts.path)
    if not _CACHED.match(page):
        page = host + _without_amp(page.removeprefix(host))
    return page + (f"?{query}" if query else "") + fragment


def _host(parts: SplitResult) -> str:
    host = _bare(parts.hostname or "")
    if not host.isascii():
        with suppress(UnicodeError):  # no name that DNS could know: compared as it is written
            host = _bare(host.encode("idna").decode("ascii"))
    if ":" in host:
        host = f"[{host}]"
    return host if parts.port in _DEFAULT_PORTS else f"{host}:{parts.port}"


def _bare(host: str) -> str:
    bare = _AROUND_THE_HOST.sub("", host.lower())
    site = _VARIANT.sub("", bare)
    return bare if _NO_SITE.fullmatch(site) else site


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _SESSION.sub("", _encoded(path)).split("/"):
        if segment == "..":
            del segments[max(1, len(segments) - 1) :]
        elif segment != ".":
            segments.append(segment)
    return "/".join(segments).rstrip("/")


def _without_amp(path: str) -> str:
    path = _AMP_FILE.sub("", path)
    parts = [part for part in path.split("/") if part != "amp"]
    return "/".join(parts) if _NAMES_AN_ARTICLE.search(parts[-1]) else path


def _encoded(text: str) -> str:
    """Return a part of an address with what must be percent-encoded, and nothing else, encoded."""
    if _PLAIN.fullmatch(text):
        return text
    text = _STRAY_PERCENT.sub("%25", text)
    text = quote(text, safe="%/:@!$&'()*+,;=~?|[]", errors="surrogatepass")
    return _ESCAPE.sub(_normal_escape, text)


def _normal_escape(escape: re.Match[str]) -> str:
    character = chr(int(escape[1], 16))
    return character if character in _UNRESERVED else escape[0].upper()


def _tells_what(parameter: str) -> bool:
    """Return whether a parameter says which page is meant."""
    name = parameter.partition("=")[0].lower()
    return bool(parameter) and not (
        name in _TRACKING
        or name.startswith(_TRACKING_PREFIXES)
        or _FROM_A_FEED.fullmatch(parameter)
        or _AMP_PARAMETER.fullmatch(parameter)
    )
