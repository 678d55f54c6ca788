"""Encodings: what a document says, what its server says, and what it is."""

from __future__ import annotations

import codecs

import pytest

from aggregator.parse.encoding import decode

RUSSIAN = "Война и мир: «сегодня» в Баку"


def declared(text: str, encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?><rss><title>{text}</title></rss>'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (declared(RUSSIAN, "utf-8").encode(), ""),
        (declared(RUSSIAN, "utf-8").encode(), "text/xml; charset=iso-8859-1"),
        (declared(RUSSIAN, "windows-1251").encode(), "text/xml"),
        (declared(RUSSIAN, "windows-1251").encode("cp1251"), "text/xml"),
        (declared(RUSSIAN, "windows-1251").encode("cp1251"), "text/xml; charset=utf-8"),
        (declared(RUSSIAN, "windows-1251").encode("cp1251"), "text/xml; charset=ISO-8859-1"),
        (declared(RUSSIAN, "utf-8").encode("cp1251"), 'text/xml; charset="windows-1251"'),
        (declared(RUSSIAN, "no-such").encode("cp1251"), "text/xml;charset=cp1251"),
        (codecs.BOM_UTF8 + declared(RUSSIAN, "windows-1251").encode(), ""),
        (declared(RUSSIAN, "utf-16").encode("utf-16"), "text/xml; charset=utf-8"),
        (declared(RUSSIAN, "utf-8").encode("utf-16-be"), ""),
        (declared(RUSSIAN, "utf-8").encode("utf-16-le"), ""),
        (declared(RUSSIAN, "utf-8").encode("utf-32-be"), ""),
        (declared(RUSSIAN, "utf-8").encode("utf-32"), ""),
        (f'{{"title": "{RUSSIAN}"}}'.encode("utf-16-le"), "application/feed+json"),
        (declared(RUSSIAN, "koi8-r").replace("«", "").replace("»", "").encode("koi8-r"), ""),
    ],
)
def test_russian_is_russian_in_every_disguise(body: bytes, content_type: str) -> None:
    text = decode(body, content_type)
    assert ("Война и мир: " in text and " в Баку</title>" in text) or ' в Баку"' in text
    assert not text.startswith("\ufeff")


@pytest.mark.parametrize(
    ("text", "label", "codec"),
    [
        ("“Café” – naïve", "iso-8859-1", "cp1252"),
        ("日本語の新聞", "shift_jis", "cp932"),
        ("日本語の新聞", "iso-2022-jp", "iso2022_jp"),
        ("中文新闻", "gb2312", "gb18030"),
        ("ข่าววันนี้", "windows-874", "cp874"),
        ("Şuşa, Iğdır", "iso-8859-9", "cp1254"),
        ("한국어 뉴스", "euc-kr", "cp949"),
    ],
)
def test_labels_mean_what_documents_mean_by_them(text: str, label: str, codec: str) -> None:
    assert text in decode(declared(text, label).encode(codec), "text/xml; charset=utf-8")


def test_broken_utf8_stays_utf8() -> None:
    body = declared(RUSSIAN, "iso-8859-1").encode().replace("и".encode(), b"\xd0", 1)
    assert "Баку" in decode(body, "")
    assert "\ufffd" in decode(body, "")


def test_seven_bit_encodings_with_eight_bit_bytes_are_something_else() -> None:
    assert "Café" in decode(declared("Café", "utf-7").encode("cp1252"), "")


@pytest.mark.parametrize(
    "label", ["unicode_escape", "zlib", "rot13", "idna", "\x00", "utf-16", "ü"]
)
def test_codecs_that_are_no_encodings_of_documents_are_not_run(label: str) -> None:
    body = declared("caf\xe9 \\q", label).encode("cp1252")
    assert "café \\q" in decode(body, f"text/xml; charset={label}")


def test_every_byte_becomes_something() -> None:
    assert decode(bytes(range(256)), "")
    assert decode(b"", "") == ""
    assert decode(declared("\x81", "ascii").encode("latin-1"), "").endswith("\ufffd</title></rss>")
    assert decode(declared("x", "utf-8").encode() + b"\x81\xff", "").endswith("\ufffd\xff")
