"""The command line: `python -m sandbox start|stop|status|logs|faults|user|threescale`."""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shlex
import sys
import time
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

from sandbox import lifecycle, users
from sandbox.errors import SandboxError
from sandbox.layout import Layout, read_json
from sandbox.process import tail
from sandbox.settings import add_folder, add_settings, settings_from
from sandbox.threescale import coverage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_DONE, _FAILED, _USAGE, _NOT_RUNNING, _INTERRUPTED = 0, 1, 2, 3, 130
_MIB = 1024 * 1024
_ANSWER_SECONDS = 10.0
_POLL_SECONDS = 0.2
_EPILOG = f"exit codes: {_DONE} done, {_FAILED} failed, {_USAGE} wrong command line, {_NOT_RUNNING} not running"


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    options = _parser().parse_args(words)
    commands = {
        "start": _start,
        "stop": _stop,
        "status": _status,
        "logs": _logs,
        "faults": _faults,
        "user": _user,
        "threescale": _threescale,
    }
    try:
        return commands[options.command](options)
    except SandboxError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return _FAILED
    except BrokenPipeError:
        # The reader (`| head`) has seen enough; the interpreter must not try to write the rest at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _DONE
    except (OSError, http.client.HTTPException) as wrong:
        sys.stderr.write(f"{_unexpected(options, wrong)}\n")
        return _FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED


def _unexpected(options: argparse.Namespace, wrong: Exception) -> SandboxError:
    return SandboxError(
        asked=f"`python -m sandbox {options.command}` was run on {getattr(options, 'dir', 'no folder')}.",
        value=f"{type(wrong).__name__}: {wrong}",
        allowed="a folder this user can read and write, and a sandbox that answers",
        action="check --dir and its permissions",
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sandbox", description="A local cluster to run the program against.", epilog=_EPILOG
    )
    commands = parser.add_subparsers(dest="command", required=True)
    add_settings(commands.add_parser("start", help="start and wait until ready; nothing happens when it runs already"))
    stop = commands.add_parser("stop", help="end every process; the state stays")
    add_folder(stop)
    stop.add_argument("--clean", action="store_true", help="remove the folder with all state")
    status = commands.add_parser("status", help="show the parts, their memory and the addresses")
    add_folder(status)
    status.add_argument("--json", action="store_true", help="as JSON")
    logs = commands.add_parser("logs", help="show the logs")
    add_folder(logs)
    logs.add_argument("part", nargs="?", help="a part; without one the parts that have a log are listed")
    logs.add_argument("--lines", type=int, default=50, help="how many lines from the end (default: %(default)s)")
    logs.add_argument("--follow", action="store_true", help="go on as lines come, until interrupted")
    _add_faults(commands.add_parser("faults", help="order faults, list or clear them"))
    user = commands.add_parser("user", help="a client certificate for a further user; prints the kubeconfig's path")
    add_folder(user)
    user.add_argument("name", help="who logs in; RBAC says what they may do")
    _add_threescale(commands.add_parser("threescale", help="what the simulated 3scale can do; nothing needs to run"))
    return parser


def _add_threescale(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True)
    table = actions.add_parser(
        "coverage",
        help="every operation of 3scale's API descriptions: implemented, or what a call is answered",
        epilog=_EPILOG,
    )
    table.add_argument("--json", action="store_true", help="as JSON")


def _add_faults(parser: argparse.ArgumentParser) -> None:
    add_folder(parser)
    actions = parser.add_subparsers(dest="action", required=True)
    listing = actions.add_parser("list", help="show the standing faults")
    clear = actions.add_parser("clear", help="remove every fault")
    add = actions.add_parser("add", help="order a fault", description="See sandbox/README.md for parts and kinds.")
    for action in (listing, clear, add):
        add_folder(action, default=argparse.SUPPRESS)
    add.add_argument("part", help="router, node, threescale, or a process such as kube-apiserver, keycloak, gateway")
    add.add_argument("kind", help="router: latency, status, reset_before, reset_after; a process: kill, pause")
    add.add_argument("values", nargs="*", metavar="KEY=VALUE", help="host=…, path=…, status=500, seconds=2, count=1 …")


def _start(options: argparse.Namespace) -> int:
    settings = settings_from(options)
    if lifecycle.start(settings, _say):
        _say(f"endpoints: {Layout.at(settings.root).endpoints}")
        _say(f"environment: . {Layout.at(settings.root).env}")
    return _DONE


def _stop(options: argparse.Namespace) -> int:
    layout = Layout.at(options.dir)
    ended = lifecycle.stop(layout, _say)
    _say(f"stopped, {ended} processes ended" if ended else "not running")
    if options.clean:
        lifecycle.clean(layout)
        _say(f"removed {layout.root}")
    return _DONE


