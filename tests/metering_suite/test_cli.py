"""The commands: what they print, where, and their exit codes."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from metering_suite import SHAPES, cli
from metering_suite.cli import main
from metering_suite.http.server import Server
from metering_suite.progress import Line
from tests.metering_suite.reference_gateway import ReferenceGateway
from tests.metering_suite.wrong_gateways import ReportsTwice

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def _serving(gateway: type[ReferenceGateway], engine: int, backend: int) -> Iterator[str]:
    """A gateway in a thread, in front of ports that are served later."""
    loop, stop, found = asyncio.new_event_loop(), asyncio.Event(), threading.Event()
    urls: list[str] = []

    async def serve() -> None:
        answering = gateway(f"http://127.0.0.1:{engine}", f"http://127.0.0.1:{backend}").answer
        async with Server(answering) as server:
            urls.append(server.url)
            found.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    found.wait(10)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _free_ports() -> tuple[int, int]:
    async def ports() -> tuple[int, int]:
        async def refuse(*_: object) -> bool:
            return False

        async with Server(refuse) as one, Server(refuse) as two:
            return one.port, two.port

    return asyncio.run(ports())


def _run(gateway: type[ReferenceGateway], *words: str) -> int:
    engine, backend = _free_ports()
    with _serving(gateway, engine, backend) as url:
        local = ["--local", "--engine-port", str(engine), "--backend-port", str(backend)]
        quick = ["--quiet-seconds", "0.1", "--lost-seconds", "2"]
        return main(["run", "--gateway", url, "--fresh-keys", *local, *quick, *words])


def test_a_right_gateway_ends_with_0_and_a_table(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    assert _run(ReferenceGateway, "--only", "chat", "--only", "client-leaves", "--json", str(file)) == 0
    shown = capsys.readouterr()
    assert "chat                         plain   counted                  counted" in shown.out
    assert "passed: nothing lost, nothing double, nothing changed" in shown.out
    assert "\x1b" not in shown.out
    assert shown.err == ""
    report = json.loads(file.read_text())
    assert (report["passed"], report["calls"], report["cold"]) == (True, 6, 3)
    assert report["tally"] == {"aborted": 2, "counted": 4}
    assert report["results"][0]["truth"]["total"] == report["results"][0]["counted"]["total"] > 0


def test_a_wrong_gateway_ends_with_1_and_says_what_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(ReportsTwice, "--only", "rerank") == 1
    shown = capsys.readouterr().out
    assert "rerank plain cold: double: total " in shown
    assert "not passed: 2 calls lost, double or changed" in shown


def test_no_gateway_needs_no_keys(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["direct", "--only", "models"]) == 0
    assert "models                       plain   counted" in capsys.readouterr().out


def test_shapes_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(SHAPES)
    assert main(["list", "--only", "calls/chat"]) == 0
    assert capsys.readouterr().out.split() == ["calls/chat", "plain+stream", "A", "chat", "completion"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["run", "--nonsense"], "unrecognized arguments: --nonsense"),
        (["run"], "--gateway is missing"),
        (["run", "--gateway", "http://127.0.0.1:1"], "keys for the gateway"),
        (["run", "--gateway", "http://127.0.0.1:1", "--key", "k"], "--engine-control, or --local is missing"),
        (["run", "--gateway", "nonsense", "--key", "k", "--local"], "'nonsense'"),
        (["run", "--gateway", "http://127.0.0.1:1", "--key", "k", "--local"], "a connection to the gateway"),
        (["run", "--gateway", "http://a", "--keys-file", "/none", "--local"], "the keys in /none"),
        (["run", "--gateway", "http://a", "--key", "k", "--key-in", "cookie:x", "--local"], "'cookie:x'"),
        (["run", "--gateway", "http://a", "--key", "k", "--local", "--meter", "prometheus"], "--prometheus is missing"),
        (
            ["run", "--gateway", "http://a", "--key", "k", "--local", "--meter", "threescale-stats"],
            "the variable THREESCALE_ACCESS_TOKEN is missing",
        ),
        (["run", "--gateway", "http://a", "--key", "k", "--local", "--metric", "tokens=x"], "--metric tokens=x"),
        (["run", "--gateway", "http://a", "--key", "k", "--engine-control", "http://127.0.0.1:1"], "start it"),
        (["direct", "--only", "nonsense"], "'nonsense' matches none"),
        (["direct", "--workers", "0"], "'0' is no whole number of at least 1"),
        (["direct", "--workers=-1"], "'-1' is no whole number of at least 1"),
        (["direct", "--workers", "two"], "'two' is no whole number of at least 1"),
        (["engine", "--port", "65536"], "'65536' is no port"),
        (["backend", "--port=-1"], "'-1' is no port"),
        (["run", "--service", "0"], "'0' is no whole number of at least 1"),
        (["run", "--lost-seconds", "nan"], "'nan' is no number of seconds"),
        (["run", "--quiet-seconds=-1"], "'-1' is no number of seconds"),
        (["run", "--gateway", "http://me:canary@a", "--key", "k", "--local"], "'http://a' with a user, a password"),
        (["direct", "--only", "models", "--json", "/none/report.json"], "the report in /none/report.json"),
    ],
)
def test_wrong_words_end_with_2_and_a_message_of_four_parts(
    words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    message = capsys.readouterr().err
    assert told in message
    assert [line.split(":")[0].strip() for line in message.splitlines()[-3:]] == ["found", "allowed", "do"]


@pytest.mark.parametrize("debugging", ["", "1"])
def test_an_unexpected_error_ends_with_2_and_its_name(
    debugging: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_patterns: object) -> tuple[()]:
        raise ZeroDivisionError("nothing to divide")

    monkeypatch.setenv("METERING_DEBUG", debugging)
    monkeypatch.setattr(cli, "chosen", broken)
    assert main(["direct"]) == 2
    message = capsys.readouterr().err
    assert ("Traceback" in message) == bool(debugging)
    assert "found:   ZeroDivisionError: nothing to divide" in message
    assert [line.split(":")[0].strip() for line in message.splitlines()[-3:]] == ["found", "allowed", "do"]


def test_the_help_says_who_sees_a_key(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["run", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert (
        "Other users of the machine see it among the running commands: --keys-file or the variable METERING_KEY" in told
    )


def test_a_key_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("METERING_KEY", "canary")
    assert main(["run", "--gateway", "http://127.0.0.1:1", "--local"]) == 2
    told = capsys.readouterr().err
    assert "a connection to the gateway" in told, "it stopped before that, for want of a key"
    assert "canary" not in told


class _Terminal:
    """Where somebody watches, or nobody."""

    def __init__(self, *, watched: bool) -> None:
        self.text = ""
        self._watched = watched

    def isatty(self) -> bool:
        return self._watched

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_progress_says_how_far_how_long_and_how_long_still() -> None:
    terminal = _Terminal(watched=True)
    line = Line(terminal)  # type: ignore[arg-type]  # what it needs of a stream
    line(1, 4, "chat plain cold")
    line(2, 4, "too soon to be shown")
    line(4, 4, "the last")
    line.end()
    assert "1 of 4  0 s gone, about 0 s left  chat plain cold" in terminal.text
    assert "too soon" not in terminal.text
    assert "the last" in terminal.text
    assert terminal.text.endswith("\r")


def test_progress_is_quiet_where_nobody_watches() -> None:
    terminal = _Terminal(watched=False)
    line = Line(terminal)  # type: ignore[arg-type]  # likewise
    line(1, 1, "chat")
    line.end()
    assert terminal.text == ""
