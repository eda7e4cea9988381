"""3scale's counters, read back after calls."""

from collections.abc import Callable

import pytest

from operations.errors import OperationError
from operations.verify import counters as counters_module
from operations.verify.counters import Counters
from tests.support.http_fake import Answer, serving

TOKEN = "canary-access-token"


def admin(totals: list[int]) -> Callable[[str, str, bytes], Answer]:
    def answer(_method: str, path: str, _body: bytes) -> Answer:
        if path.startswith("/admin/api/services.json"):
            return 200, {"services": [{"service": {"id": 31, "system_name": "llama"}}]}
        return 200, {"total": totals.pop(0) if len(totals) > 1 else totals[0]}

    return answer


def test_counting_waits_until_the_counter_has_risen() -> None:
    with serving(admin([10, 10, 24])) as fake:
        counters = Counters(fake.url, TOKEN, "llama")
        assert counters.risen(counters.total(), 14) == 24


def test_counting_more_than_was_used_is_an_error_at_once() -> None:
    with serving(admin([10, 99])) as fake:
        counters = Counters(fake.url, TOKEN, "llama")
        with pytest.raises(OperationError, match="14 tokens were used, 3scale counted 89"):
            counters.risen(counters.total(), 14)


def test_tokens_that_never_arrive_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters_module, "COUNT_SECONDS", 0.0)
    with serving(admin([10])) as fake:
        counters = Counters(fake.url, TOKEN, "llama")
        with pytest.raises(OperationError, match="3scale counted 0"):
            counters.risen(counters.total(), 14)


def test_a_missing_product_is_named() -> None:
    with serving(admin([0])) as fake, pytest.raises(OperationError, match="product other"):
        Counters(fake.url, TOKEN, "other")


def test_a_product_on_a_later_page_is_found() -> None:
    products = [{"service": {"id": number, "system_name": f"product-{number}"}} for number in range(1, 602)]

    def answer(_method: str, path: str, _body: bytes) -> Answer:
        if not path.startswith("/admin/api/services.json"):
            return 200, {"total": 5 if "/services/601/" in path else 0}
        page = int(path.partition("?page=")[2].partition("&")[0])
        return 200, {"services": products[(page - 1) * 500 : page * 500]}

    with serving(answer) as fake:
        assert Counters(fake.url, TOKEN, "product-601").total() == 5


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (200, b"<html>Log in</html>", "'total' was expected"),
        (200, b'{"total": null}', "no whole number"),
        (403, b"", "answered 403"),
    ],
)
def test_a_counter_that_cannot_be_read_is_told_without_the_token(status: int, body: bytes, told: str) -> None:
    def answer(_method: str, path: str, _body: bytes) -> Answer:
        if path.startswith("/admin/api/services.json"):
            return 200, {"services": [{"service": {"id": 31, "system_name": "llama"}}]}
        return status, body

    with serving(answer) as fake:
        counters = Counters(fake.url, TOKEN, "llama")
        with pytest.raises(OperationError, match=told) as refusal:
            counters.total()
        assert TOKEN not in str(refusal.value)


def test_a_login_page_in_place_of_3scale_is_told_without_the_token() -> None:
    with serving(lambda *_: (200, b"<html>Log in</html>")) as fake:
        with pytest.raises(OperationError, match="3scale answered 200") as refusal:
            Counters(fake.url, TOKEN, "llama")
        assert TOKEN not in str(refusal.value)
