"""A small newsroom in nine languages, committed through the store: what the web tests show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from articles import article_id

from aggregator.model import (
    Appearance,
    Arrival,
    Article,
    By,
    Commit,
    Enclosure,
    Evidence,
    Feed,
    Image,
    Join,
    Outlet,
    Placed,
    PollState,
    Rule,
    Source,
    Topic,
    TopicHit,
    Verdict,
)
from aggregator.store import gathering, polls, sources
from aggregator.store.database import Database
from aggregator.web import Site

NOW = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
TOPICS = (
    Topic("war", "War", any=("war",)),
    Topic("azerbaijan", "Azerbaijan", place=("AZ",), former=("azer",)),
    Topic("climate", "Climate", any=("climate",)),
    Topic("culture", "Culture & Arts"),
)
SECRET = Feed("desk", "The desk’s own feed", "topic:war", token="s3cret-ü")
FEEDS = {
    feed.slug: feed
    for feed in (
        Feed("all", "All articles", description="Every article of every source"),
        *(Feed(t.slug, t.name, f"topic:{t.slug}", former=t.former) for t in TOPICS),
        Feed("fresh", "The last two days", "within:2d", former=("newest", "latest")),
        SECRET,
    )
}
SOURCES = (
    Source(
        "harbour", "https://harbour.example/feed.xml", name="The Harbour Gazette", language="en"
    ),
    Source("xeber", "https://xeber.example/rss", name="Günün Xəbəri", language="az"),
    Source("vestnik", "https://vestnik.example/rss", name="Вестник Прибрежья", language="ru"),
    Source("sahifa", "https://sahifa.example/feed", name="صحيفة الميناء", language="ar"),
    Source("rooznameh", "https://rooz.example/feed", name="روزنامه کوهستان", language="fa"),
    Source("hadashot", "https://hadashot.example/feed", name="חדשות העמק", language="he"),
    Source("lratu", "https://lratu.example/feed", name="Լեռնային Լրատու", language="hy"),
    Source("mtis", "https://mtis.example/feed", name="მთის მაცნე", language="ka"),
    Source("jiangbao", "https://jiangbao.example/feed", name="江畔日报", language="zh"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """An article in short; ``topics`` maps a topic's slug to the words that gave it away."""

    source: str
    title: str
    summary: str
    hours: float
    topics: tuple[tuple[str, str], ...] = ()
    picture: str = ""


STORIES = (
    Story(
        "harbour",
        "Ceasefire holds for a third day as convoys reach the mountain villages",
        "Flour, insulin and a mobile bakery went up the pass at dawn, the first deliveries since "
        "the 44-day war; both armies say that they have pulled back their guns, and monitors have "
        "counted no shots overnight.",
        0.5,
        (("war", "war"), ("azerbaijan", "Karabakh")),
        "Lorries on a mountain road in the snow",
    ),
    Story(
        "xeber",
        "Bakıda iqlim konfransı başa çatdı: dəniz səviyyəsi üçün yeni fond yaradılır",
        "Sahilyanı şəhərlər üçün nəzərdə tutulan fond gələn ilin yazından işə başlayacaq.",
        1.2,
        (("azerbaijan", "Bakıda"), ("climate", "iqlim")),
    ),
    Story(
        "vestnik",
        "Переговоры о прекращении огня продлены ещё на неделю",
        "Стороны договорились об обмене пленными и об открытии двух дорог; война, говорят "
        "посредники, «замерла, но не закончилась».",
        1.9,
        (("war", "война"),),
        "Стол переговоров",
    ),
    Story(
        "sahifa",
        "وصول أولى قوافل المساعدات إلى القرى الجبلية بعد وقف إطلاق النار",
        "قال مراقبون إن الليلة مرت بهدوء للمرة الأولى منذ أربعة وأربعين يوماً، "
        "وإن المخابز عادت إلى العمل.",
        2.4,
        (("war", "الحرب"), ("azerbaijan", "أذربيجان")),
        "شاحنات على طريق جبلي",
    ),
    Story(
        "rooznameh",
        "جشنوارهٔ کتاب کوهستان با سیصد ناشر آغاز به کار کرد",
        "امسال برای نخستین بار ناشران از نُه کشور در کنار هم غرفه دارند.",
        3.1,
        (("culture", "کتاب"),),
    ),
    Story(
        "hadashot",
        "המוזיאון בעמק נפתח מחדש אחרי שלוש שנות שיפוץ",
        "באגף החדש מוצגות לראשונה מפות מן המאה ה־16, ולצדן סרט קצר (״העמק״) בשלוש שפות.",
        4.0,
        (("culture", "המוזיאון"),),
        "חזית המוזיאון",
    ),
    Story(
        "lratu",
        "Լեռնային գյուղերի դպրոցները կրկին բացվել են",
        "Ավելի քան երկու հազար աշակերտ այսօր վերադարձել է դասարան։",
        5.2,
    ),
    Story(
        "mtis",
        "უღელტეხილი ღამით დაიკეტება ძლიერი თოვლის გამო",
        "მძღოლებს სთხოვენ, ჯაჭვების გარეშე გზას ნუ დაადგებიან.",
        6.5,
        (("climate", "თოვლის"),),
    ),
    Story(
        "jiangbao",
        "山区道路恢复通车,首批援助物资运抵三个村庄",
        "监督员表示,停火后的第三个夜晚没有听到枪声;气候专家提醒,本周末可能再次降雪。",
        7.3,
        (("war", "停火"), ("climate", "气候")),
        "雪后的山路",
    ),
    Story(
        "harbour",
        "Fishing fleet stays in port: “We have never seen a November sea as warm as this”",
        "",
        8.0,
        (("climate", "warm"),),
    ),
    Story(
        "harbour",
        "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen-"
        "https://example.org/a/very/long/address/without/any/place/to/break/it/at/all?and=more&and=more",
        "Loooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooooong.",
        9.0,
    ),
    Story(
        "vestnik",
        "Театр на набережной открыл сезон",
        "Премьера – «Чайка».",
        30,
        (("culture", "Театр"),),
    ),
    Story("harbour", "Price war over bread ends in a truce", "Two bakeries agree.", 33),
    Story(
        "xeber",
        "Qarabağda yeni dəmir yolu xətti açıldı",
        "Qatar gündə iki dəfə.",
        80,
        (("azerbaijan", "Qarabağda"),),
    ),
)


