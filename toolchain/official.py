"""Downloads over HTTP with a short patience: an unreachable host costs seconds, once, and is never fatal."""

from __future__ import annotations

import base64
import http.client
import queue
import threading
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from toolchain import archives
from toolchain.failure import SourceUnavailableError, is_disk_full

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.catalogue import Tool

FIRST_ANSWER_SECONDS = 5.0
"""How long a host has for its first answer, name look-up included."""

STALL_SECONDS = 20.0
"""How long a transfer that has begun may stand still."""

_CHUNK = 1 << 18


class Downloads:
    """Fetches files; remembers hosts that could not be reached and does not ask them again."""

    def __init__(
        self,
        *,
        check: Callable[[], None],
        transferred: Callable[[str, int, int], None],
        told: Callable[[str, str], None],
        patience_seconds: float = FIRST_ANSWER_SECONDS,
    ) -> None:
        self._check = check
        self._transferred = transferred
        self._told = told
        self._patience_seconds = patience_seconds
        self._hosts: dict[str, threading.Lock] = {}
        self._unreachable: dict[str, str] = {}
        self._lock = threading.Lock()

    def archive(self, tool: Tool, into: Path) -> Path:
        """The tool's archive from its vendor, checked against the pinned sum or the vendor's own file of sums.

        Raises:
            SourceUnavailableError: the host or the file cannot be reached, or its file of sums does not name it.
            ChecksumError: it has another sum.
        """
        if not tool.url:
            raise SourceUnavailableError("there is no official download")
        expected = tool.sha256
        if not expected and tool.checksums:
            text = self.fetch(tool.url + tool.checksums, into).read_text(encoding="utf-8")
            expected = archives.published_sum(text, tool.archive) or ""
            if not expected:
                raise SourceUnavailableError(f"{tool.url}{tool.checksums} does not name {tool.archive}")
        path = self.fetch(tool.url + tool.archive, into, tool.name)
        if expected:
            archives.verify(path, expected, tool.url)
        return path

    def fetch(self, url: str, into: Path, label: str = "") -> Path:
        """The file at `url`, written into the folder `into` under its own name; progress is told for `label`.

        Raises:
            SourceUnavailableError: the host is unreachable, too slow, or does not have the file.
        """
        host = urllib.parse.urlsplit(url).netloc.rpartition("@")[2]
        with self._lock:
            turn = self._hosts.setdefault(host, threading.Lock())
        # One request at a time per host: the second learns from the first that the host is unreachable.
        with turn:
            if host in self._unreachable:
                raise SourceUnavailableError(self._unreachable[host])
            try:
                return self._save(url, into, label)
            except urllib.error.HTTPError as error:
                error.close()
                raise SourceUnavailableError(f"{host} answered {error.code} for {PurePosixPath(url).name}") from error
            except (OSError, ValueError, http.client.HTTPException) as error:
                if is_disk_full(error):
                    raise
                self._unreachable[host] = f"{host} cannot be reached ({_reason(error)})"
                self._told("download", f"{self._unreachable[host]}; not tried again in this run")
                raise SourceUnavailableError(self._unreachable[host]) from error

    def _save(self, url: str, into: Path, label: str) -> Path:
        name = PurePosixPath(urllib.parse.urlsplit(url).path).name
        answer = _first_answer(url, self._patience_seconds)
        total = int(answer.headers.get("Content-Length") or 0)
        target = Path(into) / name
        done = 0
        with answer, target.open("wb") as file:
            while chunk := answer.read(_CHUNK):
                self._check()
                file.write(chunk)
                done += len(chunk)
                self._transferred(label or name, done, total)
        if total and done != total:
            raise TimeoutError(f"the transfer of {name} broke off after {done} of {total} bytes")
        return target


def _first_answer(url: str, patience_seconds: float) -> Any:  # noqa: ANN401 - urllib's own answer type is untyped
    """The open answer. In a thread, because a name look-up ignores every time-out of the socket."""
    result: queue.Queue[Any] = queue.Queue()
    given_up = threading.Event()

    def ask() -> None:
        try:
            answer = urllib.request.urlopen(_request(url), timeout=STALL_SECONDS)  # noqa: S310 - as the user configured
        except Exception as error:  # noqa: BLE001 - carried to the caller's thread and raised there
            result.put(error)
        else:
            result.put(answer)
            if given_up.is_set():
                answer.close()

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = result.get(timeout=patience_seconds)
    except queue.Empty:
        given_up.set()
        raise TimeoutError(f"no answer within {patience_seconds:.0f} s") from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _request(url: str) -> urllib.request.Request:
    """The request; a user and password in the URL go into a header, as urllib does not read them."""
    parts = urllib.parse.urlsplit(url)
    userinfo, _, host = parts.netloc.rpartition("@")
    request = urllib.request.Request(parts._replace(netloc=host).geturl())  # noqa: S310 - as the user configured
    request.add_header("User-Agent", "maas-toolchain")
    if userinfo:
        token = base64.b64encode(urllib.parse.unquote(userinfo).encode()).decode()
        request.add_header("Authorization", f"Basic {token}")
    return request


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)
