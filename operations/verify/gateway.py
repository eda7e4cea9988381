"""One model, called through its public address as an application calls it."""

import json
import time
from collections.abc import Mapping
from typing import Any

import requests

from operations.errors import OperationError

TIMEOUT_SECONDS = 320
"""Above the gateway's read time-out of 300 s, so that its own refusal is what is seen."""
LIVE_SECONDS = 330.0
"""APIcast reads a new configuration at the latest after 300 s (operator default APICAST_CONFIGURATION_CACHE)."""


def question(model: str) -> dict[str, Any]:
    """A small chat completion."""
    return {"model": model, "max_tokens": 16, "messages": [{"role": "user", "content": "Say hello."}]}


class Gateway:
    """One model's public address, called with one application's key."""

    def __init__(self, url: str, key: str) -> None:
        """Nothing is sent yet; the key stays in this process."""
        self._url, self._headers = url.rstrip("/"), {"Authorization": f"Bearer {key}"}

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None, *, stream: bool = False) -> Any:  # noqa: ANN401 (requests has no narrower type here)
        """One call.

        Raises:
            OperationError: No answer, or another status than 200.
        """
        try:
            answer = requests.request(
                method, f"{self._url}{path}", json=body, headers=self._headers, timeout=TIMEOUT_SECONDS, stream=stream
            )
        except requests.RequestException as error:
            message = (
                f"asked {self._url}{path}: no answer ({type(error).__name__}); check the Route and the proxy settings"
            )
            raise OperationError(message) from None
        if answer.status_code != requests.codes.ok:
            message = (
                f"asked {self._url}{path}: the gateway answered {answer.status_code} {answer.text[:200].strip()!r}, "
                "200 was expected; look at the gateway's log and at the promoted configuration"
            )
            raise OperationError(message)
        return answer

    def listed(self) -> list[str]:
        """The models behind this address; waits until the gateway has read the promoted configuration.

        Raises:
            OperationError: The address does not answer within `LIVE_SECONDS`.
        """
        deadline = time.monotonic() + LIVE_SECONDS
        while True:
            try:
                return [str(model["id"]) for model in self._send("GET", "/v1/models").json()["data"]]
            except OperationError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(1)  # the gateway gives no sign when it has read its configuration: ask again

    def completed(self, model: str) -> int:
        """Total tokens of one plain chat completion."""
        answer = self._send("POST", "/v1/chat/completions", question(model)).json()
        return int(answer["usage"]["total_tokens"])

    def streamed(self, model: str) -> int:
        """Total tokens of one streamed chat completion, from its last usage event.

        Raises:
            OperationError: The stream ended without usage.
        """
        body = {**question(model), "stream": True, "stream_options": {"include_usage": True}}
        usage: Mapping[str, Any] | None = None
        for line in self._send("POST", "/v1/chat/completions", body, stream=True).iter_lines():
            if line.startswith(b"data: ") and line != b"data: [DONE]":
                usage = json.loads(line[6:]).get("usage") or usage
        if usage is None:
            raise OperationError(f"asked {self._url} for a streamed completion with usage; the stream held none")
        return int(usage["total_tokens"])
