"""The environment: every value of the service, and secrets that need not stand in YAML."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest

from aggregator.config import Config
from aggregator.config.environment import PREFIX
from aggregator.config.shapes import ServiceShape

Loads = Callable[..., Config]
Problems = Callable[..., list[str]]


def env(**values: str) -> dict[str, str]:
    return {f"AGGREGATOR_SERVICE__{name}": value for name, value in values.items()}


def test_the_environment_wins_over_the_files(loads: Loads) -> None:
    text = "service: {port: 1, title: T, poll: {every: 1h, workers: 3}}"
    service = loads(
        text, env(PORT="2", POLL__EVERY="5m", FETCH__ALLOW_PRIVATE="10.0.0.0/8")
    ).service
    assert (service.port, service.title) == (2, "T")
    assert (service.poll.every, service.poll.workers) == (timedelta(minutes=5), 3)
    assert service.fetch.allow_private == (ip_network("10.0.0.0/8"),)


def test_other_and_empty_variables_count_as_not_set(loads: Loads) -> None:
    environ = env(PORT="", PROT="") | {
        "AGGREGATOR_CONFIG": "x",
        "PORT": "3",
        "AGGREGATOR_SERVICE_PORT": "4",
    }
    assert loads("", environ).service.port == 8000


def test_a_value_may_come_from_a_file(loads: Loads, tmp_path: Path) -> None:
    (tmp_path / "database").write_text("postgresql://me:hush@db/news\n")
    config = loads("", env(DATABASE_FILE=str(tmp_path / "database")))
    assert config.service.database == "postgresql://me:hush@db/news"
    assert "hush" not in str(config)


@pytest.mark.parametrize("said", ["{}", "{auth: none}", "{auth: {user: other, password: x}}"])
def test_user_and_password_may_come_from_the_environment(loads: Loads, said: str) -> None:
    environ = env(HOST="0.0.0.0", AUTH__USER="me", AUTH__PASSWORD="hush")
    assert loads(f"service: {said}", environ).service.auth == ("me", "hush")


def test_openness_may_come_from_the_environment(loads: Loads) -> None:
    text = "service: {auth: {user: me, password: x}}"
    config = loads(text, env(HOST="0.0.0.0", AUTH="none"))
    assert config.service.auth is None


@pytest.mark.parametrize("variable", ["SECRET", "SECRET_FILE"])
def test_a_secret_comes_from_a_variable_or_the_file_it_names(
    loads: Loads, tmp_path: Path, variable: str
) -> None:
    (tmp_path / "secret").write_text("hush\n")
    value = "hush" if variable == "SECRET" else str(tmp_path / "secret")
    text = "service: {auth: {user: me, password_env: SECRET}}"
    assert loads(text, {variable: value}).service.auth == ("me", "hush")


def test_mistakes_in_the_environment_come_with_all_others(
    problems: Problems, tmp_path: Path
) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "latin").write_bytes(b"\xe9")
    environ = env(
        PROT="1",
        XYZZY="1",
        PORT="x",
        POLL__WORKERS="0",
        TITLE_FILE=str(tmp_path / "empty"),
        CONTACT_FILE=str(tmp_path / "latin"),
        DATABASE_FILE="/nowhere",
        HOST="0.0.0.0",
    )
    assert problems("service: {prt: 1}", environ) == [
        "x.yaml:1:11: service.prt: unknown key, did you mean 'port'?",
        f"environment: {PREFIX}CONTACT_FILE: {tmp_path}/latin can't be read: it is not UTF-8",
        f"environment: {PREFIX}DATABASE_FILE: /nowhere can't be read: No such file or directory",
        f"environment: {PREFIX}POLL__WORKERS: must be at least 1",
        f"environment: {PREFIX}PORT: must be a whole number, not 'x'",
        f"environment: {PREFIX}PROT: no such setting, did you mean {PREFIX}PORT?",
        f"environment: {PREFIX}TITLE_FILE: {tmp_path}/empty is empty",
        f"environment: {PREFIX}XYZZY: no such setting",
    ]


def test_a_broken_variable_of_a_section_names_the_variable(problems: Problems) -> None:
    text = "service:\n  poll: {every: 1h, workers: x}\n"
    assert problems(text, env(POLL__EVERY="x")) == [
        "x.yaml:2:30: service.poll.workers: must be a whole number, not 'x'",
        f"environment: {PREFIX}POLL__EVERY: must be a number and a unit, such as 10m, 2h or 1d",
    ]


def test_listening_openly_by_the_environment_must_be_meant(problems: Problems) -> None:
    [problem] = problems("", env(HOST="0.0.0.0"))
    assert problem.startswith(f"environment: {PREFIX}HOST: listening at 0.0.0.0 lets others in")


def test_every_value_has_a_variable(loads: Loads) -> None:
    simple = {"HOST": "::1", "PORT": "1", "BASE_URL": "http://a.example", "TITLE": "t"}
    simple |= {
        "CONTACT": "a@b.example",
        "TIMEZONE": "UTC",
        "DATABASE": "sqlite:///x",
        "AUTH": "none",
        "HUB": "https://hub.example/",
        "PREFER": "a",
    }
    sections = {"POLL__EVERY": "1h", "POLL__WORKERS": "1", "FETCH__SECONDS": "1"}
    sections |= {"FETCH__MAX_BYTES": "1000", "FETCH__REDIRECTS": "1", "PARSE__SECONDS": "1"}
    sections |= {"FETCH__ALLOW_PRIVATE": "::/8", "PARSE__MEMORY_MB": "128", "PARSE__PROCESSES": "1"}
    sections |= {"RETENTION__ARTICLES": "400d"}
    loads("sources: [{url: https://a.example/, key: a}]", env(**simple, **sections))
    assert {name.partition("__")[0].lower() for name in simple | sections} == set(
        ServiceShape.known()
    )
