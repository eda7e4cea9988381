"""Where the packages of an nginx with Lua lie: unpacked into a folder, or installed on the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.errors import SandboxError

_MODULES = ("ndk_http_module.so", "ngx_http_lua_module.so")


@dataclass(frozen=True)
class Installation:
    """A folder with a `usr` as Debian's packages fill it; `Path("/")` is what is installed."""

    root: Path

    @property
    def nginx(self) -> Path:
        """The server."""
        return self._file("usr/sbin/nginx")

    @property
    def modules(self) -> tuple[Path, ...]:
        """Modules that nginx loads, in their order: the second needs the first."""
        return tuple(self._file(f"usr/lib/nginx/modules/{name}") for name in _MODULES)

    @property
    def libraries(self) -> str:
        """What `LD_LIBRARY_PATH` has to be; "" for what is installed."""
        return "" if self.root == Path("/") else ":".join(str(folder) for folder in self._library_folders)

    @property
    def lua_path(self) -> str:
        """Places of Lua modules, in the form of `lua_package_path`."""
        return str(self.root / "usr/share/lua/5.1/?.lua")

    @property
    def lua_cpath(self) -> str:
        """Places of compiled Lua modules, in the form of `lua_package_cpath`."""
        return ";".join(str(folder / "lua/5.1/?.so") for folder in self._library_folders)

    @property
    def _library_folders(self) -> list[Path]:
        return sorted([*self.root.glob("usr/lib/*-linux-gnu*"), *self.root.glob("lib/*-linux-gnu*")])

    def _file(self, name: str) -> Path:
        if (self.root / name).is_file():
            return self.root / name
        raise SandboxError(
            asked="The gateway on nginx needs nginx, its Lua module and the module's development kit.",
            value=f"there is no {self.root / name}",
            allowed="a folder into which Debian's packages nginx, libnginx-mod-http-lua and -ndk were unpacked",
            action="let the toolchain unpack them (toolchain/debian.py), or install them and name the folder /",
        )
