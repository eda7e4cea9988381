"""The check after `up`: calls through the gateway."""

import json
import socket
from collections.abc import Callable

import pytest

from operations.errors import OperationError
from operations.verify import gateway as gateway_module
from operations.verify.gateway import Gateway
from tests.support.http_fake import Answer, serving

KEY = "canary-key-4711"
USAGE = {"prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7}


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


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(gateway_module, "PROGRESS_SECONDS", 0.0)


def answering(*first: Answer) -> Callable[[str, str, bytes], Answer]:
    left = list(first)
    return lambda *_: left.pop(0) if left else (200, {"data": [{"id": "llama"}]})


@pytest.mark.usefixtures("waiting")
def test_a_configuration_that_is_not_read_yet_is_waited_for_and_told(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answering((404, b""), (503, b"<html>Application is not available</html>"))) as fake:
        assert Gateway(fake.url, KEY).listed() == ["llama"]
    told = capsys.readouterr().out.splitlines()
    assert [("answered 404" in line, "answered 503" in line) for line in told] == [(True, False), (False, True)]
    assert all("0 s of at most 330 s" in line for line in told)
    assert KEY not in "".join(told)


def test_progress_is_told_no_more_often_than_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateway_module, "PAUSE_SECONDS", 0.0)
    with serving(answering(*[(404, b"")] * 5)) as fake:
        Gateway(fake.url, KEY).listed()
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize("status", [400, 401, 403, 429, 500, 502])
def test_any_other_refusal_is_told_at_once(status: int) -> None:
    with serving(answering((status, b"no"))) as fake:
        with pytest.raises(OperationError, match=f"answered {status}"):
            Gateway(fake.url, KEY).listed()
        assert len(fake.asked) == 1


def test_a_refused_connection_is_waited_for_no_longer_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "LIVE_SECONDS", 0.05)
    monkeypatch.setattr(gateway_module, "PAUSE_SECONDS", 0.01)
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    with socket.socket() as closed:  # bound and not listening: connections are refused
        closed.bind(("127.0.0.1", 0))
        with pytest.raises(OperationError, match="no answer"):
            Gateway(f"http://127.0.0.1:{closed.getsockname()[1]}", KEY).listed()


@pytest.mark.parametrize(
    "body",
    [b"<html>Log in</html>", b"[]", b'{"data": [1]}', b'{"usage": {}}', b'{"usage": 1}'],
    ids=["html", "list", "no model", "empty usage", "number"],
)
def test_an_answer_of_another_form_is_refused_in_words(body: bytes) -> None:
    with serving(lambda *_: (200, body)) as fake:
        for call in (Gateway(fake.url, KEY).listed, lambda: Gateway(fake.url, KEY).completed("llama")):
            with pytest.raises(OperationError, match="asked http"):
                call()


def test_a_stream_of_no_json_is_refused_in_words() -> None:
    with serving(lambda *_: (200, b"data: <html>\n\n")) as fake, pytest.raises(OperationError, match="broke off"):
        Gateway(fake.url, KEY).streamed("llama")
