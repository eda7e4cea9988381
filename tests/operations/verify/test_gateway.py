"""The check after `up`: calls through the gateway and the counters behind it."""

import json
from typing import Any

import pytest

from operations.errors import OperationError
from operations.verify import counters as counters_module
from operations.verify.command import curl
from operations.verify.counters import Counters
from operations.verify.gateway import Gateway
from tests.support.http_fake import Answer, serving

KEY = "canary-key-4711"
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}
MODEL = {"served_model_name": "llama", "production_url": "https://llama.apps.maas.test:443"}
REFERENCE = {"namespace": "llm-hosting", "name": "dev1-key", "key": "user_key", "model": "llama"}


def gateway(_method: str, path: str, body: bytes) -> Answer:
    if path == "/v1/models":
        return 200, {"data": [{"id": "llama"}]}
    if json.loads(body).get("stream"):
        events = [{"choices": [{}], "usage": None}, {"choices": [], "usage": USAGE}]
        return 200, b"".join(b"data: " + json.dumps(e).encode() + b"\n\n" for e in events) + b"data: [DONE]\n\n"
    return 200, {"usage": USAGE}


def test_a_model_is_listed_completed_and_streamed_with_the_key_as_bearer() -> None:
    with serving(gateway) as fake:
        calls = Gateway(fake.url, KEY)
        assert (calls.listed(), calls.completed("llama"), calls.streamed("llama")) == (["llama"], 7, 7)
        assert {headers["Authorization"] for headers in fake.headers} == {f"Bearer {KEY}"}


def test_a_stream_without_usage_is_refused() -> None:
    with serving(lambda *_: (200, b"data: [DONE]\n\n")) as fake, pytest.raises(OperationError, match="held none"):
        Gateway(fake.url, KEY).streamed("llama")


def test_a_refusal_names_address_and_status_but_never_the_key() -> None:
    with serving(lambda *_: (403, b"Authentication failed")) as fake:
        with pytest.raises(OperationError, match="403") as refusal:
            Gateway(fake.url, KEY).completed("llama")
        assert KEY not in str(refusal.value)


def admin(totals: list[int]) -> Any:  # noqa: ANN401 (a closure for the fake)
    def answer(_method: str, path: str, _body: bytes) -> Answer:
        if path.startswith("/admin/api/services.json"):
            return 200, {"services": [{"service": {"id": 31, "system_name": "llama"}}]}
        return 200, {"total": totals.pop(0) if len(totals) > 1 else totals[0]}

    return answer


def test_counting_waits_until_the_counter_has_risen() -> None:
    with serving(admin([10, 10, 24])) as fake:
        counters = Counters(fake.url, "token", "llama")
        assert counters.risen(counters.total(), 14) == 24


def test_counting_more_than_was_used_is_an_error_at_once() -> None:
    with serving(admin([10, 99])) as fake:
        counters = Counters(fake.url, "token", "llama")
        with pytest.raises(OperationError, match="14 tokens were used, 3scale counted 89"):
            counters.risen(counters.total(), 14)


def test_tokens_that_never_arrive_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters_module, "COUNT_SECONDS", 0.0)
    with serving(admin([10])) as fake:
        counters = Counters(fake.url, "token", "llama")
        with pytest.raises(OperationError, match="3scale counted 0"):
            counters.risen(counters.total(), 14)


def test_a_missing_product_is_named() -> None:
    with serving(admin([0])) as fake, pytest.raises(OperationError, match="product other"):
        Counters(fake.url, "token", "other")


def test_the_printed_line_reads_the_key_when_it_runs() -> None:
    line = curl(MODEL, REFERENCE, {"HTTPS_PROXY": "http://127.0.0.1:1", "SSL_CERT_FILE": "/ca.pem", "KUBECONFIG": "/k"})
    assert line.startswith("curl -sS --proxy http://127.0.0.1:1 --cacert /ca.pem ")
    assert "-m operations secret --kubeconfig /k llm-hosting/dev1-key user_key)" in line
