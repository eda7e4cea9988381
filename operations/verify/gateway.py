"""One model, called through its public address as an application calls it."""

import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import requests

from operations.answers import content
from operations.errors import OperationError

TIMEOUT_SECONDS = 320
"""Above the gateway's read time-out of 300 s, so that its own refusal is what is seen."""
LIVE_SECONDS = 330.0
"""APIcast reads a new configuration at the latest after 300 s (operator default APICAST_CONFIGURATION_CACHE)."""
PAUSE_SECONDS = 1.0
"""Between two questions whether the configuration is read."""
PROGRESS_SECONDS = 10.0
"""Between two lines about the waiting."""
NOT_YET = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE})
"""What a host without configuration gives: APIcast 404 without a service of that host, the router 503 without a Route.
Everything else, a refused key among it, does not change by waiting."""


class NotYetError(OperationError):
    """The gateway answered what it answers before it has read its configuration, or did not answer at all."""


def question(model: str) -> dict[str, Any]:
    """A small chat completion."""
    return {"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": "Say hello."}]}


class Gateway:
    """One model's public address, called with one application's key."""

    def __init__(self, url: str, key: str) -> None:
        """Nothing is sent yet; the key stays in this process."""
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"}

    def _send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, stream: bool = False
    ) -> requests.Response:
        """One call.

        Raises:
            NotYetError: No connection, or a status that a configuration read later changes.
            OperationError: No answer, or another status than 200.
        """
        asked = f"asked {self._url}{path}"
        try:
            answer = requests.request(
                method, f"{self._url}{path}", json=body, headers=self._headers, timeout=TIMEOUT_SECONDS, stream=stream
            )
        except requests.RequestException as error:
            message = f"{asked}: no answer ({type(error).__name__}); check the Route and the proxy settings"
            # Refused and reset are ConnectionErrors; so are a certificate or a proxy that waiting does not mend.
            lasting = isinstance(error, requests.exceptions.SSLError | requests.exceptions.ProxyError)
            may_come = isinstance(error, requests.ConnectionError) and not lasting
            raise (NotYetError if may_come else OperationError)(message) from None
        if answer.status_code != HTTPStatus.OK:
            message = (
                f"{asked}: the gateway answered {answer.status_code} {answer.text[:200].strip()!r}, "
                "200 was expected; look at the gateway's log and at the promoted configuration"
            )
            raise (NotYetError if answer.status_code in NOT_YET else OperationError)(message)
        return answer

    def listed(self) -> list[str]:
        """The models behind this address; waits until the gateway has read the promoted configuration.

        Every `PROGRESS_SECONDS` of waiting one line says for what, and for how long already.

        Raises:
            OperationError: The address refuses, or does not answer within `LIVE_SECONDS`.
        """
        begun = told = time.monotonic()
        while True:
            try:
                answer = self._send("GET", "/v1/models")
            except NotYetError as refusal:
                now = time.monotonic()
                if now - begun > LIVE_SECONDS:
                    raise
                if now - told >= PROGRESS_SECONDS:
                    told = now
                    waited = f"{now - begun:.0f} s of at most {LIVE_SECONDS:.0f} s"
                    print(f"waiting for the gateway to read its configuration, {waited}: {refusal}", flush=True)
                time.sleep(PAUSE_SECONDS)  # the gateway gives no sign when it has read it: ask again
            else:
                asked = f"asked {self._url}/v1/models"
                return [_field(model, "id", asked) for model in content(answer, asked, "data")]

    def completed(self, model: str) -> int:
        """Total tokens of one plain chat completion.

        Raises:
            OperationError: The answer holds no usage.
        """
        asked = f"asked {self._url} for a completion"
        answer = self._send("POST", "/v1/chat/completions", question(model))
        return int(_field(content(answer, asked, "usage"), "total_tokens", asked))

    def streamed(self, model: str) -> int:
        """Total tokens of one streamed chat completion, from its last usage event.

        Raises:
            OperationError: The stream holds no usage, or what is no event.
        """
        asked = f"asked {self._url} for a streamed completion with usage"
        body = {**question(model), "stream": True, "stream_options": {"include_usage": True}}
        usage: Mapping[str, Any] | None = None
        try:
            for line in self._send("POST", "/v1/chat/completions", body, stream=True).iter_lines():
                if line.startswith(b"data: ") and line != b"data: [DONE]":
                    usage = json.loads(line[6:]).get("usage") or usage
        except (requests.RequestException, ValueError, AttributeError) as error:
            message = (
                f"{asked}: the stream broke off or holds no JSON ({type(error).__name__}); look at the model's log"
            )
            raise OperationError(message) from None
        if usage is None:
            raise OperationError(f"{asked}; the stream held none; see that the model's server reports usage")
        return int(_field(usage, "total_tokens", asked))


def _field(holder: Any, name: str, asked: str) -> str:  # noqa: ANN401 (JSON)
    """A field of a part of an answer, as text.

    Raises:
        OperationError: The part has another form.
    """
    if not isinstance(holder, Mapping) or name not in holder:
        message = f"{asked}: the answer has no {name!r} where the OpenAI API has one; see what serves this address"
        raise OperationError(message)
    return str(holder[name])
