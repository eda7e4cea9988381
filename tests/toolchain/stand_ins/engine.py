"""The real Pulumi CLI with this project's stand-ins and a file backend, all inside one folder."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from toolchain import install

ROOT = Path(__file__).parents[3]
SCRIPTS = ("pulumi-language-python-exec", "pulumi-resource-pulumi-python")
PLUGINS = {"keycloak": "6.13.0", "kubernetes": "4.32.0"}
CLEARED = ("PULUMI_", "KEYCLOAK_", "MAAS_")


def binaries() -> Path:
    """The folder of the pulumi executable; fails the test when there is none."""
    manifest = ROOT / ".toolchain" / "manifest.json"
    named = json.loads(manifest.read_text()).get("bin") if manifest.is_file() else None
    found = named or os.environ.get("MAAS_PULUMI_BIN")
    if not found or not (Path(found) / "pulumi").is_file():
        pytest.fail("no pulumi: run `make setup`, or set MAAS_PULUMI_BIN to the folder that has it")
    return Path(found)


def launcher(path: Path, module: str) -> None:
    """The launcher that the set-up writes, with this interpreter."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(install.launcher(Path(sys.executable), ROOT, module, path.name))
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@dataclass(frozen=True)
class Engine:
    """A project with one stack `dev`."""

    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str, ok: bool = True) -> str:
        """What a command prints, both streams; fails unless it ends as expected."""
        command = [str(self.folder / "bin" / "pulumi"), *arguments, "--color", "never", "--non-interactive"]
        answer = subprocess.run(
            command, cwd=self.folder / "program", env=self.environ, capture_output=True, text=True, check=False
        )
        output = answer.stdout + answer.stderr
        assert (answer.returncode == 0) == ok, output
        return output


def engine(folder: Path, program: str, *, runtime: str = "") -> Engine:
    """A new project with a program; `runtime` is YAML for more runtime options."""
    source, target = binaries(), folder / "bin"
    target.mkdir()
    # The CLI looks for the language host beside itself: a copy keeps the installed one out.
    shutil.copy2(source / "pulumi", target / "pulumi")
    for name in SCRIPTS:
        shutil.copy2(source / name, target / name)
    launcher(target / "pulumi-language-python", "toolchain.stand_ins.language_python")
    for name, version in PLUGINS.items():
        plugin = folder / "home" / "plugins" / f"resource-{name}-v{version}" / f"pulumi-resource-{name}"
        launcher(plugin, f"toolchain.stand_ins.{name}")
    (folder / "state").mkdir()
    (folder / "program").mkdir()
    options = f"  options:\n    virtualenv: {sys.prefix}\n{runtime}"
    (folder / "program" / "Pulumi.yaml").write_text(f"name: p\nruntime:\n  name: python\n{options}")
    (folder / "program" / "__main__.py").write_text(program)
    environ = {name: value for name, value in os.environ.items() if not name.startswith(CLEARED)} | {
        "PATH": f"{target}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_HOME": str(folder / "home"),
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": "test",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
    }
    made = Engine(folder, environ)
    made.run("stack", "init", "dev")
    return made
