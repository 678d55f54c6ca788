"""The real and the hostile documents beside the repository; skipped where they are absent."""

# ruff: noqa: E501 - tables with one case a line

from __future__ import annotations

import csv
import json
import multiprocessing
from pathlib import Path

import pytest
from parsing import NOW, URL, atom, check, jsonfeed, judge, rss

from aggregator.errors import UsageError
from aggregator.model import Document, Failed, Reason
from aggregator.parse import parse
from aggregator.parse.addresses import absolute
from aggregator.parse.clean import clean
from aggregator.parse.dates import when
from aggregator.parse.opml import read_opml

# The longest tests come in parts, so that several processes can share them.
PARTS = 4

# Feeds of which we take in fewer entries than feedparser counts, and why.
FEWER = {
    "debian_rome-1.12.2__rome-1.12.2_rome-modules_src_test_resources_xml_ep_ep2_v4a.xml": (1, "one <item> holds only the bookkeeping of a sync"),
    "debian_rome-1.12.2__rome-1.12.2_rome-modules_src_test_resources_xml_v_v4.xml": (1, "one <item> holds only the bookkeeping of a sync"),
    "debian_rome-1.12.2__rome-1.12.2_rome-modules_src_test_resources_xml_v_v6.xml": (1, "one <item> holds only the bookkeeping of a sync"),
}  # fmt: skip


@pytest.mark.parametrize("part", range(PARTS))
def test_real_feeds_lose_no_entry(shared: Path, part: int) -> None:
    folder = shared / "data/feeds"
    with (folder / "manifest.tsv").open(encoding="utf-8") as manifest:
        rows = list(csv.DictReader(manifest, delimiter="\t"))
    assert len(rows) == 319
    fewer = {}
    for row in rows[part::PARTS]:
        body = (folder / row["file"]).read_bytes()
        parsed = parse(body, content_type="", url=URL, now=NOW)
        check(parsed)
        assert isinstance(parsed, Document), (row["file"], parsed)
        is_json = body[:1] == b"{"
        expected = len(json.loads(body)["items"]) if is_json else int(row["entries"])
        if len(parsed.entries) < expected:
            fewer[row["file"]] = expected - len(parsed.entries)
            assert len(parsed.skipped) == fewer[row["file"]], "what is missing is reported"
    listed = {row["file"] for row in rows[part::PARTS]} & FEWER.keys()
    assert fewer == {file: FEWER[file][0] for file in listed}


def test_encodings_give_the_right_titles(shared: Path) -> None:
    folder = shared / "data/encodings"
    wrong = []
    for case in json.loads((folder / "expected.json").read_text(encoding="utf-8")):
        body = (folder / case["file"]).read_bytes()
        parsed = parse(body, content_type=case["http_content_type"], url=URL, now=NOW)
        assert isinstance(parsed, Document)
        if [entry.title for entry in parsed.entries] != case["titles"]:
            wrong.append(case["file"])
    assert wrong == []


def hostile(shared: Path, name: str) -> list[str]:
    texts = json.loads((shared / "data/hostile" / name).read_text(encoding="utf-8"))
    return [text["v"] if isinstance(text, dict) else text for text in texts]


