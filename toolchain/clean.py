"""`clean`: remove what the set-up made."""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from toolchain.cache import remove_tree

if TYPE_CHECKING:
    from toolchain.layout import Layout


def clean(layout: Layout, stream: TextIO, *, cache: bool) -> None:
    """Remove `.toolchain/` and `.venv/`, and with `cache` the cache folder that other checkouts use as well."""
    for folder in (layout.installed, layout.venv, *([layout.cache] if cache else [])):
        if folder.exists():
            remove_tree(folder)
            stream.write(f"removed {folder}\n")
