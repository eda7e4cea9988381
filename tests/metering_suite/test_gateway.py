"""How a gateway is asked: where the key goes, which headers a request has, which keys are cold."""

from __future__ import annotations

import pytest

from metering_suite import Gateway, Keys, SuiteError
from metering_suite.shapes.catalogue import BY_NAME
from metering_suite.shapes.model import Mode


def _headers(shape: str, **given: str) -> dict[str, str]:
    gateway = Gateway(url="http://127.0.0.1:8080/base", **given)  # type: ignore[arg-type]  # texts only
    return dict(gateway.requests(BY_NAME[shape], Mode.PLAIN, "canary", "c-")[0].headers)


def _target(shape: str, key_in: str) -> str:
    return (
        Gateway(url="http://127.0.0.1:8080/base", key_in=key_in)
        .requests(BY_NAME[shape], Mode.PLAIN, "k", "c-")[0]
        .target
    )


def test_a_key_is_sent_as_bearer_token_in_a_header_or_in_the_address() -> None:
    assert _headers("chat")["Authorization"] == "Bearer canary"
    assert _headers("chat", key_in="header:User-Key")["User-Key"] == "canary"
    assert "Authorization" not in _headers("chat", key_in="query:user_key")
    assert _target("chat", "query:user_key") == "/base/v1/chat/completions?user_key=k"
    assert _target("query", "query:user_key").endswith("?api-version=2024-10-21&empty=&user_key=k")


@pytest.mark.parametrize("place", ["cookie:x", "header:", "bearer", ""])
def test_another_place_for_the_key_is_refused(place: str) -> None:
    with pytest.raises(SuiteError, match="authorization, header:NAME or query:NAME"):
        Gateway(url="http://a", key_in=place)


def test_a_request_names_its_shape_and_its_id_and_the_gateways_host() -> None:
    headers = _headers("chat", host="tiny.example")
    assert headers["Host"] == "tiny.example"
    assert (headers["X-Metering-Shape"], headers["X-Metering-Request"], headers["X-Request-Id"]) == (
        "chat",
        "c-0",
        "c-0",
    )


def test_a_body_has_its_length_or_comes_in_chunks_and_no_body_has_neither() -> None:
    assert "Content-Length" in _headers("chat")
    assert _headers("chunked")["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in _headers("chunked")
    assert not {"Content-Length", "Transfer-Encoding", "Content-Type"} & _headers("models").keys()
    assert _headers("body-empty")["Content-Length"] == "0"


def test_requests_of_one_call_have_ids_of_their_own_unless_they_are_retries() -> None:
    gateway = Gateway(url="http://a")
    apart = [one.request_id for one in gateway.requests(BY_NAME["kept-alive"], Mode.PLAIN, "k", "c-")]
    again = [one.request_id for one in gateway.requests(BY_NAME["retry"], Mode.PLAIN, "k", "c-")]
    assert apart == ["c-0", "c-1", "c-2"]
    assert again == ["c-0", "c-0"]


def test_each_listed_key_is_cold_once_and_the_last_is_used_on() -> None:
    keys = Keys(listed=["a", "b"])
    assert [keys.following() for _ in range(4)] == [("a", True), ("b", True), ("b", False), ("b", False)]
    assert Keys(listed=["a", "b"]).enough_for(2)
    assert not Keys(listed=["a", "b"]).enough_for(3)


def test_made_up_keys_are_always_cold_and_never_those_of_another_run() -> None:
    first, second = Keys(prefix="p"), Keys(prefix="p")
    made = [first.following(), first.following(), second.following()]
    assert all(cold and key.startswith("p-") for key, cold in made)
    assert len({key for key, _ in made}) == 3


@pytest.mark.parametrize(
    "url",
    [
        "http://user:canary@a/",
        "http://canary@a",
        "http://user:can/canary@a",
        "http://user:can?canary@a",
        "http://a?user_key=canary",
        "http://a/#canary",
        "user:canary@a",
        "http://[canary@a",
        "ftp://canary@a",
    ],
)
def test_an_address_with_a_credential_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(SuiteError, match="without user, password and parameters") as caught:
        Gateway(url=url)
    assert "canary" not in str(caught.value)


def test_no_key_at_all_is_refused() -> None:
    with pytest.raises(SuiteError, match="--fresh-keys"):
        Keys()
