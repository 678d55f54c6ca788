"""What holds between a hub and us, whatever a hub says."""

from __future__ import annotations

import doctest
import hmac
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.websub import rules

DAY = timedelta(days=1)


def test_the_examples_are_right() -> None:
    assert doctest.testmod(rules)[:1] == (0,)


@given(st.text() | st.integers().map(str))
def test_a_lease_is_never_longer_than_we_believe(said: str) -> None:
    granted = rules.lease(said)
    assert timedelta(0) <= granted <= rules.LONGEST
    assert rules.SHORTEST <= rules.renewal(granted) <= rules.LONGEST


@given(st.integers(0, 10**6), st.booleans(), st.floats(0, 0.999))
def test_a_hub_is_never_given_up_and_never_hammered(
    failures: int, refused: bool, dice: float
) -> None:  # fmt: skip
    wait = rules.retry(failures, refused=refused, dice=dice)
    assert timedelta(minutes=5) <= wait <= DAY
    assert wait <= rules.retry(failures + 1, refused=refused, dice=dice)


@given(st.text(), st.binary(), st.sampled_from(["sha1", "sha256", "sha384", "sha512"]))
def test_who_knows_the_secret_is_believed_and_nobody_else(
    secret: str, body: bytes, method: str
) -> None:
    secret = "s" + secret.encode(errors="ignore").decode()
    digest = hmac.new(secret.encode(), body, method).hexdigest()
    assert rules.genuine(secret, f" {method.upper()}={digest.upper()} ", body)
    assert not rules.genuine(secret + "x", f"{method}={digest}", body)
    assert not rules.genuine(secret, f"{method}={digest}", body + b"x")


@given(st.text())
def test_no_signature_is_too_odd(header: str) -> None:
    assert not rules.genuine("secret", header, b"body")


@pytest.mark.parametrize("method", ["md5", "sha224", "sha3_256", "", "sha256="])
def test_other_methods_are_not_believed(method: str) -> None:
    name = method if method in ("md5", "sha224", "sha3_256") else "sha256"
    digest = hmac.new(b"secret", b"body", name).hexdigest()
    assert not rules.genuine("secret", f"{method}={digest}", b"body")
