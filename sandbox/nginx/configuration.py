"""nginx's configuration: the phases and locations of APIcast's, for one product."""

from __future__ import annotations

import grp
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.nginx.installation import Installation

FOLDER = Path(__file__).parent
LUA = (FOLDER / "lua", FOLDER.parent / "apicast" / "lua")
"""Lua modules of the gateway: those that need nginx, and the model of APIcast's."""

STOCK = "stock"
ARRAYS = "arrays"
DECODERS = (STOCK, ARRAYS)
"""Which `cjson` policies get: the packages' own, or the same with what OpenResty's adds (`sandbox_openresty_cjson`)."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What differs between two gateways."""

    folder: Path
    """Of this gateway alone: configuration, log, bodies that do not fit into memory."""
    gateway_port: int
    metrics_port: int
    workers: int
    decoder: str
    log_level: str


def text(installation: Installation, settings: Settings) -> str:
    """The whole configuration; ports are on the loopback address."""
    template = Template((FOLDER / "nginx.conf.template").read_text(encoding="utf-8"))
    return template.substitute(
        **common(installation, settings.folder),
        workers=settings.workers,
        log_level=settings.log_level,
        gateway_port=settings.gateway_port,
        metrics_port=settings.metrics_port,
        decoder="require('sandbox_openresty_cjson').install()" if settings.decoder == ARRAYS else "",
    )


def common(installation: Installation, folder: Path) -> dict[str, str]:
    """What any configuration of this nginx names: `user`, `modules`, `folder`, `lua_path`, `lua_cpath`."""
    return {
        "user": _user(),
        "modules": "\n".join(f'load_module "{path}";' for path in installation.modules),
        "folder": str(folder),
        "lua_path": ";".join([*(f"{own}/?.lua" for own in LUA), installation.lua_path]),
        "lua_cpath": installation.lua_cpath,
    }


def _user() -> str:
    """The directive that lets workers of root stay who they are; nobody else may change who they are."""
    if os.geteuid() != 0:
        return ""
    return f"user {pwd.getpwuid(os.geteuid()).pw_name} {grp.getgrgid(os.getegid()).gr_name};"