def arrival(number: int, story: Story, pictures: str, now: datetime) -> Arrival:
    """The story as its source brings it the first time."""
    source = next(source for source in SOURCES if source.key == story.source)
    host = source.url.split("/")[2]
    link, at = f"https://{host}/{number}", now - timedelta(hours=story.hours)
    outlet = Outlet(source.key, source.name or source.key, source.url, f"https://{host}/")
    appearance = Appearance(outlet, f"guid-{number}", link, story.title, at + timedelta(minutes=3))
    picture = Image(f"{pictures}/{number}.svg", story.picture, 960, 640) if story.picture else None
    article = Article(
        id=article_id(number),
        title=story.title,
        link=link,
        first_seen=appearance.seen,
        published=at,
        updated=at,
        listed=at,
        summary=story.summary,
        content=f"<p>{story.summary}</p>" if story.summary else "",
        text=story.summary,
        image=picture,
        language=source.language,
        appearances=(appearance,),
        topics=tuple(
            TopicHit(slug, (Evidence(Rule.ANY, "title", words, words),))
            for slug, words in story.topics
        ),
    )
    keys = (f"g:{source.key}:guid-{number}", f"l:{host}/{number}")
    return Arrival(
        Verdict.NEW, "not seen before", article, appearance, keys, keys[1][2:], at, f"f{number}"
    )


BODY = """<p>The first lorries left the valley at five in the morning, <b>headlights off</b>, and
reached the upper villages before the snow did. “We had flour for two more days,” said the baker
of the smallest of them. More in <a href="https://harbour.example/longread">the long report</a>.</p>
<h1>What was agreed</h1><p>Both sides signed four points:</p>
<ul><li>all guns are pulled back by twenty kilometres;</li><li>prisoners go home within a
week;</li><li>the pass stays open, day and night.</li></ul>
<blockquote><p>Nobody won this war. Some of us got through it.</p></blockquote>
<h4>Key takeaways</h4><table><tr><th>Day</th><th>Lorries</th><th>Tonnes</th></tr>
<tr><td>Friday</td><td>14</td><td>210</td></tr><tr><td>Saturday</td><td>31</td><td>480</td></tr></table>
<pre>a-line-of-code-that-goes-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on-and-on</pre>"""


def lead(first: Arrival) -> Arrival:
    """The yardstick of an article: everything that one can have."""
    why = (
        Evidence(Rule.ANY, "summary", "44-day war", "war"),
        Evidence(Rule.CATEGORY, "categories", "Armed conflict", "Armed conflict"),
    )
    place = (Evidence(Rule.PLACE, "text", "Karabakh", "Azerbaijan"),)
    article = replace(
        first.article,
        content=BODY,
        text="The first lorries left the valley at five in the morning.",
        authors=("Ayla Rahimova", "Иван Петров"),
        categories=("Armed conflict", "Humanitarian aid", "Южный Кавказ"),
        enclosures=(Enclosure("https://harbour.example/audio.mp3", "audio/mpeg", 4_200_000),),
        topics=(TopicHit("war", why), TopicHit("azerbaijan", place)),
    )
    return replace(first, article=article)