def escaped(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


def filled(texts: list[str]) -> list[str]:
    """Return a feed of every format, with an entry for each text that has it in every field."""
    items, entries, objects = [], [], []
    for text in texts:
        safe = escaped(text)
        media = (
            f'<media:content url="{safe}" medium="image">'
            f"<media:description>{safe}</media:description></media:content>"
        )
        items.append(
            f"<title>{safe}</title><link>{safe}</link><guid>{safe}</guid><description>{safe}</description>"
            f"<content:encoded>{safe}</content:encoded><author>{safe}</author><category>{safe}</category>"
            f'<pubDate>{safe}</pubDate><enclosure url="{safe}" type="{safe}" length="{safe}"/>{media}'
        )
        entries.append(
            f'<id>{safe}</id><title type="html">{safe}</title><link href="{safe}"/>'
            f'<summary type="html">{safe}</summary><content type="html">{safe}</content>'
            f'<author><name>{safe}</name></author><category term="{safe}"/><updated>{safe}</updated>{media}'
        )
        objects.append(
            {
                "id": text, "url": text, "title": text, "content_html": text, "summary": text, "tags": [text],
                "authors": [{"name": text}], "image": text, "attachments": [{"url": text, "mime_type": text}],
                "date_published": text, "language": text,
            }
        )  # fmt: skip
    first = escaped(texts[0])
    channel = f"<title>{first}</title><link>{first}</link><language>{first}</language>"
    return [rss(*items, channel=channel), atom(*entries), jsonfeed(*objects, title=texts[0])]


def answered(document: str) -> Document | Failed:
    body = document.encode("utf-8", "surrogatepass")
    parsed = parse(body, content_type="", url=URL, now=NOW)
    check(parsed)
    return parsed


def test_no_vector_of_xss_survives_the_cleaner(shared: Path) -> None:
    for vector in hostile(shared, "xss.json"):
        for base in ("", URL):
            cleaned = clean(vector, base, 1_000_000)
            judge(cleaned)
            assert clean(cleaned, base, 10_000_000) == cleaned


@pytest.mark.parametrize(
    "name", ["xss.json", "blns.json", "strings_control_unicode.json", "open_redirect_patt.json"]
)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_hostile_string_survives_in_any_field(shared: Path, name: str, part: int) -> None:
    texts = hostile(shared, name)[part::PARTS]
    for start in range(0, len(texts), 500):
        batch = texts[start : start + 500]
        for document in filled(batch):
            parsed = answered(document)
            assert isinstance(parsed, Document)
            assert len(parsed.entries) + len(parsed.skipped) == len(batch)


def test_no_vector_of_xss_survives_as_markup_of_the_feed_itself(shared: Path) -> None:
    for vector in hostile(shared, "xss.json")[::10]:
        answered(atom(f'<title>t</title><content type="xhtml"><div>{vector}</div></content>'))


def test_hostile_addresses_are_refused_and_good_ones_kept(shared: Path) -> None:
    for case in json.loads((shared / "data/hostile/href_urls.json").read_text(encoding="utf-8")):
        alone, based = absolute(case["url"]), absolute(case["url"], URL)
        if case["allow"]:
            assert alone == based == case["url"]
        else:
            assert case["url"] not in (alone, based)
            for address in (alone, based):
                assert address is None or address.startswith(("http://", "https://"))


def test_hostile_dates_are_dates_of_news_or_none(shared: Path) -> None:
    dates = json.loads((shared / "data/hostile/dates.json").read_text(encoding="utf-8"))
    read = {text: when(text, NOW) for text in (*dates["feedparser_tests"], *dates["own"])}
    assert all(date is None or 1990 <= date.year <= 2026 for date in read.values())
    assert sum(date is not None for date in read.values()) >= 70


def test_every_hostile_opml_is_read_safely_or_refused(shared: Path) -> None:
    found = {}
    for path in (shared / "data/hostile/opml").iterdir():
        try:
            found[path.stem] = len(read_opml(path.read_bytes()))
        except UsageError:
            found[path.stem] = -1
    assert found == {
        "10k": 10_000, "dups": 1, "js": 0, "ssrf": 1, "xss_title": 1,
        "deep": -1, "empty": -1, "laughs": -1, "notopml": -1, "xxe": -1,
    }  # fmt: skip


def _check_file(path: Path) -> None:
    parsed = parse(path.read_bytes(), content_type="", url=URL, now=NOW)
    check(parsed)
    assert not (isinstance(parsed, Failed) and parsed.reason is Reason.PARSE_CRASH), parsed


def test_every_hostile_document_is_answered(shared: Path) -> None:
    for path in sorted((shared / "data/hostile/xml").rglob("*")):
        if path.is_file() and path.parent.name != "bombs":
            _check_file(path)


def test_every_bomb_is_answered_in_time(shared: Path) -> None:
    context = multiprocessing.get_context("spawn")
    for path in sorted((shared / "data/hostile/xml/bombs").iterdir()):
        child = context.Process(target=_check_file, args=(path,))
        child.start()
        child.join(30)
        hanging = child.is_alive()
        if hanging:
            child.kill()
            child.join()
        assert not hanging, path.name
        assert child.exitcode == 0, path.name
