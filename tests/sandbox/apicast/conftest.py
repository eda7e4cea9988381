"""Small policies, written where a test needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sandbox.apicast.exchange import Request
from sandbox.apicast.runtime import Runtime

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.apicast.exchange import Exchange

BEGINNING = "local _M = require('apicast.policy').new('Test', '1')\n"


class Desk:
    """A runtime, and policies made of a few lines."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runtime = Runtime(environment={}, log_level="debug")
        self.number = 0

    def written(self, init: str, **modules: str) -> Path:
        """A policy's folder; `init` is what stands between the class and its return."""
        self.number += 1
        folder = self.folder / str(self.number)
        folder.mkdir()
        (folder / "init.lua").write_text(f"{BEGINNING}{init}\nreturn _M\n")
        for name, source in modules.items():
            (folder / f"{name}.lua").write_text(source)
        return folder

    def exchange(self, phases: str, request: Request | None = None, **options: object) -> Exchange:
        """A request for a policy whose phases are `phases`."""
        policy = self.runtime.policy(self.written(phases))
        return self.runtime.exchange(request or Request(), [policy], **options)  # type: ignore[arg-type]  # a test's options

    def said(self, lua: str, request: Request | None = None, **options: object) -> list[str]:
        """What `say(…)` wrote in `rewrite`, one text per argument; nil as `nil`."""
        before = len(self.runtime.log)
        said = "local function say(...) for i = 1, select('#', ...) do ngx.log(ngx.WARN, (select(i, ...))) end end\n"
        self.exchange(f"{said}function _M:rewrite(context) {lua} end", request, **options).rewrite()
        return [line.message for line in self.runtime.log[before:] if line.level == "warn"]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A desk of this test's own."""
    return Desk(tmp_path)
