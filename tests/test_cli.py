"""The commands, as a person types them: what is printed, what is changed, how they exit."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from feeds import item, rss
from origin import Origin

from aggregator.app import utc_now
from aggregator.cli import main
from aggregator.gather import gather_again
from aggregator.store import gathering
from aggregator.store.database import Database
from aggregator.store.dialect import microseconds

CONFIG = """
sources:
  - url: {url}
    key: courier
topics:
  baku: {{name: Baku, any: [Baku], examples: {{match: [Rain in Baku]}}}}
feeds:
  rain: {{title: Rain, where: "rain topic:baku"}}
  secret: {{title: Secret, where: rain, token_env: SECRET_TOKEN}}
service:
  fetch: {{seconds: 3, allow_private: [127.0.0.0/8]}}
  poll: {{gap: 0s}}
  parse: {{processes: 1}}
"""


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as opened:
        opened.serve("/feed", rss([item(1, "Rain in Baku"), item(2, "Sun in Ganja")]))
        yield opened


@pytest.fixture
def place(tmp_path: Path, origin: Origin, monkeypatch: pytest.MonkeyPatch) -> Path:
    config = tmp_path / "config"
    config.mkdir()
    (config / "all.yaml").write_text(CONFIG.format(url=origin.url("/feed")), encoding="utf-8")
    monkeypatch.setenv("SECRET_TOKEN", "open-sesame-open-sesame")
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> Ran:
        monkeypatch.setattr("sys.argv", ["run.py", *words])
        capsys.readouterr()
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code if isinstance(left.code, int) else 0 if left.code is None else 1
        return Ran(code, *capsys.readouterr())

    return call


def test_poll_prints_a_table_of_what_came(run: Run) -> None:
    ran = run("poll")
    assert ran.code == 0
    assert "courier" in ran.out
    assert "1 polled, 0 failed, 2 new articles" in ran.out


def test_poll_prints_json_for_programs(run: Run) -> None:
    run("poll")
    [row] = run("poll", "--json").json
    assert (row["source"], row["result"], row["new"]) == ("courier", "unchanged", 0)


def test_poll_exits_1_if_every_source_failed(run: Run, origin: Origin) -> None:
    origin.behave("/feed", "status", code=500)
    ran = run("poll")
    assert ran.code == 1
    assert "server-error" in ran.out


def test_poll_leaves_alone_what_backs_off_unless_told(run: Run, origin: Origin) -> None:
    origin.behave("/feed", "status", code=500)
    run("poll")
    assert "0 polled, 1 left waiting" in run("poll").out
    assert len(origin.requests) == 1
    run("poll", "--all")
    run("poll", "courier")
    assert len(origin.requests) == 3


def test_poll_of_an_unknown_key_says_so(run: Run) -> None:
    ran = run("poll", "courrier")
    assert ran.code == 2
    assert "no source has the key courrier, did you mean 'courier'?" in ran.err


def test_check_counts_and_exits_0(run: Run) -> None:
    ran = run("check")
    assert ran.code == 0
    assert "1 source, 1 topic, 2 feeds, 1 examples: all right" in ran.out
    assert "private: http://127.0.0.1:8000/feeds/secret.atom?token=…" in ran.out
    assert "open-sesame" not in ran.out


def test_check_warns_of_a_feed_on_disk_that_is_not_there(run: Run, place: Path) -> None:
    text = "sources: [{file: here now.xml}, {file: later.xml}]\n"
    (place / "config" / "disk.yaml").write_text(text, encoding="utf-8")
    (place / "config" / "here now.xml").write_bytes(rss([item(1)]))
    ran = run("check")
    assert ran.code == 0
    assert ran.out.count("warning: ") == 1
    assert "later: there is no file" in ran.out
    assert len(run("check", "--json").json["warnings"]) == 1


def test_check_online_tries_each_source_and_stores_nothing(run: Run, place: Path) -> None:
    ran = run("check", "--online")
    assert ran.code == 0
    assert "Caspian Courier" in ran.out
    assert not (place / "data").exists()


def test_check_online_exits_1_for_what_is_no_feed(run: Run, origin: Origin) -> None:
    origin.serve("/feed", b"<html><title>Hello</title></html>", content_type="text/html")
    ran = run("check", "--online", "--json")
    assert ran.code == 1
    assert ran.json["sources"][0]["result"] == "not-a-feed"


def test_a_wrong_configuration_names_every_place_and_exits_2(run: Run, place: Path) -> None:
    wrong = "topics:\n  war:\n    plcae: AZ\n    any: [war]\nsourcs: []\n"
    (place / "config" / "wrong.yaml").write_text(wrong, encoding="utf-8")
    ran = run("check")
    assert ran.code == 2
    assert "wrong.yaml:3:5: topics.war.plcae: unknown key, did you mean 'place'?" in ran.err
    assert "wrong.yaml:5:1: sourcs:" in ran.err
    assert len(run("check", "--json").json["problems"]) == 2


def test_try_lists_what_matches(run: Run) -> None:
    run("poll")
    ran = run("try", "topic:baku rain")
    assert "Rain in Baku" in ran.out
    assert "1 match, 1 shown" in ran.out
    assert run("try", "ganja", "--json").json["total"] == 1


def test_try_marks_the_place_of_a_mistake(run: Run) -> None:
    ran = run("try", "rain (sun")
    assert ran.code == 2
    assert ran.err.splitlines()[2].strip() == "^"


def test_try_says_which_topic_there_is_not(run: Run) -> None:
    ran = run("try", "topic:bakku source:nowhere")
    assert ran.err.splitlines() == [
        "there is no topic 'bakku', did you mean 'baku'?",
        "there is no source 'nowhere'",
    ]


def test_try_needs_one_thing_to_try(run: Run) -> None:
    assert run("try").code == 2


def test_try_config_tells_gains_and_losses_and_changes_nothing(run: Run, place: Path) -> None:
    run("poll")
    new = place / "new"
    new.mkdir()
    text = (place / "config" / "all.yaml").read_text(encoding="utf-8")
    (new / "all.yaml").write_text(text.replace("[Baku]", "[Ganja]").replace("[Rain in Baku]", "[]"))
    changes = {(c["kind"], c["slug"]): c for c in run("try", "--config", "new", "--json").json}
    [gain], [loss] = changes["topic", "baku"]["gains"], changes["topic", "baku"]["losses"]
    assert (gain["title"], loss["title"]) == ("Sun in Ganja", "Rain in Baku")
    assert changes["feed", "rain"]["lost"] == 1
    lines = run("try", "--config", "new").out.splitlines()
    [line] = [line for line in lines if line.endswith("Sun in Ganja")]
    assert line == f"topic baku + {gain['id'][:10]} Sun in Ganja"
    assert run("why", gain["id"][:10], "--json").json["title"] == "Sun in Ganja"
    assert "no topic and no feed would change" in run("try", "--config", "config").out


def test_try_config_tells_a_topic_and_the_feed_that_it_has_anyway_once(
    run: Run, place: Path
) -> None:
    run("poll")
    new = place / "new"
    new.mkdir()
    text = (place / "config" / "all.yaml").read_text(encoding="utf-8")
    (new / "all.yaml").write_text(text.replace("[Baku]", "[Ganja, Baku]"), encoding="utf-8")
    told = [(c["kind"], c["slug"]) for c in run("try", "--config", "new", "--json").json]
    assert told == [("topic", "baku")]
    renamed = text.replace("baku: {", "city: {").replace("topic:baku", "topic:city")
    own = renamed.replace("feeds:\n", "feeds:\n  baku: {where: 'topic:city -rain'}\n")
    (new / "all.yaml").write_text(own, encoding="utf-8")
    changes = run("try", "--config", "new", "--json").json
    assert [(c["kind"], c["slug"], c["gained"], c["lost"]) for c in changes] == [
        ("feed", "baku", 0, 1),
        ("topic", "baku", 0, 1),
        ("topic", "city", 1, 0),
    ]


def test_retag_applies_todays_topics_to_stored_articles(run: Run, place: Path) -> None:
    run("poll")
    run("retag")
    config = place / "config" / "all.yaml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("any: [Baku]", "any: [Baku, Ganja]"), encoding="utf-8")
    assert run("retag").out.startswith("1 articles have other topics")
    assert run("try", "topic:baku", "--json").json["total"] == 2
    assert run("retag").out.startswith("0 articles have other topics")


def test_why_tells_source_words_feeds_and_edits(run: Run, origin: Origin) -> None:
    run("poll")
    origin.serve("/feed", rss([item(1, "Heavy rain in Baku")]))
    run("poll")
    link = "https://courier.example/1"
    told = run("why", link, "--json").json
    assert told["feeds"] == ["all", "baku", "rain", "secret"]
    [reason] = told["topics"]
    assert reason.pop("score") >= 1
    assert reason == {
        "topic": "baku",
        "rule": "any",
        "words": "Baku",
        "field": "title",
        "term": "Baku",
        "of": "",
        "kind": "",
    }
    assert [made["verdict"] for made in told["decisions"]] == ["new", "changed"]
    assert told["edits"][0]["title"] == "Rain in Baku"
    printed = run("why", told["id"][:8]).out
    assert "Heavy rain in Baku" in printed
    assert "Rain in Baku" in printed.partition("it said")[2]


def test_why_of_an_unknown_article_exits_2(run: Run) -> None:
    assert run("why", "https://nowhere.example/").code == 2


OPML = """<opml version="2.0"><body><outline text="East">
<outline type="rss" text="One" xmlUrl="https://one.example/rss"/>
<outline type="rss" text="One again" xmlUrl="http://one.example/rss"/>
<outline type="rss" text="Paid" xmlUrl="https://paid.example/rss?token=s3cret"/>
<outline type="rss" text="Courier" xmlUrl="{known}"/></outline></body></opml>"""


def test_import_writes_a_file_of_new_sources_and_export_gives_them_back(
    run: Run, place: Path, origin: Origin
) -> None:
    (place / "my feeds.opml").write_text(OPML.format(known=origin.url("/feed")), encoding="utf-8")
    ran = run("import", "my feeds.opml", "--to", "mine.yaml")
    assert (ran.code, ran.err) == (0, "")
    assert "mine.yaml: 3 new, 1 known already" in ran.out
    assert run("check").code == 0
    exported = run("export").out
    assert 'xmlUrl="https://one.example/rss"' in exported
    assert 'xmlUrl="http://one.example/rss"' in exported
    written = yaml.safe_load((place / "config" / "mine.yaml").read_text(encoding="utf-8"))
    assert [one.get("key") for one in written["sources"]] == [None, "one-example-2", "paid-example"]
    assert "all of its 4 feeds are sources already" in run("import", "my feeds.opml").out
    assert run("import", "my feeds.opml", "--to", "mine.yaml").code == 2


@pytest.mark.parametrize("name", ["../out.yaml", "out.txt", "sub/out.yaml"])
def test_import_writes_only_yaml_in_the_config_folder(run: Run, place: Path, name: str) -> None:
    (place / "x.opml").write_text(OPML.format(known="https://a.example/"), encoding="utf-8")
    assert run("import", "x.opml", "--to", name).code == 2


def test_export_of_outputs_hides_private_feeds(run: Run) -> None:
    exported = run("export", "--outputs").out
    assert "/feeds/rain.atom" in exported
    assert "secret" not in exported
    assert "open-sesame-open-sesame" not in exported


@pytest.mark.parametrize(
    ("body", "said"), [("sources: []", "OPML"), ("<opml><body/></opml>", "no outline in it")]
)
def test_import_of_what_holds_no_feeds_says_so(run: Run, place: Path, body: str, said: str) -> None:
    (place / "x.opml").write_text(body, encoding="utf-8")
    ran = run("import", "x.opml")
    assert ran.code == 2
    assert ran.err.startswith("error: x.opml: ")
    assert said in ran.err


def test_backup_and_restore_bring_everything_back(run: Run, place: Path) -> None:
    run("poll")
    assert run("backup", "copy.db").code == 0
    assert run("backup", "copy.db").code == 2
    assert run("backup", "copy.db", "--force").code == 0
    assert run("restore", "copy.db").code == 2
    assert run("--data", "other", "restore", "copy.db").code == 0
    assert run("--data", "other", "try", "rain", "--json").json["total"] == 1


def test_a_database_that_is_none_exits_3(run: Run, place: Path) -> None:
    (place / "data").mkdir()
    (place / "data" / "aggregator.db").write_bytes(b"not a database" * 100)
    ran = run("poll")
    assert ran.code == 3
    assert "is not a database" in ran.err


def test_an_unknown_command_names_the_nearest_or_all(run: Run) -> None:
    assert "did you mean 'poll'?" in run("pol").err
    ran = run("xyzzy")
    assert ran.code == 2
    assert "serve, worker, web, demo, poll" in ran.err


def test_help_names_every_command(run: Run) -> None:
    ran = run("--help")
    assert ran.code == 0
    assert all(name in ran.out for name in ("serve", "poll", "restore"))


def test_the_help_of_a_command_holds_its_examples_line_by_line(run: Run) -> None:
    told = run("try", "--help").out
    assert "\\b" not in told
    assert "run.py try --config config-new" in map(str.strip, told.splitlines())


def test_a_reason_that_was_stored_before_there_were_scores_shows_none(
    run: Run, place: Path
) -> None:
    run("poll")
    with closing(sqlite3.connect(place / "data" / "aggregator.db")) as db, db:
        old = [{"rule": "any", "field": "title", "words": "Baku", "term": "Baku"}]
        db.execute("UPDATE hits SET why = ?", (json.dumps(old),))
    [found] = run("try", "topic:baku", "--json").json["articles"]
    [reason] = run("why", found["id"], "--json").json["topics"]
    assert reason["score"] is None
    assert "0.0" not in run("why", found["id"]).out.partition("score")[2].partition("source")[0]


def test_a_feed_can_not_colour_the_terminal(run: Run, origin: Origin) -> None:
    origin.serve("/feed", rss([item(1, "Rain [red]in[/red] Baku &amp;#27;[31m")]))
    run("poll")
    printed = run("try", "rain").out
    assert "[red]in[/red]" in printed
    assert "\x1b" not in printed


BRIDGE = "Bridge over the Kura collapses near Mingachevir, four painters killed"
RAILINGS = "The railings were being painted when the suspension bridge gave way at dawn."


@pytest.fixture
def told_twice(run: Run, place: Path, origin: Origin) -> list[str]:
    """The ids of two articles of one story, and of one of another."""
    origin.serve("/second", rss([item(7, f"{BRIDGE}, police say", text=RAILINGS)]))
    origin.serve(
        "/feed",
        rss(
            [
                item(1, BRIDGE, text=RAILINGS),
                item(2, "Apple harvest begins", text="Juice is cheap."),
            ]
        ),
    )
    second = f"sources:\n  - {{key: herald, url: {origin.url('/second')}}}\n"
    (place / "config" / "second.yaml").write_text(second, encoding="utf-8")
    run("poll")
    found = run("try", "within:520w", "--json").json["articles"]
    titles = (BRIDGE, f"{BRIDGE}, police say", "Apple harvest begins")
    by_title = {article["title"]: article["id"] for article in found}
    return [by_title[title] for title in titles]


def test_story_shows_who_tells_it_and_why(run: Run, told_twice: list[str]) -> None:
    one, other, alone = told_twice
    story = run("story", "show", one, "--json").json
    assert story["outlets"] == 2
    assert {row["id"] for row in story["articles"]} == {one, other}
    assert [row["why"] and row["why"]["likeness"] > 0.5 for row in story["articles"]] == [
        None,
        True,
    ]
    printed = run("story", "show", story["id"]).out
    assert "told by 2 sources" in printed
    assert "began it" in printed
    assert "tells the same as" in printed
    assert "courier" in printed
    assert "herald" in printed
    assert run("why", other, "--json").json["story"]["id"] == story["id"]
    assert "told by 2 sources" in run("why", other).out
    assert run("story", "show", alone, "--json").json["outlets"] == 1


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("words", "tells the same as {to}; 71 % sure; both have Baku"),
        ("person", "put there by a person, together with {to}; both have Baku"),
        ("split", "parted from {to}; 71 % likely to tell the same; both have Baku"),
        ("apart", "kept apart by never_with in the configuration from {to}; 71 % likely"),
        ("broken", "could not be compared"),
    ],
)
def test_every_reason_is_told_in_words(
    run: Run, place: Path, told_twice: list[str], by: str, said: str
) -> None:
    one, other, _ = told_twice
    with closing(sqlite3.connect(place / "data" / "aggregator.db")) as db, db:
        why = {"to": one, "by": by, "likeness": 0.71, "shared": ["Baku"], "apart": 0}
        db.execute("UPDATE members SET why = ? WHERE article = ?", (json.dumps(why), other))
    printed = run("story", "show", one).out.split()
    assert set(said.format(to=one[:10]).split()) <= set(printed)


def test_an_article_is_pulled_out_of_its_story_and_put_back(
    run: Run, told_twice: list[str]
) -> None:
    one, other, _ = told_twice
    assert "taken out of its story" in run("story", "pull-out", other).out
    assert run("story", "show", one, "--json").json["outlets"] == 1
    [parted] = run("why", other, "--json").json["parted"]
    assert parted["story"] == run("story", "show", one, "--json").json["id"]
    assert f"a person keeps it apart from story {parted['story']}" in run("why", other).out
    assert run("story", "again").out == "3 articles gathered\n"
    assert run("story", "show", one, "--json").json["outlets"] == 1
    assert run("story", "join", other, one).code == 0
    assert run("story", "show", one, "--json").json["outlets"] == 2
    assert run("why", other, "--json").json["parted"] == []
    assert run("story", "again", "--resume").out == "0 articles gathered\n"


def test_gathering_again_that_is_interrupted_says_how_to_go_on(
    run: Run, told_twice: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("aggregator.gather._BATCH", 1)
        placed = gathering.place

        def pressed(*said: Any) -> Any:
            if gathering.left(said[0]) == 1:
                raise KeyboardInterrupt
            return placed(*said)

        patch.setattr(gathering, "place", pressed)
        stopped = run("story", "again")
    assert stopped.code == 130
    assert "stopped with 1 of 3 articles still to be gathered" in stopped.err
    assert "story again --resume" in stopped.err
    assert run("story", "again", "--resume").out == "1 article gathered\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "nothing"), "no article has the id"),
        (("pull-out", "nothing"), "no article has the id"),
        (("pull-out", "{alone}"), "in no story with others"),
        (("join", "{alone}", "{alone}"), "both names mean the same article"),
    ],
)
def test_what_no_story_can_do_is_refused(
    run: Run, told_twice: list[str], words: tuple[str, ...], said: str
) -> None:
    ran = run("story", *(word.format(alone=told_twice[2]) for word in words))
    assert ran.code == 2
    assert said in ran.err


def test_an_article_that_still_waits_has_no_story_yet(
    run: Run, place: Path, told_twice: list[str]
) -> None:
    with closing(sqlite3.connect(place / "data" / "aggregator.db")) as db, db:
        db.execute("DELETE FROM members")
    ran = run("story", "show", told_twice[0])
    assert ran.code == 2
    assert "waits to be gathered" in ran.err


@pytest.mark.parametrize(
    "words",
    [("poll",), ("story", "pull-out", "{other}"), ("story", "join", "{other}", "{alone}")],
)
def test_nobody_who_polls_or_decides_waits_for_a_history(
    run: Run,
    place: Path,
    told_twice: list[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
) -> None:
    path = place / "data" / "aggregator.db"
    month = timedelta(days=30) // timedelta(microseconds=1)
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("UPDATE articles SET listed = listed - ?", (month,))
    with Database.open(f"sqlite:///{path}", now=utc_now()) as db:
        gather_again(db)
    _, other, alone = told_twice
    with monkeypatch.context() as patch:
        patch.setattr("aggregator.gather._BATCH", 1)
        assert run(*(word.format(other=other, alone=alone) for word in words)).code == 0
    assert run("story", "again", "--resume").out == "2 articles gathered\n"


def test_gathering_again_waits_for_another_process_that_gathers(
    run: Run, place: Path, told_twice: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place / "data" / "aggregator.db"

    def lease(value: str) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'gathering'", (value,))

    monkeypatch.setattr("aggregator.cli.story.sleep", lambda _: lease(""))
    in_an_hour = utc_now() + timedelta(hours=1)
    lease(f"{microseconds(in_an_hour):020} other")
    told = run("story", "again").out
    assert "another process gathers" in told
    assert f"{len(told_twice)} articles gathered" in told


def test_a_query_may_begin_with_a_minus(run: Run) -> None:
    run("poll")
    assert run("try", "-rain", "--json").json["total"] == 1
