"""Articles for the tests of what goes out: rich, bare, right to left, carried by several."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from aggregator.model import (
    Appearance,
    Article,
    Channel,
    Enclosure,
    Evidence,
    Image,
    Kind,
    Outlet,
    Rule,
    TopicHit,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
EXAMPLE = Outlet("example", "Example News", "https://news.example/feed", "https://news.example/")
OTHER = Outlet("other", "Другие новости", "https://other.example/rss", None)

CHANNEL = Channel(
    id="tag:news-aggregator.invalid,2026:feed/0badcafe/war",
    title="War",
    description="What is reported about War",
    home="https://reader.example/topics/war",
    urls={
        "atom": "https://reader.example/feeds/war.atom",
        "rss": "https://reader.example/feeds/war.rss",
        "json": "https://reader.example/feeds/war.json",
    },
    pages="https://reader.example/articles/",
    icon="https://reader.example/static/icon.png",
    topic_names={"war": "War", "azerbaijan": "Azerbaijan"},
    stylesheet="https://reader.example/static/feed.css",
)


def article_id(number: int) -> str:
    digits = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(digits[(number >> shift) & 31] for shift in range(0, 130, 5))


def bare(number: int = 1) -> Article:
    """A title, a link and the dates that every article has."""
    at = NOON - timedelta(minutes=number)
    return Article(
        article_id(number),
        f"Headline {number}",
        f"https://news.example/{number}",
        first_seen=at,
        published=at,
        updated=at,
        listed=at,
        appearances=(
            Appearance(
                EXAMPLE, f"g{number}", f"https://news.example/{number}", f"Headline {number}", at
            ),
        ),
    )


RICH = Article(
    id=article_id(1000),
    title="Commander lets encircled soldiers go & ends the 44-day war",
    link="https://news.example/2026/11/spared?ref=a&b=c",
    first_seen=NOON,
    published=NOON - timedelta(hours=2),
    updated=NOON - timedelta(hours=1),
    listed=NOON - timedelta(hours=2),
    summary='Thousands < a division > walked home, "unharmed" & on foot.',
    content=(
        "<p>They had been <b>surrounded</b> since Tuesday.</p>"
        '<p>More <a href="https://news.example/more" rel="noopener noreferrer">here</a>.</p>'
    ),
    text="They had been surrounded since Tuesday. More here.",
    authors=("Leyla Məmmədova", "John Doe, Jr."),
    image=Image(
        "https://news.example/img/soldiers-road.jpg", 'Soldiers on a road, "free"', 640, 360
    ),
    enclosures=(
        Enclosure("https://news.example/audio.mp3", "audio/mpeg", 123456),
        Enclosure("https://news.example/film.mp4", "video/mp4", None),
        Enclosure("https://news.example/paper.bin", "", 9),
    ),
    categories=("War", "Peace, at last", "Южный Кавказ"),
    language="en",
    certainty=0.97,
    appearances=(
        Appearance(EXAMPLE, "1", "https://news.example/2026/11/spared?ref=a&b=c", "", NOON),
        Appearance(OTHER, "2", "https://other.example/voina", "Солдат отпустили", NOON),
        Appearance(Outlet("third", "Third"), "3", None, "", NOON),
    ),
    topics=(
        TopicHit(
            "war",
            (
                Evidence(Rule.ANY, "title", "war", "war", score=1.25),
                Evidence(Rule.SUBJECT, "text", "surrounded", "surround", "war", Kind.HINT, 0.2),
            ),
        ),
        TopicHit("azerbaijan", (Evidence(Rule.SOURCE, "source", "example", "azerbaijan"),)),
    ),
)

ARABIC = Article(
    id=article_id(1001),
    title="انتهاء الحرب بعد ٤٤ يوماً",
    link="https://ar.example/خبر",
    first_seen=NOON,
    published=NOON,
    updated=NOON,
    listed=NOON,
    summary="عاد آلاف الجنود إلى بيوتهم.",
    text="عاد آلاف الجنود إلى بيوتهم.",
    language="ar",
    appearances=(
        Appearance(
            Outlet("ar", "الأخبار", None, "https://ar.example/"),
            "9",
            "https://ar.example/خبر",
            "",
            NOON,
        ),
    ),
)

NO_LINK = Article(
    article_id(1002),
    "",
    None,
    NOON,
    NOON,
    NOON,
    NOON,
    summary="A note that has no page of its own.",
)
CHINESE = Article(
    article_id(1003),
    "阿塞拜疆与亚美尼亚停火",
    "https://zh.example/a",
    NOON,
    NOON,
    NOON,
    NOON,
    content="<p>双方同意停火。</p>",
    text="双方同意停火。",
    language="zh-Hans",
    appearances=(Appearance(Outlet("zh", "新闻"), None, "https://zh.example/a", "", NOON),),
)

EVERY_KIND = (RICH, ARABIC, CHINESE, NO_LINK, bare())
