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
DEFAULT_INFRASTRUCTURE = "sandbox-7x2kq"
DEFAULT_ZONES = ("us-east-2a",)
WITHOUT_CLOUD = "none"
_NAME = re.compile(r"[a-z]([a-z0-9-]{0,25}[a-z0-9])?")
_ZONE = re.compile(r"[a-z]{2}(-[a-z]+)+-[0-9][a-z]")
_LOWEST_PORT, _HIGHEST_PORT = 1024, 65535


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The choices.

    Attributes:
        root: The folder.
        domain: The cluster's apps domain.
        control_port: 0 is a free one.
        pod_delay: Seconds a pretended pod takes to start.
        operators: Whether there are any.
        infrastructure: What the names of the cluster's machines begin with.
        zones: Amazon's zones with a worker each; none is a cluster without a cloud.
        hosts: Hosts outside the apps domain that Routes may have.
    """

    root: Path
    domain: str = DEFAULT_DOMAIN
    control_port: int = 0
    pod_delay: float = 0.1
    operators: bool = True
    infrastructure: str = DEFAULT_INFRASTRUCTURE
    zones: tuple[str, ...] = DEFAULT_ZONES
    hosts: tuple[str, ...] = ()

    def arguments(self) -> list[str]:
        """The command line that says the same."""
        words = ["--dir", str(self.root), "--domain", self.domain, "--control-port", str(self.control_port)]
        words += ["--pod-delay", str(self.pod_delay), *([] if self.operators else ["--without-operators"])]
        words += ["--infrastructure", self.infrastructure, "--zones", ",".join(self.zones) or WITHOUT_CLOUD]
        return [*words, *(word for host in self.hosts for word in ("--host", host))]


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
    parser.add_argument(
        "--infrastructure",
        default=DEFAULT_INFRASTRUCTURE,
        metavar="NAME",
        help="what the names of the cluster's machines begin with (default: %(default)s)",
    )
    parser.add_argument(
        "--zones",
        default=",".join(DEFAULT_ZONES),
        help="Amazon's zones, one worker with a MachineSet in each; none: a cluster without a cloud "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        help="a host outside the apps domain that a Route may have; can be given several times",
    )


def settings_from(options: argparse.Namespace) -> Settings:
    """The settings of a parsed command line.

    Raises:
        SandboxError: a name is none, or a number is out of range.
    """
    zones = () if options.zones == WITHOUT_CLOUD else tuple(options.zones.split(","))
    _check_names(options, zones)
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
        infrastructure=options.infrastructure,
        zones=zones,
        hosts=tuple(options.host),
    )


def _check_names(options: argparse.Namespace, zones: tuple[str, ...]) -> None:
    if not _DOMAIN.fullmatch(options.domain):
        raise _refused(
            "--domain", options.domain, "a DNS name in lower case with at least one dot, such as apps.maas.test"
        )
    if not _NAME.fullmatch(options.infrastructure):
        raise _refused("--infrastructure", options.infrastructure, "at most 27 small letters, digits and dashes")
    if not all(_ZONE.fullmatch(zone) for zone in zones):
        raise _refused("--zones", options.zones, f"zones such as us-east-2a, between commas, or {WITHOUT_CLOUD}")
    for host in options.host:
        if not _DOMAIN.fullmatch(host):
            raise _refused("--host", host, "a DNS name in lower case, such as login.example.com")


def _refused(option: str, value: object, allowed: str) -> SandboxError:
    return SandboxError(
        asked=f"The sandbox was to start with {option}.",
        value=f"{option} {value}",
        allowed=allowed,
        action="correct the value or leave the option out",
    )
