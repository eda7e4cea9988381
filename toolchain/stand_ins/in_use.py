"""A stand-in says that it is one, and works on this machine only unless it is permitted to work on others.

A stand-in covers what this project needs and no more. Against a sandbox that shows at once; against somebody's cluster
it must not happen unnoticed.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from toolchain.failure import ToolchainError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.engine_log import EngineLog

PERMISSION = "MAAS_ALLOW_STAND_INS"
"""The environment variable that permits every server when it is "true"; `setup --allow-stand-ins` sets it."""


class DistantServerError(ToolchainError):
    """A stand-in was pointed at a server that is not on this machine."""

    def __init__(self, name: str, url: str) -> None:
        super().__init__(
            asked=f"{name} is a stand-in for the official plugin and was asked to work on a server.",
            wrong=f"{_shown(url)}, which is not on this machine",
            allowed=f"a server or an HTTP proxy on loopback; any other with {PERMISSION}=true",
            remedy=(
                "install the official plugin (PLUGIN_MIRROR, `python3 -m toolchain setup --again`), or permit the "
                "stand-ins with `python3 -m toolchain setup --allow-stand-ins`"
            ),
        )


def announce(log: EngineLog, name: str, version: str) -> None:
    """Tell the user, once per run, that `name` (like `pulumi-resource-kubernetes`) is a stand-in."""
    log.once(f"{name} {version} is this project's stand-in, not the official plugin.")


def check_server(name: str, url: str, proxy: str, environ: Mapping[str, str]) -> None:
    """Return when the stand-in may work on the server at `url`, reached through `proxy` ("" without one).

    Raises:
        DistantServerError: it is not on this machine and there is no permission.
    """
    if environ.get(PERMISSION) != "true" and not is_loopback(url) and not is_loopback(proxy):
        raise DistantServerError(name, url)


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine by its name or address; nothing is looked up."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(url: str) -> str:
    """The URL without what may be secret: user, password, query."""
    scheme, slashes, rest = url.rpartition("//")
    return f"{scheme}{slashes}{rest.partition('/')[0].partition('?')[0].rpartition('@')[2]}"
