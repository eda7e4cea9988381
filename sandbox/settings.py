"""What a person can choose at `start`; handed to the supervisor on its command line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.layout import DEFAULT_ROOT

if TYPE_CHECKING:
    import argparse

DEFAULT_DOMAIN = "apps.maas.test"
_DOMAIN = re.compile(r"(?=.{1,190}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices: folder, apps domain, control port (0 = a free one), the pods' delay, with or without operators."""

    root: Path
    domain: str = DEFAULT_DOMAIN
    control_port: int = 0
    pod_delay: float = 0.1
    operators: bool = True

    def arguments(self) -> list[str]:
        """The command line that says the same."""
        words = ["--dir", str(self.root), "--domain", self.domain, "--control-port", str(self.control_port)]
        return [*words, "--pod-delay", str(self.pod_delay), *([] if self.operators else ["--without-operators"])]


def add_folder(parser: argparse.ArgumentParser, default: object = DEFAULT_ROOT) -> None:
    """The option every command has; a command of a command passes `argparse.SUPPRESS` to keep what came before it."""
    parser.add_argument(
        "--dir", type=Path, default=default, help="the sandbox's folder (default: .sandbox of the project)"
    )


def add_settings(parser: argparse.ArgumentParser) -> None:
    """The options of `start`."""
    add_folder(parser)
    parser.add_argument("--domain", default=DEFAULT_DOMAIN, help="the cluster's apps domain (default: %(default)s)")
    parser.add_argument("--control-port", type=int, default=0, help="a fixed port for the control API (default: free)")
    parser.add_argument(
        "--pod-delay", type=float, default=0.1, metavar="SECONDS", help="how long a pretended pod takes to start"
    )
    parser.add_argument("--without-operators", action="store_true", help="a bare cluster: start no simulated operator")


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings of a parsed command line.

    Raises:
        SandboxError: the domain is no DNS name, or a number is out of range.
    """
    if not _DOMAIN.fullmatch(options.domain):
        raise _refused(
            "--domain", options.domain, "a DNS name in lower case with at least one dot, such as apps.maas.test"
        )
    if options.control_port and not _LOWEST_PORT <= options.control_port <= _HIGHEST_PORT:
        raise _refused("--control-port", options.control_port, f"0, or {_LOWEST_PORT} to {_HIGHEST_PORT}")
    if options.pod_delay < 0:
        raise _refused("--pod-delay", options.pod_delay, "a number of seconds, not negative")
    return Settings(
        root=options.dir.absolute(),
        domain=options.domain,
        control_port=options.control_port,
        pod_delay=options.pod_delay,
        operators=not options.without_operators,
    )


def _refused(option: str, value: object, allowed: str) -> SandboxError:
    return SandboxError(
        asked=f"The sandbox was to start with {option}.",
        value=f"{option} {value}",
        allowed=allowed,
        action="correct the value or leave the option out",
    )
