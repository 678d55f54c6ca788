from __future__ import annotations

import socket
import threading
import time
from ipaddress import ip_address, ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.fetch.address import parse
from aggregator.fetch.failure import Failure
from aggregator.fetch.guard import EVERYWHERE, REFUSED, Guard, inside_name, refusal
from aggregator.model import Reason


def answers(*addresses: str) -> Any:
    def resolve(_host: str, port: int, **_: object) -> list[tuple[Any, ...]]:
        return [
            (socket.AF_INET6, 1, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, 1, 6, "", (address, port))
            for address in addresses
        ]

    return resolve


def reason(guard: Guard, host: str, seconds: float = 5) -> tuple[Reason, str]:
    with pytest.raises(Failure) as caught:
        guard.resolve(host, 80, seconds)
    return caught.value.failed.reason, caught.value.failed.detail


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("0.0.0.0", "this network"),
        ("10.1.2.3", "private use"),
        ("100.64.0.1", "CGNAT"),
        ("127.0.0.1", "loopback"),
        ("168.63.129.16", "cloud metadata"),
        ("169.254.169.254", "link local"),
        ("172.31.255.255", "private use"),
        ("192.0.0.192", "protocol assignments"),
        ("192.168.0.1", "private use"),
        ("198.19.255.255", "benchmarking"),
        ("203.0.113.9", "documentation"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "reserved"),
        ("::", "unspecified"),
        ("::1", "loopback"),
        ("::127.0.0.1", "IPv4-compatible"),
        ("::ffff:8.8.8.8", "IPv4-mapped"),
        ("::ffff:0:7f00:1", "IPv4-translated"),
        ("64:ff9b::10.0.0.1", "NAT64"),
        ("64:ff9b:1::a00:1", "NAT64, local use"),
        ("2001:0:4136:e378:8000:63bf:8080:8080", "Teredo"),
        ("2001:20::1", "protocol assignments"),
        ("2001:db8::1", "documentation"),
        ("2002:7f00:1::", "6to4"),
        ("3fff::1", "documentation"),
        ("5f00::1", "SRv6"),
        ("fd00::1", "unique local"),
        ("fe80::1%eth0", "link local"),
        ("fec0::1", "site local"),
        ("ff02::1", "multicast"),
        ("4000::1", "not global"),
    ],
)
def test_an_address_that_is_not_public_is_refused_by_its_kind(address: str, kind: str) -> None:
    assert kind in (refusal(ip_address(address)) or "public")
    found, detail = reason(Guard(resolver=answers(address)), "example.org")
    assert found is Reason.PRIVATE
    assert kind in detail
    assert "example.org" in detail


@pytest.mark.parametrize("address", ["8.8.8.8", "172.15.255.255", "169.253.1.1", "2606:4700::1"])
def test_a_public_address_passes_as_it_is(address: str) -> None:
    [(_, where)] = Guard(resolver=answers(address)).resolve("example.org", 443, 5)
    assert where[:2] == (address, 443)
    [(family, where)] = Guard(resolver=answers("127.0.0.1")).resolve(address, 443, 5)
    assert where[:2] == (address, 443)
    assert family == (socket.AF_INET6 if ":" in address else socket.AF_INET)


@given(st.ip_addresses())
def test_python_knows_no_private_address_that_we_let_pass(address: Any) -> None:
    if refusal(address) is None:
        assert address.is_global
        assert not address.is_multicast


@given(st.sampled_from([network for network, _ in REFUSED]), st.data())
def test_no_address_of_a_refused_network_passes(network: Any, data: Any) -> None:
    first, last = int(network[0]), int(network[-1])
    address = type(network[0])(data.draw(st.integers(first, last)))
    assert refusal(address) is not None


def test_of_a_mixed_answer_only_the_public_addresses_are_used() -> None:
    guard = Guard(resolver=answers("127.0.0.1", "93.184.216.34", "::1"))
    assert [where for _, where in guard.resolve("example.org", 80, 5)] == [("93.184.216.34", 80)]


def test_the_operators_networks_pass_and_no_others() -> None:
    guard = Guard((ip_network("192.168.1.0/24"), ip_network("fd00::/64")))
    assert guard.resolve("192.168.1.9", 80, 5)
    assert guard.resolve("fd00::9", 80, 5)
    assert guard.resolve("8.8.8.8", 80, 5)
    assert reason(guard, "192.168.2.9")[0] is Reason.PRIVATE
    assert reason(guard, "fd00:0:0:1::9")[0] is Reason.PRIVATE


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST.", "router", "a.localhost", "metadata.google.internal", "nas.lan"],
)
def test_a_name_for_inside_may_only_lead_into_allowed_networks(host: str) -> None:
    assert inside_name(host)
    asked = []

    def resolve(*_: Any, **__: Any) -> list[Any]:
        asked.append(1)
        return answers("8.8.8.8")("", 80)  # type: ignore[no-any-return]

    with pytest.raises(Failure) as caught:
        Guard(resolver=resolve).check(parse(f"http://{host}/"))
    assert caught.value.failed.reason is Reason.PRIVATE
    assert not asked
    networks = (ip_network("192.168.0.0/16"),)
    assert reason(Guard(networks, resolve), host)[0] is Reason.PRIVATE
    assert Guard(networks, answers("192.168.7.7")).resolve(host, 80, 5)
    assert Guard(EVERYWHERE, answers("8.8.8.8")).resolve(host, 80, 5)


def test_a_check_needs_no_look_up() -> None:
    guard = Guard(resolver=None)  # type: ignore[arg-type]
    guard.check(parse("http://example.org/"))
    guard.check(parse("http://93.184.216.34/"))
    with pytest.raises(Failure, match=r"^\[?::1 is no public address \(loopback\)"):
        guard.check(parse("http://[::1]/"))


def test_a_name_that_does_not_exist_is_a_dns_failure() -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    found, detail = reason(Guard(resolver=resolve), "nowhere.example")
    assert (found, detail) == (
        Reason.DNS,
        "nowhere.example can't be looked up: Name or service not known",
    )


def test_a_name_that_the_codec_refuses_is_a_dns_failure() -> None:
    def resolve(*_: Any, **__: Any) -> Any:
        raise UnicodeError("label too long")

    assert reason(Guard(resolver=resolve), "a.example")[0] is Reason.DNS


def test_a_name_without_addresses_is_a_dns_failure() -> None:
    assert reason(Guard(resolver=answers()), "empty.example")[0] is Reason.DNS


def test_a_look_up_that_hangs_is_left_behind() -> None:
    done = threading.Event()

    def resolve(*_: Any, **__: Any) -> Any:
        done.wait(10)
        return []

    started = time.monotonic()
    found, detail = reason(Guard(resolver=resolve), "slow.example", seconds=0.1)
    assert time.monotonic() - started < 8
    assert found is Reason.TIMEOUT
    assert "slow.example" in detail
    done.set()
