"""Every mistake is answered with file, line, column, path and what to do, all of them at once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest_types import Loads, Problems

from aggregator.config import fingerprint, load
from aggregator.errors import ConfigError

SECTION = "must have keys of its own, written as 'key: value'"

TOP = [
    ("sourcs: []", "1:1: sourcs: unknown key, did you mean 'sources'?"),
    ("xyz: 1", "1:1: xyz: unknown key; known here: sources, topics, feeds, service"),
    ("sources: https://a.example/", "1:10: sources: must be a list: put '- ' before each source"),
    ("topics: [a]", f"1:9: topics: {SECTION}"),
    ("service: text", f"1:10: service: {SECTION}"),
]

SOURCES = [
    ("[a]", f"sources[0]: {SECTION}"),
    ("", "sources[0]: has no address: add 'url:' (or 'file:' for a feed on disk)"),
    ("{name: A}", "sources[0]: has no address: add 'url:' (or 'file:' for a feed on disk)"),
    ("{url: https://a.example/, file: a.xml}", "sources[0]: has both 'url:' and 'file:': keep one of them"),
    ("a.example/feed", "sources[0]: must begin with http:// or https://; did you mean 'https://a.example/feed'?"),
    ("ftp://a.example/", "sources[0]: must begin with http:// or https://, not ftp://"),
    ("file:///etc/passwd", "sources[0]: is a file on this machine: use 'file:' with a path inside this directory"),
    ("https://u:secret@a.example/", "sources[0]: must not contain a user or password: give them with 'auth:'"),
    ("https://a.example/a b", "sources[0]: is not an address: it contains a space or a character that must be %-encoded"),
    ("https:///feed", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a.example:99999/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a.example:0/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://[::1/", "sources[0]: is not an address: its host or port is wrong"),
    ("https://a..example/", "sources[0]: is not an address: its host or port is wrong"),
]

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
    ("language: Azerbaijani", "language: 'Azerbaijani' is not a language tag; write one such as en, az or pt-BR"),
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
    ("auth: me", f"auth: {SECTION}"),
    ("auth: {user: me}", "auth: has no password: add 'password_env:' or 'password_file:'"),
    ("auth: {user: 'a:b', password: c}", "auth.user: must not contain ':' (HTTP separates user and password by it)"),
    ("auth: {user: a, password_env: $X}", "auth.password_env: must be the name of an environment variable, not the secret itself"),
    ("auth: {user: a, password_env: X}", "auth.password_env: the environment variable X is not set (nor is X_FILE)"),
    ("auth: {user: a, password_file: none.txt}", "auth.password_file: {directory}/none.txt can't be read: No such file or directory"),
    ("auth: {user: a, password: b, password_env: X}", "auth: has both 'password:' and 'password_env:': keep one of them"),
    ("auth: {usr: a, password: b}", "auth.usr: unknown key, did you mean 'user'?"),
]

TOPICS = [
    ("Wars: {any: [x]}", "Wars: must be 1 to 64 lower-case letters (a-z), digits and hyphens, did you mean 'wars'?"),
    ("all: {any: [x]}", "all: 'all' is the name of a built-in feed: choose another"),
    ("search: {any: [x]}", "search: 'search' is the name of a built-in feed: choose another"),
    ("a: text", f"a: {SECTION}"),
    ("a: {sbject: war}", "a.sbject: unknown key ('subject' is not supported by this version)"),
    ("a: {subject: war}", "a.subject: is not supported by this version: delete it"),
    ("a: {anny: x}", "a.anny: unknown key, did you mean 'any'?"),
    ("a: {keywords: x}", "a.keywords: unknown key, did you mean 'any'?"),
    ("a: {any: [x, '!?']}", "a.any[1]: '!?' has no letter or digit to look for"),
    ("a: {any: x, not: ['-']}", "a.not[0]: '-' has no letter or digit to look for"),
    ("a: {any: [[x]]}", "a.any[0]: must be text, not a list"),
    ("a: {any: ['']}", "a.any[0]: has no value: write one, or delete the key"),
    ("a: {not: x}", "a: has a 'not:' but nothing that could match: add 'any:', 'all:' or 'place:'"),
    ("a: {place: Azerbaijan}", "a.place: 'Azerbaijan' is no country code; write two letters such as AZ (ISO 3166)"),
    ("a: {place: [AZ, QQ]}", "a.place[1]: 'QQ' is no country code; write two letters such as AZ (ISO 3166)"),
    ("a: {any: x, formerly: war}", "a.formerly: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {any: x, formerly: [all]}", "a.formerly[0]: 'all' is the name of a built-in feed: choose another"),
    ("a: {any: war, examples: {match: [peace]}}", "a.examples.match[0]: “peace” should match, but none of its words stand in it"),
    ("a: {any: war, examples: {reject: [b, the war]}}", "a.examples.reject[1]: “the war” should be rejected, but it is matched by “war” (any: war)"),
    ("a: {any: war, examples: {mtch: [b]}}", "a.examples.mtch: unknown key, did you mean 'match'?"),
]  # fmt: skip

FEEDS = [
    ("war: {}", "war: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {formerly: [war]}", "a.formerly[0]: 'war' is taken by topics.war in x.yaml:1: choose another"),
    ("a: {per: story}", "a.per: is not supported by this version: delete it"),
    ("a: {min_sources: 2}", "a.min_sources: is not supported by this version: delete it"),
    ("a: {query: x}", "a.query: unknown key, did you mean 'where'?"),
    ("a: {title_prefix: outlet}", "a.title_prefix: can only be 'source'"),
    ("a: {where: 'topic:war topic:wra'}", "a.where: there is no topic 'wra', did you mean 'war'?"),
    ("a: {where: 'source:b'}", "a.where: there is no source 'b', add it under 'sources:'"),
    ("a: {token_env: A, token_file: b}", "a: has both 'token_env:' and 'token_file:': keep one of them"),
    ("a: {token_env: A}", "a.token_env: the environment variable A is not set (nor is A_FILE)"),
    ("a: {token_env: SHORT}", "a.token_env: the token must be 16 to 200 letters, digits and . _ ~ - (it stands in the address); make one with: openssl rand -hex 16"),
    ("a: {token_env:}", "a.token_env: has no value: write one, or delete the key"),
]  # fmt: skip

SERVICE = [
    ("prot: 1", "prot: unknown key, did you mean 'port'?"),
    ("mail: {}", "mail: is not supported by this version: delete it"),
    ("retention: {}", "retention: is not supported by this version: delete it"),
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
    ("poll: {every: 5}", "poll.every: must be a number and a unit, such as 10m, 2h or 1d, did you mean '5m'?"),
    ("poll: {workers: 0.5}", "poll.workers: must be a whole number, not '0.5'"),
    ("poll: {worker: 5}", "poll.worker: unknown key, did you mean 'workers'?"),
    ("fetch: {seconds: 0.5}", "fetch.seconds: must be at least 1"),
    ("fetch: {seconds: .inf}", "fetch.seconds: must be a number, not '.inf'"),
    ("fetch: {allow_private: [10.0.0.1/8]}", "fetch.allow_private[0]: '10.0.0.1/8' is not a network; write one such as 10.0.0.0/8 or fd00::/8"),
    ("parse: {memory_mb: 1}", "parse.memory_mb: must be at least 128"),
]  # fmt: skip

OPEN = (
    "lets others in: add 'auth:' with a user and password, "
    "or 'auth: none' if everybody who reaches it may read"
)