def _status(options: argparse.Namespace) -> int:
    layout = Layout.at(options.dir)
    if lifecycle.supervisor(layout) is None:
        _say("not running")
        return _NOT_RUNNING
    found = _ask(layout, "GET", "/status")
    if options.json:
        _say(json.dumps(found | {"endpoints": read_json(layout.endpoints)}, indent=2))
        return _DONE
    for part in found["parts"]:
        pid = part["pid"] or "-"
        restarts = f", restarts {part['restarts']}" if part["restarts"] else ""
        _say(f"{part['memory'] / _MIB:7.0f} MiB  {pid!s:>8}  {part['name']}: {part['state']}{restarts}")
    _say(f"{found['memory'] / _MIB:7.0f} MiB  the whole sandbox, {'ready' if found['ready'] else 'not ready yet'}")
    for name, value in read_json(layout.endpoints).items():
        _say(f"{name}: {value if isinstance(value, str) else json.dumps(value)}")
    return _DONE


def _logs(options: argparse.Namespace) -> int:
    folder = Layout.at(options.dir).logs
    logs = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    if options.part is None:
        for path in logs:
            _say(f"{path.stem:50} {path.stat().st_size / 1024:8.0f} KiB")
        return _DONE
    chosen = [path for path in logs if path.stem == options.part] or [
        p for p in logs if p.stem.startswith(options.part)
    ]
    if not chosen:
        raise SandboxError(
            asked="The log of a part was to be shown.",
            value=f"part {options.part!r}",
            allowed=", ".join(path.stem for path in logs) or f"nothing has been logged in {folder}",
            action="name one of these",
        )
    for path in chosen:
        _say(tail(path, options.lines))
    if options.follow:
        _follow(chosen[-1])
    return _DONE


def _follow(path: Path) -> None:
    with path.open("r", encoding="utf-8", errors="replace") as stream:
        stream.seek(0, 2)
        while True:
            line = stream.readline()
            if line:
                sys.stdout.write(line)
                sys.stdout.flush()
            else:
                time.sleep(_POLL_SECONDS)


def _faults(options: argparse.Namespace) -> int:
    layout = Layout.at(options.dir)
    if lifecycle.supervisor(layout) is None:
        _say("not running")
        return _NOT_RUNNING
    if options.action == "list":
        for fault in _ask(layout, "GET", "/faults"):
            _say(json.dumps(fault))
    elif options.action == "clear":
        _ask(layout, "DELETE", "/faults")
    else:
        wish = {"part": options.part, "kind": options.kind} | dict(_pair(word) for word in options.values)
        _say(json.dumps(_ask(layout, "POST", "/faults", wish)))
    return _DONE


def _user(options: argparse.Namespace) -> int:
    _say(str(users.issue(Layout.at(options.dir), options.name)))
    return _DONE


def _threescale(options: argparse.Namespace) -> int:
    _say(coverage.as_json() if options.json else "\n".join(coverage.as_lines()))
    return _DONE


def _pair(word: str) -> tuple[str, str | float]:
    name, equals, value = word.partition("=")
    if not equals:
        raise SandboxError(
            asked="A fault was ordered.",
            value=repr(word),
            allowed="KEY=VALUE, for example status=500",
            action="see `python -m sandbox faults add --help`",
        )
    try:
        return name, float(value) if "." in value else int(value)
    except ValueError:
        return name, value


def _ask(layout: Layout, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON of any shape
    """What the control API answers.

    Raises:
        SandboxError: it refuses or is not there.
    """
    asked = f"The sandbox's control API was asked: {method} {path}."
    control = _control(layout, asked)
    data = json.dumps(body).encode() if body is not None else None
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{control}{path}", data, headers, method=method)  # noqa: S310 - loopback
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=_ANSWER_SECONDS) as answer:
            content = answer.read()
            return json.loads(content) if content else None
    except urllib.error.HTTPError as refusal:
        text = refusal.read().decode("utf-8", errors="replace")
        found = json.loads(text).get("error", text) if text.startswith("{") else text
    except (OSError, http.client.HTTPException) as lost:
        found = f"no answer: {lost}"
    raise SandboxError(
        asked=asked,
        value=found,
        allowed="a sandbox that is ready, and a request it knows",
        action=f"see `{_status_command(layout)}` and sandbox/README.md",
    )


def _control(layout: Layout, asked: str) -> str:
    """The address of the control API; SandboxError when the sandbox has not said it."""
    port = read_json(layout.ports).get("control")
    control = read_json(layout.endpoints).get("control_url") or (port and f"http://127.0.0.1:{port}")
    if not control:
        raise SandboxError(
            asked=asked,
            value=f"neither {layout.endpoints} nor {layout.ports} names its port",
            allowed="a sandbox that has said where its control API listens",
            action=f"it may be starting: try `{_status_command(layout)}` again; else stop it and start it again",
        )
    return str(control)


def _status_command(layout: Layout) -> str:
    return f"python -m sandbox status --dir {shlex.quote(str(layout.root))}"


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
