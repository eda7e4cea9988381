"""One request on its way through the phases of Lua policies."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from sandbox.apicast.runtime import Policy, Runtime

Fields: TypeAlias = "list[tuple[str, str]]"
"""Header fields in their order; a name can come more than once."""

_FIRST_STATUS, _ERROR = 200, 500
"""Codes of `ngx.exit` below the first, such as `ngx.ERROR`, are an error of the server."""


class PolicyError(Exception):
    """A phase of a policy raised an error. APIcast logs it and goes on; the text has Lua's own traceback."""


@dataclass(frozen=True)
class HttpCall:
    """A call that a policy makes and waits for."""

    method: str
    url: str
    headers: Fields
    body: bytes | None = None


@dataclass(frozen=True)
class HttpAnswer:
    """The answer to a call. With `error` there was none: the policy sees status 0 and this text."""

    status: int = 200
    body: bytes = b""
    headers: Fields = field(default_factory=list)
    error: str = ""


@dataclass(frozen=True)
class Exit:
    """A policy ended the request. `body` is None when it printed nothing: nginx then sends a page of its own."""

    status: int
    body: bytes | None
    headers: Fields


@dataclass(frozen=True)
class Request:
    """A request as the client sent it; `uri` with its query, percent-encoded."""

    method: str = "GET"
    uri: str = "/"
    headers: Mapping[str, str] | Fields = field(default_factory=dict)
    body: bytes = b""

    def fields(self) -> Fields:
        """The headers in order."""
        return list(self.headers.items()) if isinstance(self.headers, Mapping) else list(self.headers)


Outcome: TypeAlias = "Exit | None"


