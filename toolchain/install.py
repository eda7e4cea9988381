"""Writing `.toolchain/`: executables, PULUMI_HOME, and the manifest that everybody else reads as data."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toolchain import pulumi_tools
from toolchain.cache import key_of, remove_tree, reporting_full_disk
from toolchain.environment import environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.session import Session
    from toolchain.sources import Obtained

_LAUNCHER = """\
#!/bin/sh
{permission}exec {python} -P -c {code} {name} "$@"
"""

# The name is an argument so that a look at the running processes finds a stand-in by the plugin's own name.
_LAUNCHED = (
    "import runpy, sys; del sys.argv[0]; sys.path.insert(0, {root!r}); "
    'runpy.run_module({module!r}, None, "__main__", True)'
)


_PERMISSION = "export MAAS_ALLOW_STAND_INS=true; "


@dataclass(frozen=True, kw_only=True)
class Results:
    """Every tool of a complete set-up."""

    cli: Obtained
    host: Obtained
    plugins: Mapping[str, Obtained]
    servers: Mapping[str, Obtained]
    java: Obtained
    keycloak: Obtained
    crds: Obtained

    def all(self) -> Iterator[Obtained]:
        """The tools one after the other."""
        yield from (self.cli, self.host, *self.plugins.values(), *self.servers.values())
        yield from (self.java, self.keycloak, self.crds)


def install(session: Session, results: Results) -> dict[str, Any]:
    """Put everything in its place and write the manifest last. Returns the manifest.

    Raises:
        DiskFullError: no space was left; the manifest is then the former one, or absent.
    """
    layout = session.layout
    with reporting_full_disk("Installing the tools", layout.installed):
        _executables(session, results)
        for name, plugin in results.plugins.items():
            _plugin(session, name, plugin)
        home = _keycloak(session, results.keycloak)
        manifest = _manifest(session, results, home)
        temporary = layout.manifest.with_suffix(".partial")
        temporary.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
        temporary.replace(layout.manifest)
    return manifest


def installed(session: Session) -> dict[str, Any] | None:
    """The manifest when it is that of these inputs and every file it names is there whole; else None."""
    try:
        manifest = json.loads(session.layout.manifest.read_text(encoding="utf-8"))
        whole = all(Path(name).stat().st_size == size for name, size in manifest["files"].items())
    except (OSError, ValueError, KeyError):
        return None
    same = manifest.get("inputs") == fingerprint(session) and manifest.get("stand_ins_allowed") == _allowed(session)
    return manifest if whole and same else None


def fingerprint(session: Session) -> str:
    """A hash of everything that decides what is installed: pins, locks, this package, this Python, the mirror."""
    root = session.layout.root
    own = [path for kind in ("*.py", "*.toml") for path in sorted((root / "toolchain").glob(kind))]
    modules = sorted(session.layout.go_modules.glob("*/go.*"))
    place = session.environ.get("PLUGIN_MIRROR", "").strip()
    # A URL is no folder and has no files here; nothing is asked over the network only to find that nothing changed.
    offered = [path for name in ("plugins", "crds") for path in sorted((Path(place).expanduser() / name).rglob("*"))]
    mirrored = [f"{path} {path.stat().st_size}" for path in offered] if place else []
    return key_of(str(root), sys.version, place, *mirrored, *own, *modules, session.layout.requirements)


def _allowed(session: Session) -> bool:
    """Whether the launchers permit servers on other machines: as this run was told, else as it is."""
    if session.allow_stand_ins is not None:
        return session.allow_stand_ins
    try:
        return json.loads(session.layout.manifest.read_text(encoding="utf-8")).get("stand_ins_allowed") is True
    except (OSError, ValueError, AttributeError):
        return False


def launcher(python: Path, root: Path, module: str, name: str, *, allowed: bool = False) -> str:
    """A two-line program that runs the stand-in for `name` with the venv's Python, wherever it is started.

    `allowed` exports the permission to work on servers of other machines (`stand_ins/in_use.py`).

    `-P` keeps the program's own folder off the path; the project's root is put there instead. A shell line and
    not an interpreter line, which may have neither blanks nor more than 255 characters (Linux, BINPRM_BUF_SIZE).
    """
    code = _LAUNCHED.format(root=str(root), module=module)
    words = {"python": shlex.quote(str(python)), "code": shlex.quote(code), "name": shlex.quote(name)}
    return _LAUNCHER.format(permission=_PERMISSION if allowed else "", **words)


def _executables(session: Session, results: Results) -> None:
    layout = session.layout
    layout.bin.mkdir(parents=True, exist_ok=True)
    for name in pulumi_tools.CLI_FILES:
        _place(_folder(results.cli) / name, layout.bin / name)
    if results.host.path:
        _place(results.host.path / pulumi_tools.HOST, layout.bin / pulumi_tools.HOST)
    else:
        _stand_in(session, results.host, layout.bin / pulumi_tools.HOST)


def _plugin(session: Session, name: str, plugin: Obtained) -> None:
    """Fill `plugins/resource-<name>-v<version>` beside its place, then swap: Pulumi never sees half a plugin."""
    layout = session.layout
    final = layout.pulumi_home / "plugins" / f"resource-{name}-v{plugin.version}"
    fresh = layout.pulumi_home / "new-plugin"
    remove_tree(fresh)
    fresh.mkdir(parents=True)
    executable = f"pulumi-resource-{name}"
    if plugin.path:
        _place(plugin.path / executable, fresh / executable)
    else:
        _stand_in(session, plugin, fresh / executable)
    final.parent.mkdir(exist_ok=True)
    remove_tree(final)
    fresh.rename(final)


def _stand_in(session: Session, tool: Obtained, target: Path) -> None:
    layout, module = session.layout, pulumi_tools.stand_in_module(tool.name)
    text = launcher(layout.python, layout.root, module, target.name, allowed=_allowed(session))
    _write_executable(target, text)


def _keycloak(session: Session, keycloak: Obtained) -> Path:
    """A copy for this checkout: Keycloak writes its optimised form into its own folder at the first start."""
    final = session.layout.installed / f"keycloak-{keycloak.version}"
    mark = final / ".from"
    wanted = str(keycloak.path)
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        remove_tree(final)
        fresh = session.layout.installed / "new-keycloak"
        remove_tree(fresh)
        shutil.copytree(_folder(keycloak), fresh, ignore=shutil.ignore_patterns("entry.json"))
        (fresh / ".from").write_text(wanted, encoding="utf-8")
        fresh.rename(final)
    return final


def _manifest(session: Session, results: Results, keycloak_home: Path) -> dict[str, Any]:
    layout = session.layout
    servers = {name: _folder(server) / name for name, server in results.servers.items()}
    crds = _folder(results.crds)
    stand_ins = [tool.name.replace("plugin-", "pulumi-resource-") for tool in results.all() if tool.stand_in]
    files = [path for folder in (layout.bin, layout.pulumi_home / "plugins", crds) for path in folder.rglob("*")]
    files += [*servers.values(), keycloak_home / "version.txt", _folder(results.java) / "bin" / "java"]
    return {
        "bin": str(layout.bin),
        "pulumi_home": str(layout.pulumi_home),
        "python": str(layout.python),
        **{name.replace("-", "_"): str(path) for name, path in servers.items()},
        "keycloak_home": str(keycloak_home),
        "java_home": str(results.java.path),
        "crds": str(crds),
        "environment": environment(layout),
        "tools": {
            tool.name: {"version": tool.version, "source": tool.source, "size": tool.size} for tool in results.all()
        },
        "stand_ins": stand_ins,
        "stand_ins_allowed": _allowed(session),
        "inputs": fingerprint(session),
        "files": {str(path): path.stat().st_size for path in files if path.is_file()},
    }


def _folder(tool: Obtained) -> Path:
    if tool.path is None:
        raise AssertionError(f"{tool.name} has no folder")
    return tool.path


def _place(source: Path, target: Path) -> None:
    """Link a file of the cache into the project, or copy it where the two are on different disks; atomic."""
    temporary = target.with_name(f".{target.name}.partial")
    temporary.unlink(missing_ok=True)
    try:
        os.link(source, temporary)
    except OSError:
        shutil.copy2(source, temporary)
    temporary.replace(target)
    # Renaming a file onto another name of itself does nothing (rename(2)).
    temporary.unlink(missing_ok=True)


def _write_executable(target: Path, text: str) -> None:
    temporary = target.with_name(f".{target.name}.partial")
    temporary.unlink(missing_ok=True)
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(0o755)
    temporary.replace(target)
