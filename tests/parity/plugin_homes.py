"""The two folders for PULUMI_HOME: one with official plugins, one with the stand-ins."""

import io
import os
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from toolchain import lock, pulumi_tools
from toolchain.install import launcher
from toolchain.layout import Layout
from toolchain.session import Session, session
from toolchain.sources import Obtained


class NoOfficialPluginsError(Exception):
    """No source of the toolchain has an official plugin; the text says where one was looked for."""


def official_home(folder: Path, environ: Mapping[str, str] = os.environ, *, download: bool = True) -> Path:
    """A PULUMI_HOME with the official plugins, taken from the toolchain's sources in their order.

    Without `download` the vendor is not asked.

    Raises:
        NoOfficialPluginsError: at least one of them is not to be had.
        ToolchainError: PLUGIN_MIRROR names no folder, or an archive has another sum than the one published.
    """
    said = io.StringIO()
    current = session(Layout.of(environ), environ, said, official=download)
    with lock.held(
        current.cache.root / "lock",
        f"the parity tests of {current.layout.root} (process {os.getpid()})",
        waiting=lambda other: current.progress.line("cache", f"in use by {other}; waiting for it"),
        check=current.processes.check,
    ):
        found = {name: pulumi_tools.obtain_plugin(current, name) for name in pulumi_tools.PLUGINS}
    print(said.getvalue())  # noqa: T201 (which source each plugin came from)
    if missing := [plugin for plugin in found.values() if plugin.stand_in]:
        raise NoOfficialPluginsError(_reason(current, missing, said.getvalue()))
    for name, plugin in found.items():
        if plugin.path is None:
            raise AssertionError(f"the official {plugin.name} has no folder")
        executable = f"pulumi-resource-{name}"
        (_plugin_folder(folder, name, plugin.version) / executable).symlink_to(plugin.path / executable)
    return folder


def stand_in_home(folder: Path, environ: Mapping[str, str] = os.environ) -> Path:
    """A PULUMI_HOME with the launchers of the stand-ins."""
    current = session(Layout.of(environ), environ, io.StringIO(), official=False)
    for name in pulumi_tools.PLUGINS:
        tool = current.catalogue[f"plugin-{name}"]
        executable = _plugin_folder(folder, name, tool.version) / f"pulumi-resource-{name}"
        module = pulumi_tools.stand_in_module(tool.name)
        executable.write_text(launcher(current.layout.python, current.layout.root, module, executable.name))
        executable.chmod(0o755)
    return folder


def _plugin_folder(home: Path, name: str, version: str) -> Path:
    folder = home / "plugins" / f"resource-{name}-v{version}"
    folder.mkdir(parents=True)
    return folder


def _reason(current: Session, missing: list[Obtained], said: str) -> str:
    names = ", ".join(f"{plugin.name.replace('plugin-', 'pulumi-resource-')} {plugin.version}" for plugin in missing)
    hosts = sorted({urlsplit(current.catalogue[plugin.name].url).netloc for plugin in missing})
    refused = [line.split(" download ", 1)[1].strip() for line in said.splitlines() if "cannot be reached" in line]
    mirror = current.mirror.name if current.mirror else "not set"
    return (
        f"no source has the official {names}: not this machine, not the cache, not PLUGIN_MIRROR ({mirror}), not the "
        f"vendor's host {', '.join(hosts)}{''.join(f' ({why})' for why in refused)}. Name a folder or URL that has "
        "plugins/ in PLUGIN_MIRROR, or let this machine reach that host (tests see no proxy settings: "
        "`python3 -m toolchain setup --again` does, and what it gets is found here)"
    )
