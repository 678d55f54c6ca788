"""Real reader apps read our Atom and RSS from a plain good server (the whole service: elsewhere).

Each shows title, link, date, author and categories, asks conditionally, and shows nothing twice.
What an app cannot show stands, with its reason, in ``apps.APPS[…].lacks``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from articles import ARABIC, CHANNEL, CHINESE, NOON, RICH, bare
from origin import Origin
from readers.apps import APPS, App, Seen

from aggregator.model import Article
from aggregator.publish import MIME, article_uri, atom, rss

RENDER = {"atom": atom, "rss": rss}
SIGNED = replace(RICH, authors=("Leyla Məmmədova",))  # of several, each app shows another one
ARTICLES = (SIGNED, ARABIC, CHINESE)


def by_guid(seen: list[Seen]) -> dict[str, Seen]:
    assert len({one.guid for one in seen}) == len(seen), "an entry shows twice"
    return {one.guid: one for one in seen}


@pytest.mark.parametrize("form", RENDER)
def test_an_app_shows_what_we_tell(app: App, form: str, origin: Origin, tmp_path: Path) -> None:
    url = origin.serve("/feed", RENDER[form](CHANNEL, ARTICLES), MIME[form])
    shown = by_guid(app.read([url], tmp_path))
    assert set(shown) == {article_uri(article.id) for article in ARTICLES}
    one = shown[article_uri(SIGNED.id)]
    assert (one.title, one.link) == (SIGNED.title, SIGNED.link)
    assert one.date == SIGNED.published
    assert one.author == "Leyla Məmmədova"
    assert shown[article_uri(CHINESE.id)].author == "新闻", "the outlet signs for want of an author"
    if "categories" in app.lacks:
        assert one.categories == ()
    else:
        ours = ("war", "azerbaijan") if form == "atom" else ("War", "Azerbaijan")
        assert one.categories == (*ours, "Peace at last", "Южный Кавказ")


@pytest.mark.parametrize("form", RENDER)
def test_an_app_is_told_that_nothing_changed(
    app: App, form: str, origin: Origin, tmp_path: Path
) -> None:
    url = origin.serve("/feed", RENDER[form](CHANNEL, ARTICLES), MIME[form])
    for _ in range(app.polls_until_304):
        shown = app.read([url], tmp_path)
    assert origin.requests[-1].status == 304
    assert len(by_guid(shown)) == len(ARTICLES)


@pytest.mark.parametrize("form", RENDER)
def test_nothing_shows_twice_while_others_come_and_change(
    app: App, form: str, origin: Origin, tmp_path: Path
) -> None:
    """Ten polls: each brings one entry and edits another; half-way our own addresses change."""
    moved = replace(CHANNEL, home="https://moved.example/", pages="https://moved.example/articles/")
    articles: list[Article] = list(ARTICLES)
    url = origin.url("/feed")
    for poll in range(10):
        articles.insert(0, bare(poll + 1))
        articles[-1] = _edited(articles[-1], poll, title=not app.keeps_old_titles)
        channel = CHANNEL if poll < 5 else moved
        origin.serve("/feed", RENDER[form](channel, articles), MIME[form])
        shown = by_guid(app.read([url], tmp_path))
        assert set(shown) == {article_uri(article.id) for article in articles}
    assert [seen.status for seen in origin.requests] == [200] * 10


def _edited(article: Article, poll: int, *, title: bool) -> Article:
    return replace(
        article,
        title=f"{CHINESE.title} {poll}" if title else article.title,
        content=f"<p>{poll}</p>",
        updated=NOON + timedelta(minutes=poll),
    )


def test_an_article_in_two_of_our_feeds_is_one_article(origin: Origin, tmp_path: Path) -> None:
    """newsboat knows an article by its guid; two feeds give the same one, in either format."""
    app = APPS["newsboat"]
    if not app.available():
        pytest.skip("newsboat is not installed")
    urls = [
        origin.serve("/war", atom(CHANNEL, ARTICLES), MIME["atom"]),
        origin.serve("/all", rss(replace(CHANNEL, title="All"), ARTICLES), MIME["rss"]),
    ]
    shown = app.read(urls, tmp_path)
    assert {one.guid for one in shown} == {article_uri(article.id) for article in ARTICLES}