def commit(source: str, arrivals: Iterable[Arrival], at: datetime, **changes: object) -> Commit:
    """A poll of a source that went well, unless ``changes`` say otherwise."""
    brought = tuple(arrivals)
    good = Commit(
        source,
        at,
        "ok",
        "",
        at + timedelta(minutes=20),
        PollState(source, first_success=at, last_success=at),
        entries=len(brought),
        arrivals=brought,
        bytes=41_200,
        milliseconds=430,
    )
    return replace(good, **changes)  # type: ignore[arg-type]


def failure(source: str, result: str, detail: str, at: datetime, **state: object) -> Commit:
    changed = replace(PollState(source, failures=4), **state)  # type: ignore[arg-type]
    return commit(source, (), at, result=result, detail=detail, state=changed, entries=0, bytes=0)


STORY = article_id(5000)
"""What several outlets tell of the ceasefire: articles 0, 2, 3 and 8."""

OTHER_STORY = article_id(5001)

MOVED = Join(article_id(0), By.WORDS, 0.6)
"""Why an article is in the story that it was moved to."""


def place(db: Database, *placed: Placed, at: datetime = NOW) -> None:
    """Put articles into stories, as the gatherer does."""
    assert gathering.place(db, placed, at, gathering.state(db)) is not None


def gather(db: Database, *, now: datetime = NOW) -> None:
    """Let four articles be one story in four languages, for every kind of reason, and one another.

    8 came first and leads, 0 came last.
    """
    first, last, talks, arabic = (article_id(number) for number in (8, 0, 2, 3))
    before, hour = now - timedelta(minutes=4), timedelta(hours=1)
    shared = ("44", "Baku", "ceasefire")
    place(
        db,
        Placed(first, STORY),
        Placed(arabic, STORY, Join(first, By.MEANING, 0.6222, ("44",), 5 * hour)),
        Placed(last, STORY, Join(arabic, By.WORDS, 0.714, shared, 2 * hour)),
        Placed(article_id(12), OTHER_STORY),
        at=before,
    )
    place(db, Placed(talks, STORY, Join(last, By.PERSON, 1.0)), at=before + timedelta(minutes=1))


def fill(db: Database, *, now: datetime = NOW, pictures: str = "https://pictures.example") -> None:
    """Commit everything: articles, an edit, two that carry another's article, two that fail."""
    sources.sync(db, SOURCES, now - timedelta(days=5))
    brought = [arrival(number, story, pictures, now) for number, story in enumerate(STORIES)]
    brought[0] = lead(brought[0])
    for source in SOURCES:
        own = [one for one in brought if one.appearance.outlet.key == source.key]
        polls.commit(db, commit(source.key, own, now - timedelta(minutes=25)))
    first = brought[0]
    for key, title in (("vestnik", "Перемирие держится третий день"), ("sahifa", "الهدنة صامدة")):
        outlet = next(one.appearance.outlet for one in brought if one.appearance.outlet.key == key)
        seen = replace(first.appearance, outlet=outlet, guid=None, title=title, seen=now)
        also = replace(
            first, verdict=Verdict.ALSO, why="the same link", appearance=seen, identities=()
        )
        polls.commit(db, commit(key, [also], now - timedelta(minutes=8)))
    edited = replace(
        first.article,
        title="Ceasefire holds for a third day; convoys reach the mountain villages",
        updated=now - timedelta(minutes=6),
    )
    change = replace(
        first,
        verdict=Verdict.CHANGED,
        why="the headline was edited",
        article=edited,
        fingerprint="f0b",
    )
    polls.commit(db, commit("harbour", [change], now - timedelta(minutes=5)))
    polls.commit(
        db,
        failure(
            "mtis",
            "timeout",
            "mtis.example gave no whole answer within 30 seconds",
            now - timedelta(minutes=4),
            first_success=now - timedelta(days=4),
            last_success=now - timedelta(hours=6),
        ),
    )
    polls.commit(
        db, failure("lratu", "dns", "lratu.example has no address", now - timedelta(minutes=3))
    )
    # A story that one article tells, in three outlets.
    place(db, Placed(article_id(0), STORY), at=now - timedelta(minutes=5))


def site(db: Database, **changes: object) -> Site:
    """The configuration of the newsroom at ``NOW``."""
    plain = Site(
        db=db,
        base_url="https://news.example",
        title="The Morning Post-Box",
        topics=TOPICS,
        feeds=FEEDS,
        sources=SOURCES,
        timezone="Asia/Baku",
        clock=lambda: NOW,
        version="1.0.0",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def ruin(db: Database) -> None:
    """Put something else where the database was."""
    db.close()
    for suffix in ("", "-wal", "-shm"):
        Path(f"{db.url.database}{suffix}").write_bytes(b"this is no database" * 100)
