"""Where the plugins of the two runs come from."""

import io
import os
import tarfile
from pathlib import Path

import pytest

from tests.parity.plugin_homes import NoOfficialPluginsError, official_home, stand_in_home

ARCHIVES = {"kubernetes": "v4.32.0", "keycloak": "v6.13.0"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A machine with nothing installed and nothing cached."""
    return {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache"), "PATH": os.defpath}


def mirror(folder: Path, *names: str) -> str:
    """A site's mirror with the official archives of these plugins, each a script that says its name."""
    (folder / "plugins").mkdir(parents=True)
    for name in names:
        file = folder / "plugins" / f"pulumi-resource-{name}-{ARCHIVES[name]}-linux-amd64.tar.gz"
        content = f"#!/bin/sh\necho official {name}\n".encode()
        entry = tarfile.TarInfo(f"pulumi-resource-{name}")
        entry.size, entry.mode = len(content), 0o755
        with tarfile.open(file, "w:gz") as archive:
            archive.addfile(entry, io.BytesIO(content))
    return str(folder)


def executable(home: Path, name: str) -> Path:
    return home / "plugins" / f"resource-{name}-{ARCHIVES[name]}" / f"pulumi-resource-{name}"


def test_the_mirrors_plugins_are_the_official_ones(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["PLUGIN_MIRROR"] = mirror(tmp_path / "mirror", "kubernetes", "keycloak")
    home = official_home(tmp_path / "official", environ, download=False)
    for name in ARCHIVES:
        assert f"official {name}" in executable(home, name).read_text()
        assert os.access(executable(home, name), os.X_OK)


def test_the_other_home_has_the_stand_ins_even_with_a_mirror(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["PLUGIN_MIRROR"] = mirror(tmp_path / "mirror", "kubernetes", "keycloak")
    home = stand_in_home(tmp_path / "stand-ins", environ)
    for name in ARCHIVES:
        assert f"toolchain.stand_ins.{name}" in executable(home, name).read_text()
        assert os.access(executable(home, name), os.X_OK)


def test_without_a_source_the_reason_names_mirror_and_host(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(NoOfficialPluginsError, match=r"(?s)kubernetes.*keycloak.*PLUGIN_MIRROR.*get\.pulumi\.com"):
        official_home(tmp_path / "official", environ, download=False)


def test_one_official_plugin_is_not_enough_and_the_other_is_named(tmp_path: Path, environ: dict[str, str]) -> None:
    environ["PLUGIN_MIRROR"] = mirror(tmp_path / "mirror", "kubernetes")
    with pytest.raises(NoOfficialPluginsError, match=r"pulumi-resource-keycloak 6\.13\.0") as refusal:
        official_home(tmp_path / "official", environ, download=False)
    assert "pulumi-resource-kubernetes" not in str(refusal.value)
    assert environ["PLUGIN_MIRROR"] in str(refusal.value)
