"""A private installation of Keycloak: the toolchain's jars, linked, and its own copy of all that the server writes to.

At start the server builds itself anew and writes the result into `lib/quarkus`; two servers must not share that.
"""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# The big, never written part of a distribution: 95 % of its size.
_LINKED = "lib/lib"
_MARK = ".source"


def install(source: Path, home: Path) -> Path:
    """Make `home` an installation of the Keycloak at `source`, unless it is already; its `data` folder is kept."""
    mark = home / _MARK
    if mark.exists() and mark.read_text(encoding="utf-8") == str(source):
        return home
    data = home.with_name(f"{home.name}.data")
    if (home / "data").exists():
        shutil.rmtree(data, ignore_errors=True)
        (home / "data").rename(data)
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    _copy(source, home)
    if data.exists():
        shutil.rmtree(home / "data", ignore_errors=True)
        data.rename(home / "data")
    mark.write_text(str(source), encoding="utf-8")
    return home


def _copy(source: Path, home: Path) -> None:
    linked = source / _LINKED
    for origin in sorted(source.rglob("*")):
        target = home / origin.relative_to(source)
        if source / "data" in (origin, *origin.parents):
            continue  # another server's database
        if origin.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        else:
            copy_file(origin, target, link=linked in origin.parents)


def copy_file(origin: Path, target: Path, *, link: bool) -> None:
    """Copy a file, or link to it: hard where the file system allows, symbolic elsewhere."""
    if not link:
        shutil.copy2(origin, target)
        return
    try:
        os.link(origin, target)
    except OSError:
        target.symlink_to(origin)