class Exchange:
    """A request and what policies share about it. Headers and body show what the policies have made of them."""

    def __init__(self, runtime: Runtime, request: Request, policies: Iterable[Policy], service: object) -> None:
        self._driver = runtime.driver
        self._http = runtime.http
        self.policies = list(policies)
        self.request = request
        self.headers = request.fields()
        self.headers_changed = False
        """Whether a policy changed the headers since this was last set to false."""
        self.status = 0
        self.response_headers: Fields = []
        self.finished = False
        self._body: bytes | None = request.body
        self._file = runtime.spilled(request)
        path, _, query = request.uri.partition("?")
        self.lua = self._driver.exchange(
            request.method.encode(),
            _sent(request.uri),
            unquote_to_bytes(path),
            _sent(query) if "?" in request.uri else None,
            packed(self.headers),
            None if self._file else request.body,
            self._file.name.encode() if self._file else None,
            service,
            *[policy.lua for policy in self.policies],
        )

    @property
    def body(self) -> bytes:
        """The request's body as it goes to the upstream."""
        return self._body if self._body is not None else b""

    def close(self) -> None:
        """Remove the file of a spilled body; it also goes with the object."""
        if self._file is not None:
            self._file.close()

    # What policies share.

    def set_credentials(self, credentials: Mapping[str, str]) -> None:
        """Set what the gateway found out about the caller: `user_key`, or `app_id` and `app_key`."""
        self.set_context("credentials", credentials)

    def set_context(self, name: str, value: object) -> None:
        """Set a value of the context (anything JSON can say); None removes it."""
        self._driver.set_context(self.lua, name.encode(), None if value is None else as_json(value))

    def merge_usage(self, usage: Mapping[str, int]) -> None:
        """Add what the mapping rules matched to `context.usage`."""
        flat: list[object] = []
        for metric, delta in usage.items():
            flat += (metric.encode(), delta)
        self._driver.merge_usage(self.lua, *flat)

    @property
    def usage(self) -> dict[str, int]:
        """`context.usage`: metric → delta, 0 included."""
        flat = several(self._driver.usage(self.lua))
        return {metric.decode(): int(delta) for metric, delta in zip(flat[::2], flat[1::2], strict=True)}

    def set_variable(self, name: str, value: str | None) -> None:
        """Set a variable of nginx, `ngx.var.<name>`; None = undefined."""
        self._driver.set_variable(self.lua, name.encode(), None if value is None else _sent(value))

    def variable(self, name: str) -> str | None:
        """A variable of nginx."""
        found = self._driver.variable(self.lua, name.encode())
        return None if found is None else found.decode("utf-8", "surrogateescape")

    def set_headers(self, fields: Fields) -> None:
        """Replace the request's headers, after someone else than a Lua policy changed them."""
        self.headers = fields
        self._driver.set_headers(self.lua, packed(fields))

    def set_answer(self, status: int, fields: Fields) -> None:
        """Set status and headers of the answer that the filters are to see."""
        self.status, self.response_headers = status, fields
        self._driver.set_answer(self.lua, status, packed(fields))

    def answered(self) -> None:
        """Say that the headers of the answer are sent."""
        self._driver.answered(self.lua)

    def abandoned(self) -> None:
        """Say that the client left before there was an answer; `ngx.status` is then 9, as in nginx."""
        self._driver.abandoned(self.lua)

    # What templates and conditions make of the request.

    def rendered(self, template: object, phase: str = "rewrite") -> str:
        """The text of a template made by `Runtime.template`."""
        return text(self._driver.rendered(self.lua, template, phase.encode()))

    def compares(self, value: str, op: str, other: str, kind: str = "plain") -> bool:
        """Whether `value` compares to a text, plain or Liquid, as in APIcast's conditions (`==`, `!=`, `matches`)."""
        return bool(self._driver.compares(self.lua, _sent(value), op.encode(), _sent(other), kind.encode()))

    # Phases of one policy, for whoever runs a chain.

    def steps(self, policy: Policy, phase: str) -> Generator[HttpCall, HttpAnswer, Outcome]:
        """Run a phase that may wait: yields each HTTP call, is sent its answer, returns how the phase ended.

        Raises:
            PolicyError: the phase raised an error.
        """
        result = several(self._driver.run(self.lua, policy.lua, phase.encode()))
        while result[0] == b"http":
            answer = yield _call(result)
            result = several(self._resumed(answer))
        self._take_changes()
        if result[0] == b"error":
            raise PolicyError(text(result[1]))
        return self._exit(int(result[1])) if result[0] == b"exit" else None

    def filter(self, policy: Policy, phase: str) -> Outcome:
        """Run `header_filter` or `log`."""
        problem, exited = self._driver.filter(self.lua, policy.lua, phase.encode())
        self._take_changes()
        if problem is not None:
            raise PolicyError(text(problem))
        return None if exited is None else self._exit(int(exited))

    def piece(self, policy: Policy, chunk: bytes, *, eof: bool) -> tuple[bytes, bool]:
        """Run `body_filter` over a piece: what is left of it, and whether it is the last."""
        left, last, problem = self._driver.body_filter(self.lua, policy.lua, chunk, eof)
        if problem is not None:
            raise PolicyError(text(problem))
        return left or b"", last

    # Phases of all policies in order, for tests.

    def rewrite(self) -> Outcome:
        """Run `rewrite` of all policies; ends at the first that answers."""
        return self._phase("rewrite")

    def access(self) -> Outcome:
        """Run `access` of all policies; ends at the first that answers."""
        return self._phase("access")

    def header_filter(self, status: int = 200, headers: Mapping[str, str] | Fields | None = None) -> Outcome:
        """Give the policies an answer's status and headers; `response_headers` has what became of them."""
        fields = list(headers.items()) if isinstance(headers, Mapping) else list(headers or [])
        self.set_answer(status, fields)
        outcomes = [self.filter(policy, "header_filter") for policy in self.policies]
        self.answered()
        return next(filter(None, outcomes), None)

    def body_filter(self, chunk: bytes, *, eof: bool = False) -> bytes:
        """Give the policies a piece of the answer; what goes to the client."""
        if self.finished:
            return b""
        for policy in self.policies:
            chunk, eof = self.piece(policy, chunk, eof=eof)
        self.finished = eof
        return chunk

    def post_action(self) -> Outcome:
        """Run `post_action` of all policies."""
        return self._phase("post_action")

    def log(self) -> None:
        """Run `log` of all policies."""
        for policy in self.policies:
            self.filter(policy, "log")

    def _phase(self, phase: str) -> Outcome:
        for policy in self.policies:
            steps = self.steps(policy, phase)
            try:
                call = next(steps)
                while True:
                    call = steps.send(self._http(call))
            except StopIteration as ended:
                if ended.value is not None:
                    outcome: Outcome = ended.value
                    return outcome
        return None

    def _resumed(self, answer: HttpAnswer) -> object:
        if answer.error:
            return self._driver.resume(self.lua, None, answer.error.encode())
        return self._driver.resume(self.lua, answer.status, packed(answer.headers), answer.body)

    def _take_changes(self) -> None:
        headers, answer, body, file, status = self._driver.changes(self.lua)
        if headers is not None:
            self.headers, self.headers_changed = unpacked(headers), True
        if answer is not None:
            self.response_headers = unpacked(answer)
        if status is not None:
            self.status = int(status)
        if body is not None:
            self._body = body
        elif file is not None:
            self._body = Path(text(file)).read_bytes()

    def _exit(self, code: int) -> Outcome:
        """How a request ends after `ngx.exit`; None for `ngx.OK`, which ends the phase alone."""
        printed, status, sent, fields = self._driver.output(self.lua)
        if code == 0 and not sent:
            return None
        if sent:
            return Exit(int(status), bytes(printed), unpacked(fields))
        return Exit(code if code >= _FIRST_STATUS else _ERROR, None, unpacked(fields))


def spill(body: bytes) -> Any:  # noqa: ANN401  # a temporary file
    """A file with the body, removed when it is closed or forgotten."""
    file = tempfile.NamedTemporaryFile(prefix="apicast-body-")  # noqa: SIM115  # lives as long as the request
    file.write(body)
    file.flush()
    return file


def packed(fields: Fields) -> bytes:
    """Header fields as the text the model reads."""
    return "".join([f"{name}\0{value}\0" for name, value in fields]).encode("utf-8", "surrogateescape")


def unpacked(blob: bytes) -> Fields:
    """The same back."""
    parts = blob.decode("utf-8", "surrogateescape").split("\0")[:-1]
    return list(zip(parts[::2], parts[1::2], strict=True))


def several(result: object) -> tuple[Any, ...]:
    """The values a Lua function returned: a tuple when there are several, the value alone when there is one."""
    if isinstance(result, tuple):
        return result
    return () if result is None else (result,)


def text(value: bytes) -> str:
    """A text of Lua for people."""
    return value.decode("utf-8", "replace")


def as_json(value: object) -> bytes:
    """A value as JSON."""
    return json.dumps(value).encode()


def _sent(value: str) -> bytes:
    """A text as the bytes that were on the wire."""
    return value.encode("utf-8", "surrogateescape")


def _call(result: tuple[Any, ...]) -> HttpCall:
    _, method, url, fields, *body = result
    return HttpCall(text(method), text(url), unpacked(fields), body[0] if body else None)
