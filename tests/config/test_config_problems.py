"""Every mistake is answered with file, line, column, path and what to do, all of them at once."""

# ruff: noqa: E501  a table of messages reads best with one message in one line

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from aggregator.config import Config, load
from aggregator.errors import ConfigError

Loads = Callable[..., Config]
Problems = Callable[..., list[str]]

SECTION = "must have keys of its own, written as 'key: value'"

TOP = [
    ("sourcs: []", "1:1: sourcs: unknown key, did you mean 'sources'?"),
    ("xyz: 1", "1:1: xyz: unknown key; known here: sources, topics, feeds, service"),
    ("sources: https://a.example/", "1:10: sources: must be a list: put '- ' before each source"),
    ("topics: [a]", f"1:9: topics: {SECTION}"),
    ("service: text", f"1:10: service: {SECTION}"),
]

SECRET = (
    "has a secret after its '?', and the key that is made of the address is shown to everybody: "
    "give this source one of its own, such as 'key: a-example' beside 'url:'"
)

SOURCES = [
    ("[a]", f"sources[0]: {SECTION}"),
    ("", "sources[0]: has no address: add 'url:' (or 'file:' for a feed on disk)"),
    ("{name: A}", "sources[0]: has no address: add 'url:' (or 'file:' for a feed on disk)"),
    ("{url: https://a.example/, file: a.xml}", "sources[0]: has both 'url:' and 'file:': keep one of them"),
    ("a.example/feed", "sources[0]: must begin with http:// or https://; did you mean 'https://a.example/feed'?"),
    ("ftp://a.example/", "sources[0]: must begin with http:// or https://, not ftp://"),
    ("file:///etc/passwd", "sources[0]: is a file on this machine: use 'file:' with a path inside this directory"),
    ("https://u:secret@a.example/", "sources[0]: must not contain a user or password; a source has 'auth:' for them"),
    ("https://a.example/a b", "sources[0]: is not an address: it contains a space or a character that must be %-encoded"),
    ("https:///feed", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a.example:99999/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a.example:0/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://[::1/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a..example/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a.example/feed?x=1&token=s3cret", f"sources[0]: {SECRET}"),
    ("url: https://a.example/feed?api_key=s3cret", f"sources[0].url: {SECRET}"),
]  # fmt: skip

SOURCE = [
    ("evry: 1h", "evry: unknown key, did you mean 'every'?"),
    ("id: a", "id: unknown key, did you mean 'key'?"),
    ("title: a", "title: unknown key, did you mean 'name'?"),
    ("full_text: true", "full_text: is not supported by this version: delete it"),
    ("ful_text: true", "ful_text: unknown key ('full_text' is not supported by this version)"),
    ("<<: a", "<<: YAML's merge key is not supported: write the keys out"),
    ("key: A b", "key: must be 1 to 64 lower-case letters (a-z), digits and hyphens, did you mean 'a-b'?"),
    ("key: ../../x", "key: must be 1 to 64 lower-case letters (a-z), digits and hyphens, did you mean 'x'?"),
    ("key: ə", "key: must be 1 to 64 lower-case letters (a-z), digits and hyphens"),
    ("name: {a: b}", "name: must be text, not a mapping"),
    ("name: [a]", "name: must be text, not a list"),
    ('name: "a\\0b"', "name: contains the control character U+0000"),
    ("name:", "name: has no value: write one, or delete the key"),
    ("name: ' '", "name: has no value: write one, or delete the key"),
    ("every: 10", "every: must be a number and a unit, such as 10m, 2h or 1d, did you mean '10m'?"),
    ("every: 1.5h", "every: must be a number and a unit, such as 10m, 2h or 1d"),
    ("every: -5m", "every: must be a number and a unit, such as 10m, 2h or 1d"),
    ("every: .nan", "every: must be a number and a unit, such as 10m, 2h or 1d"),
    ("every: 999999999999999999999", "every: must be a number and a unit, such as 10m, 2h or 1d"),
    ("every: 59s", "every: must be at least 1m and at most 30d"),
    ("every: 31d", "every: must be at least 1m and at most 30d"),
    ("language: Azerbaijani", "language: 'Azerbaijani' is not a language tag; write az"),
    ("language: traditional chinese", "language: 'traditional chinese' is not a language tag; write zh-Hant"),
    ("language: Klingonese", "language: 'Klingonese' is not a language tag; write one such as en, az or pt-BR"),
    ("headers: [a]", f"headers: {SECTION}"),
    ("headers: {'a b': c}", "headers.a b: 'a b' is not a header name"),
    ("headers: {Host: c}", "headers.Host: 'Host' is set by the service itself: delete it"),
    ("headers: {a: ə}", "headers.a: must be one line of ASCII"),
    ('headers: {a: "b\\nc: d"}', "headers.a: must be one line of ASCII"),
    ("proxy: socks5://a", "proxy: must begin with http:// or https://"),
    ("proxy: http://", "proxy: is not an address: its host or port is wrong"),
    ("allow_private: no", "allow_private: must be true or false, not 'no'"),
    ("topics: [wr]", "topics[0]: there is no topic 'wr', did you mean 'war'?"),
    ("topics: xyzzy", "topics: there is no topic 'xyzzy', add it under 'topics:'"),
    ("topics: {a: b}", "topics: must be a list"),
    ("key: a\n  never_with: a", "never_with: 'a' is this source itself: delete it"),
    ("never_with: [a-exampel]", "never_with[0]: there is no source 'a-exampel', did you mean 'a-example'?"),
    ("never_with: [xyzzy]", "never_with[0]: there is no source 'xyzzy', add it under 'sources:'"),
    ("never_with: {a: b}", "never_with: must be a list"),
    ("never_wth: b", "never_wth: unknown key, did you mean 'never_with'?"),
    ("auth: me", f"auth: {SECTION}"),
    ("auth: {user: me}", "auth: has no password: add 'password_env:' or 'password_file:'"),
    ("auth: {user: 'a:b', password: c}", "auth.user: must not contain ':' (HTTP separates user and password by it)"),
    ("auth: {user: a, password_env: $X}", "auth.password_env: must be the name of an environment variable, not the secret itself"),
    ("auth: {user: a, password_env: X}", "auth.password_env: the environment variable X is not set (nor is X_FILE)"),
    ("auth: {user: a, password_file: none.txt}", "auth.password_file: {directory}/none.txt can't be read: No such file or directory"),
    ("auth: {user: a, password: b, password_env: X}", "auth: has both 'password:' and 'password_env:': keep one of them"),
]  # fmt: skip

TOPICS = [
    ("Wars: {any: [xyz]}", "Wars: must be 1 to 64 lower-case letters (a-z), digits and hyphens, did you mean 'wars'?"),
    ("all: {any: [xyz]}", "all: 'all' is the name of a built-in feed: choose another"),
    ("search: {any: [xyz]}", "search: 'search' is the name of a built-in feed: choose another"),
    ("a: text", f"a: {SECTION}"),
    ("a: {sbject: war}", "a.sbject: unknown key, did you mean 'subject'?"),
    ("a: {subject: wars}", "a.subject: “wars” is no subject; did you mean war?"),
    ("a: {anny: x}", "a.anny: unknown key, did you mean 'any'?"),
    ("a: {keywords: x}", "a.keywords: unknown key, did you mean 'any'?"),
    ("a: {any: [xyz, '!?']}", "a.any[1]: “!?” has no letters or digits"),
    ("a: {any: xyz, not: ['-']}", "a.not[0]: “-” has no letters or digits"),
    ("a: {any: [[x]]}", "a.any[0]: must be text, not a list"),
    ("a: {any: ['']}", "a.any[0]: has no value: write one, or delete the key"),
    ("a: {not: x}", "a: has a 'not:' but nothing that could match: add 'any:', 'all:', 'place:' or 'subject:'"),
    ("a: {place: Azerbaijan}", "a.place: “Azerbaijan” is no country code; write AZ"),
    ("a: {place: [AZ, QQ]}", "a.place[1]: “QQ” is no country code; write two letters such as AZ (ISO 3166)"),
    ("a: {any: xyz, formerly: war}", "a.formerly: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {any: xyz, formerly: [all]}", "a.formerly[0]: 'all' is the name of a built-in feed: choose another"),
    ("a: {any: war, examples: {match: [peace]}}", "a.examples.match[0]: “peace” should match, but none of the topic's words count in it: add one of its own to “any”"),
    ("a: {any: war, examples: {mtch: [b]}}", "a.examples.mtch: unknown key, did you mean 'match'?"),
]  # fmt: skip

FEEDS = [
    ("war: {}", "war: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {formerly: [war]}", "a.formerly[0]: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {per: storys}", "a.per: must be article or story, did you mean 'story'?"),
    ("a: {per: event}", "a.per: must be article or story"),
    ("a: {pre: story}", "a.pre: unknown key, did you mean 'per'?"),
    ("a: {min_sources: 2}", "a.min_sources: is of stories only: add 'per: story' to this feed, or delete the key"),
    ("a: {min_sources: 1, per: article}", "a.min_sources: is of stories only: add 'per: story' to this feed, or delete the key"),
    ("a: {updates: quiet}", "a.updates: is of stories only: add 'per: story' to this feed, or delete the key"),
    ("a: {per: story, min_sources: 0}", "a.min_sources: must be at least 1"),
    ("a: {per: story, min_sources: 101}", "a.min_sources: must be at most 100"),
    ("a: {per: story, min_sources: two}", "a.min_sources: must be a whole number, not 'two'"),
    ("a: {per: story, min_source: 2}", "a.min_source: unknown key, did you mean 'min_sources'?"),
    ("a: {per: story, updates: each-source}", "a.updates: must be quiet, each_source or never, did you mean 'each_source'?"),
    ("a: {per: story, updates: no}", "a.updates: must be quiet, each_source or never"),
    ("a: {per: story, update: never}", "a.update: unknown key, did you mean 'updates'?"),
    ("a: {query: x}", "a.query: unknown key, did you mean 'where'?"),
    ("a: {title_prefix: outlet}", "a.title_prefix: can only be 'source'"),
    ("a: {where: 'topic:war topic:wra'}", "a.where: there is no topic 'wra', did you mean 'war'?"),
    ("a: {where: 'source:b'}", "a.where: there is no source 'b', add it under 'sources:'"),
    ("a: {token_env: A, token_file: b}", "a: has both 'token_env:' and 'token_file:': keep one of them"),
    ("a: {token_env: A}", "a.token_env: the environment variable A is not set (nor is A_FILE)"),
    ("a: {token_env: SHORT}", "a.token_env: the token must be 16 to 200 letters, digits and . _ ~ - (it stands in the address); make one with: openssl rand -hex 16"),
    ("a: {token_env: }", "a.token_env: has no value: write one, or delete the key"),
]  # fmt: skip

PRIVATE = (
    "is a private address, where nobody is asked: name a public hub, "
    "or list its network in 'fetch: {allow_private: […]}'"
)

SERVICE = [
    ("prot: 1", "prot: unknown key, did you mean 'port'?"),
    ("mail: {}", "mail: is not supported by this version: delete it"),
    ("retention: {articles: 2w}", "retention.articles: must be at least 30d and at most 36500d"),
    ("retention: {articles: 90}", "retention.articles: must be a number and a unit, such as 90d or 52w, did you mean '90d'?"),
    ("retention: {polls: 90d}", "retention.polls: unknown key; known here: articles"),
    ("port: 1:30", "port: must be a whole number, not '1:30'"),
    ("port: 0", "port: must be at least 1"),
    ("port: 99999", "port: must be at most 65535"),
    ("host: a_b", "host: 'a_b' is not a host name or address; write 127.0.0.1 or 0.0.0.0"),
    ("host: 1.2.3", "host: '1.2.3' is not a host name or address; write 127.0.0.1 or 0.0.0.0"),
    ("base_url: https://a.example/?b", "base_url: must end before any '?' or '#'"),
    ("base_url: a.example", "base_url: must begin with http:// or https://; did you mean 'https://a.example'?"),
    ("timezone: Asia/Bakuu", "timezone: 'Asia/Bakuu' is not a time zone; write one such as UTC or Asia/Baku"),
    ("timezone: ../x", "timezone: '../x' is not a time zone; write one such as UTC or Asia/Baku"),
    ("database: mysql://a/b", "database: must begin with sqlite:/// and a path, or with postgresql://"),
    ("contact: me", "contact: must be a mail address or a page (https://…) where publishers can reach you"),
    ("auth: open", f"auth: {SECTION}"),
    ("poll: 5m", f"poll: {SECTION}"),
    ("poll: {fastest: 2h, slowest: 1h}", "poll: 'fastest:' must be at most 'slowest:', and that at most 1d"),
    ("poll: {slowest: 2d}", "poll: 'fastest:' must be at most 'slowest:', and that at most 1d"),
    ("poll: {every: 5}", "poll.every: must be a number and a unit, such as 10m, 2h or 1d, did you mean '5m'?"),
    ("poll: {workers: 0.5}", "poll.workers: must be a whole number, not '0.5'"),
    ("poll: {worker: 5}", "poll.worker: unknown key, did you mean 'workers'?"),
    ("poll: {gap: 2}", "poll.gap: must be a number and a unit, such as 1s or 1m, did you mean '2s'?"),
    ("poll: {gap: 61s}", "poll.gap: must be at most 1m"),
    ("fetch: {seconds: 0.5}", "fetch.seconds: must be at least 1"),
    ("fetch: {seconds: .inf}", "fetch.seconds: must be a number, not '.inf'"),
    ("fetch: {allow_private: [10.0.0.1/8]}", "fetch.allow_private[0]: '10.0.0.1/8' is not a network; write one such as 10.0.0.0/8 or fd00::/8"),
    ("hub: http://10.0.0.1/hub", f"hub: 10.0.0.1 {PRIVATE}"),
    ("hub: 'http://localhost:8080/'", f"hub: localhost {PRIVATE}"),
    ("hub: 'http://[fd00::1]/'", f"hub: fd00::1 {PRIVATE}"),
    ("hub: 'http://10.0.0.1/', fetch: {allow_private: [10.1.0.0/16]}", f"hub: 10.0.0.1 {PRIVATE}"),
    ("prefer: [xyzzy]", "prefer[0]: there is no source 'xyzzy', add it under 'sources:'"),
    ("parse: {memory_mb: 1}", "parse.memory_mb: must be at least 128"),
]  # fmt: skip

OPEN = (
    "lets others in: add 'auth:' with a user and password, "
    "or 'auth: none' if everybody who reaches it may read"
)


def without_places(problems: list[str]) -> list[str]:
    return [problem.partition(": ")[2] for problem in problems]


@pytest.mark.parametrize(("text", "problem"), TOP)
def test_wrong_top_keys(problems: Problems, text: str, problem: str) -> None:
    assert problems(text) == [f"x.yaml:{problem}"]


@pytest.mark.parametrize(("text", "problem"), SOURCES)
def test_wrong_sources(problems: Problems, text: str, problem: str) -> None:
    assert without_places(problems(f"sources:\n- {text}\n")) == [problem]


@pytest.mark.parametrize(("text", "problem"), SOURCE)
def test_wrong_keys_of_a_source(
    problems: Problems, directory: Path, text: str, problem: str
) -> None:
    yaml = f"sources:\n- url: https://a.example/\n  {text}\ntopics: {{war: {{any: war}}}}\n"
    problem = problem.format(directory=directory) if "directory" in problem else problem
    found = [one.replace("none.txt", f"{directory}/none.txt") for one in problems(yaml)]
    assert without_places(found) == [f"sources[0].{problem}"]


@pytest.mark.parametrize(("text", "problem"), TOPICS)
def test_wrong_topics(problems: Problems, text: str, problem: str) -> None:
    found = problems(f"topics: {{war: {{any: war}}, {text}}}")
    assert without_places(found) == [f"topics.{problem}"]


def test_an_example_that_should_be_rejected_is_told_with_its_place(problems: Problems) -> None:
    [problem] = problems("topics: {a: {any: war, examples: {reject: [b, the war]}}}")
    assert problem.startswith(
        "x.yaml:1:47: topics.a.examples.reject[1]: “the war” should be rejected, "
        "but it is matched by “war” (any: war, "
    )


@pytest.mark.parametrize(("text", "problem"), FEEDS)
def test_wrong_feeds(problems: Problems, text: str, problem: str) -> None:
    yaml = f"topics: {{war: {{any: war}}}}\nfeeds: {{{text}}}"
    assert without_places(problems(yaml, {"SHORT": "abc"})) == [f"feeds.{problem}"]


@pytest.mark.parametrize(("text", "problem"), SERVICE)
def test_wrong_service(problems: Problems, text: str, problem: str) -> None:
    assert without_places(problems(f"service: {{{text}}}")) == [f"service.{problem}"]


@pytest.mark.parametrize("host", ["0.0.0.0", "'::'", "192.0.2.1", "news.example.org"])
def test_listening_openly_must_be_meant(problems: Problems, host: str) -> None:
    [problem] = problems(f"service:\n  host: {host}\n")
    shown = host.strip("'")
    assert problem == f"x.yaml:2:9: service.host: listening at {shown} {OPEN}"


def test_the_place_of_an_unknown_key_is_the_key_and_of_a_wrong_value_the_value(
    problems: Problems,
) -> None:
    text = "topics:\n  # the first\n  war:\n    nme: War\n    any: [war]\n    place: [AZ, 'Q']\n"
    assert problems({"topics.yaml": text}) == [
        "topics.yaml:4:5: topics.war.nme: unknown key, did you mean 'name'?",
        (
            "topics.yaml:6:17: topics.war.place[1]: "
            "“Q” is no country code; write two letters such as AZ (ISO 3166)"
        ),
    ]


def test_a_missing_key_is_placed_at_its_mapping(problems: Problems) -> None:
    text = "sources:\n  - url: https://a.example/\n    auth: {usr: a, password: b}\n"
    assert problems(text) == [
        "x.yaml:3:11: sources[0].auth.user: is missing",
        "x.yaml:3:12: sources[0].auth.usr: unknown key, did you mean 'user'?",
    ]


@pytest.mark.parametrize(
    ("where", "problem"),
    [
        ("a: {where: war OR (peace}", "2:27: feeds.a.where: this parenthesis is not closed"),
        ("a: {where: 'war OR (peace'}", "2:28: feeds.a.where: this parenthesis is not closed"),
        ("a: {where: topic:war topic:x}", "2:30: feeds.a.where: there is no topic 'x', add it under 'topics:'"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_placed_at_its_column(
    problems: Problems, where: str, problem: str
) -> None:
    assert problems(f"topics: {{war: {{any: war}}}}\nfeeds: {{{where}}}") == [f"x.yaml:{problem}"]


def test_all_mistakes_of_all_files_come_at_once_in_order_of_place(problems: Problems) -> None:
    files = {
        "b.yaml": "topics:\n  a: {nme: x}\nsources:\n  - {ur: x}\n  - {url: x, every: 1}\n",
        "a.yml": "feeds: {f: {where: '('}}\nservice: {port: x}\n",
        "c.yaml": "a: [1",
    }
    found = [problem.partition(": ")[0] for problem in problems(files)]
    assert found == [
        "a.yml:1:20",
        "a.yml:2:17",
        "b.yaml:2:7",
        "b.yaml:4:6",
        "b.yaml:5:11",
        "b.yaml:5:21",
        "c.yaml:1:4",
    ]


def test_a_mistake_in_a_source_does_not_make_its_name_unknown(problems: Problems) -> None:
    text = "sources: [{url: https://a.example/, key: a, evry: 1h}]\nfeeds: {f: {where: 'source:a'}}"
    assert len(problems(text)) == 1


def test_a_preferred_source_that_is_not_there_is_refused_with_a_hint(problems: Problems) -> None:
    text = "sources: [{url: https://a.example/, key: trend}]\nservice: {prefer: [trend, trnd]}"
    assert problems(text) == [
        "x.yaml:2:27: service.prefer[1]: there is no source 'trnd', did you mean 'trend'?"
    ]
    broken = text.replace("key: trend", "key: trend, evry: 1h")
    assert len(problems(broken)) == 2


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("url: https://a.example/, key: trend, evry: 1h", "trend"),
        ("url: https://trend.example/, every: x", "trend-example"),
        ("file: trend.xml, topics: none", "trend"),
    ],
)
def test_what_refers_to_nothing_is_told_along_with_other_mistakes(
    problems: Problems, source: str, named: str
) -> None:
    text = f"sources: [{{{source}}}]\nfeeds: {{f: {{where: 'source:{named}'}}, g: {{where: 'source:tr'}}}}"
    found = problems(text)
    assert len(found) == 2
    assert "there is no source 'tr'" in found[1]


@pytest.mark.parametrize(
    "source",
    [
        "{url: https://a.example/, kee: a}",
        "{url: a.example}",
        "{key: a b}",
        "a",
        "{every: 1h}",
        "[a]",
    ],
)
def test_where_a_key_can_not_be_told_nothing_is_said_of_what_refers_to_it(
    problems: Problems, source: str
) -> None:
    text = f"sources: [{source}]\nfeeds: {{f: {{where: 'source:a'}}}}"
    assert not any("feeds" in problem for problem in problems(text))


def test_a_mistake_in_a_source_does_not_make_its_name_unknown_to_other_sources(
    problems: Problems,
) -> None:
    text = "sources: [{url: https://a.example/, key: a, evry: 1h}, "
    more = "{url: https://b.example/, never_with: [a, c]}]"
    assert len(problems(text + more)) == 2
    assert len(problems(text.replace("key", "kee") + more)) == 2, "two wrong keys, and no more"


def test_a_mistake_in_a_topic_does_not_make_its_name_unknown(problems: Problems) -> None:
    text = "topics: {a: {nme: A}}\nsources: [{url: https://a.example/, topics: a}]\n"
    assert len(problems(text + "feeds: {f: {where: 'topic:a'}}")) == 1


def test_the_same_name_in_two_files_is_refused(problems: Problems) -> None:
    files = {
        "a.yaml": "topics:\n  war: {any: war}\nservice: {port: 1}\nfeeds: {f: {}}\n",
        "b.yaml": "topics:\n  war: {any: war}\nservice: {port: 2}\nfeeds: {f: {}}\n",
    }
    assert [problem.replace(os.sep, "/") for problem in problems(files)] == [
        "b.yaml:2:3: topics.war: is already given in a.yaml:2: keep one of them",
        "b.yaml:3:11: service.port: is already given in a.yaml:3: keep one of them",
        "b.yaml:4:9: feeds.f: is already given in a.yaml:4: keep one of them",
    ]


def test_the_same_source_twice_is_refused(problems: Problems) -> None:
    one = "sources:\n  - https://a.example/feed\n"
    assert problems({"a.yaml": one, "b.yaml": one}) == [
        (
            "b.yaml:2:5: sources[0]: https://a.example/feed is already listed in a.yaml:2: "
            "keep one of them"
        )
    ]


def test_a_secret_stands_in_no_problem(problems: Problems) -> None:
    urls = ("https://a.example/feed?token=s3cret", "https://a.example/feed?token=s3cret2")
    text = "".join(f"- {{url: '{url}', key: a}}\n" for url in (urls[0], *urls))
    found = problems(f"sources:\n{text}- {urls[0]}\n")
    assert len(found) == 3
    assert "s3cret" not in "".join(found)


def test_a_secret_stands_in_no_problem_that_names_keys(problems: Problems) -> None:
    both = "".join(f"- {scheme}://a.example/feed?token=s3cret\n" for scheme in ("http", "https"))
    strange = "- {url: https://b.example/, never_with: [a-example-token-s3cre]}\n"
    found = problems(f"sources:\n{both}{strange}")
    assert len(found) == 2
    assert not any("s3cret" in one for one in found)


def test_two_sources_with_one_key_are_refused_naming_both(problems: Problems) -> None:
    text = (
        "sources:\n  - https://a.example/rss.xml\n  - https://a.example/atom.xml\n"
        "  - {url: https://b.example/, key: a-example}\n"
    )
    assert problems(text) == [
        (
            "x.yaml:3:5: sources[1]: https://a.example/atom.xml has the key 'a-example', as has "
            "https://a.example/rss.xml in x.yaml:2: give one of them another 'key:'"
        ),
        (
            "x.yaml:4:36: sources[2].key: https://b.example/ has the key 'a-example', as has "
            "https://a.example/rss.xml in x.yaml:2: give one of them another 'key:'"
        ),
    ]


@pytest.mark.parametrize("path", ["../feed.xml", "/etc/passwd", "out/feed.xml", "."])
def test_a_feed_on_disk_must_stand_inside(problems: Problems, directory: Path, path: str) -> None:
    (directory / "out").symlink_to("/")
    assert problems(f"sources: [{{file: {path}}}]") == [
        "x.yaml:1:18: sources[0].file: must be a file inside the configuration's directory"
    ]


def test_a_directory_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path / "none", {})
    assert str(caught.value) == f"{tmp_path}/none: there is no such directory"


def test_a_directory_without_yaml_is_said_so(directory: Path) -> None:
    (directory / "sources.json").write_text("{}")
    with pytest.raises(ConfigError) as caught:
        load(directory, {})
    assert str(caught.value) == f"{directory}: there is no *.yaml file in it"


def test_a_pipe_is_not_waited_for(problems: Problems, directory: Path) -> None:
    os.mkfifo(directory / "a.yaml")
    assert problems("") == ["a.yaml: is a pipe or a device, not a file"]


def test_a_file_that_cannot_be_read_is_said_so(problems: Problems, directory: Path) -> None:
    (directory / "a.yaml").symlink_to("nowhere.yaml")
    (directory / "b.yaml").mkdir()
    assert problems("") == [
        "a.yaml: can't be read: No such file or directory",
        "b.yaml: can't be read: Is a directory",
    ]
