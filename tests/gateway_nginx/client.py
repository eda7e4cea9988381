"""A client of the gateway that sees every byte."""

import http.client
import json
from collections.abc import Iterable
from dataclasses import dataclass

CHAT = "/v1/chat/completions"


@dataclass(frozen=True)
class Got:
    """An answer."""

    status: int
    headers: dict[str, str]
    body: bytes


def connection(url: str) -> http.client.HTTPConnection:
    """A connection to the server of a URL."""
    return http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)


def ask(
    url: str,
    body: bytes | Iterable[bytes] | None = None,
    *,
    key: str | None = "key",
    path: str = CHAT,
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> Got:
    """Ask once and read the answer to its end; an iterable goes out as chunks."""
    sent = {"Content-Type": "application/json", **(headers or {})}
    if key is not None:
        sent["Authorization"] = f"Bearer {key}"
    client = connection(url)
    try:
        chunked = body is not None and not isinstance(body, bytes)
        client.request(method, path, body, sent, encode_chunked=chunked)
        answer = client.getresponse()
        return Got(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
    finally:
        client.close()


def chat(**fields: object) -> bytes:
    """The body of a chat request."""
    return json.dumps({"messages": [{"role": "user", "content": "hello"}], **fields}).encode()
