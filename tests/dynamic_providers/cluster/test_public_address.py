"""Whom a gate believes at a public address, and what it says of whom it does not believe."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dynamic_providers.cluster.public_address import answer, refusal
from tests.dynamic_providers.cluster.tls_door import tls_door
from tests.toolchain.stand_ins.keycloak.authority import issued


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """An address over TLS, and the authority that signs its certificate."""
    with tls_door(tmp_path_factory.mktemp("door")) as opened:
        yield opened


def test_the_authority_that_is_given_is_believed(door: tuple[str, str]) -> None:
    url, authority = door

    assert answer(url, authority).missing == ""


@pytest.mark.parametrize("given", ["", "another"])
def test_a_certificate_of_nobody_known_is_told_apart_from_silence(
    door: tuple[str, str], tmp_path: Path, given: str
) -> None:
    bundle = issued(tmp_path)[0] if given else ""

    found = answer(door[0], bundle)

    assert found.untrusted
    assert found.missing.startswith("its certificate is not trusted (")
    assert "certificate" in found.missing.partition("(")[2]


def test_silence_is_no_question_of_trust() -> None:
    found = answer("https://127.0.0.1:9/", "")

    assert (found.untrusted, found.missing) == (False, "its address does not answer (ConnectionError)")


def test_one_router_of_several_is_enough_and_another_host_does_not_count() -> None:
    def entry(host: str, status: str) -> dict[str, object]:
        return {"host": host, "conditions": [{"type": "Admitted", "status": status, "reason": "Other"}]}

    spec = {"host": "sso.example.com"}
    both = [entry("sso.example.com", "False"), entry("sso.example.com", "True")]
    assert refusal({"spec": spec, "status": {"ingress": both}}) == ""
    assert refusal({"spec": spec, "status": {"ingress": [entry("old.example.com", "True")]}}) == (
        "no router has admitted it yet"
    )
    assert refusal({"spec": spec, "status": {"ingress": both[:1]}}) == "is not admitted: Other"
