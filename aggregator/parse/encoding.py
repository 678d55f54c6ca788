"""Bytes to text: which encoding a document is really in, whatever it and its server say."""

from __future__ import annotations

import codecs
import re

# A byte order mark, or the first characters of any XML or JSON, without one
# (https://www.w3.org/TR/xml/#sec-guessing). Longer ones first.
_SIGNATURES = (
    (codecs.BOM_UTF32_BE, "utf-32-be"), (codecs.BOM_UTF32_LE, "utf-32-le"),
    (b"\0\0\0<", "utf-32-be"), (b"<\0\0\0", "utf-32-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"), (codecs.BOM_UTF16_LE, "utf-16-le"),
    (b"\0<", "utf-16-be"), (b"<\0", "utf-16-le"), (b"\0{", "utf-16-be"), (b"{\0", "utf-16-le"),
    (b"\x4c\x6f\xa7\x94", "cp037"),
)  # fmt: skip
# Labels of documents that Python doesn't know.
_LABELS = {
    "windows-874": "cp874", "dos-874": "cp874", "x-sjis": "cp932", "windows-31j": "cp932",
    "x-gbk": "gb18030", "x-euc-jp": "euc_jp", "x-big5": "big5", "x-mac-cyrillic": "mac-cyrillic",
}  # fmt: skip
# What documents so labelled are in truth (https://encoding.spec.whatwg.org/#names-and-labels).
_MEANT = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949",
    "shift_jis": "cp932", "big5": "big5hkscs",
}  # fmt: skip
# Python's other codecs aren't character sets of documents: some run, some warn, some unpack.
_DOCUMENT_CODECS = re.compile(
    r"ascii|big5|cp\d|euc_|gb|hz$|iso|johab|koi8|kz1048|mac|ptcp154|shift_jis|tis-620|utf-[78]"
)
# Codecs whose text is 7-bit bytes, so that being valid UTF-8 says nothing.
_SEVEN_BIT = re.compile(r"hz$|iso2022|utf-7$")
_DECLARATION = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([^\"'>]{1,40})[\"']")
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?\s*([^\s\"';]{1,40})", re.IGNORECASE)


def decode(body: bytes, content_type: str) -> str:
    """Return the text of a document. Never fails: what can't be decoded becomes U+FFFD.

    content_type: the HTTP header, or empty. Evidence counts in this order: a byte order mark or
    zero bytes; being UTF-8, but for a few broken places, which hardly anything else happens to be;
    the header's charset, then the declaration, where the text decodes with it.
    A header that says Latin-1 is a server's default, so that a declaration counts before it.
    """
    for signature, name in _SIGNATURES:
        if body.startswith(signature):
            return body.decode(name, "replace").removeprefix("\ufeff")
    body = body.removeprefix(codecs.BOM_UTF8)
    declared, charset = _DECLARATION.search(body[:1_000]), _CHARSET.search(content_type)
    named = (
        _codec(charset[1] if charset else ""),
        _codec(declared[1].decode("ascii", "replace") if declared else ""),
    )
    if named[0] == "cp1252":
        named = named[::-1]
    seven_bit = [name for name in named if _SEVEN_BIT.match(name)]
    names = [*seven_bit, *(["utf-8"] if not seven_bit else []), *filter(None, named)]
    for name in names:
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            if name == "utf-8" and _nearly_utf8(text := body.decode(name, "replace")):
                return text
    others = [name for name in names if name != "utf-8" and name not in seven_bit]
    return body.decode((others or ["cp1252"])[0], "replace")


def _nearly_utf8(decoded: str) -> bool:
    """Tell whether a text decoded as UTF-8 was it: at least four in five of its foreign letters."""
    broken = decoded.count("\ufffd")
    foreign = len(decoded) - len(decoded.encode("ascii", "ignore"))
    return foreign - broken > 4 * broken


def _codec(label: str) -> str:
    try:
        name = codecs.lookup(_LABELS.get(label.lower(), label)).name
    except (LookupError, ValueError):
        return ""
    return _MEANT.get(name, name) if _DOCUMENT_CODECS.match(name) else ""
