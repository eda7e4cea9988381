"""A running sandbox for the tests that need the real API server; without its binaries they fail."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from sandbox import lifecycle
from sandbox.errors import SandboxError
from sandbox.layout import Layout
from sandbox.manifest import load_tools
from sandbox.process import Ledger, marked
from sandbox.settings import Settings
from tests.support.running_sandbox import RunningSandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SERVERS = ("etcd", "kube-apiserver", "kube-controller-manager")


@pytest.fixture(scope="session")
def toolchain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Point the sandbox at the toolchain's manifest, or at one for the binaries in `MAAS_KUBE_BIN`."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            load_tools()
        except SandboxError:
            folder = Path(os.environ.get("MAAS_KUBE_BIN", ""))
            if not all((folder / name).is_file() for name in _SERVERS):
                pytest.fail("no etcd and Kubernetes servers: run `make setup`, or name their folder in MAAS_KUBE_BIN")
            crds = Path(__file__).resolve().parents[2].parent / "shared" / "crds"
            content = {name.replace("-", "_"): str(folder / name) for name in _SERVERS} | {"crds": str(crds)}
            manifest = tmp_path_factory.mktemp("toolchain") / "manifest.json"
            manifest.write_text(json.dumps(content))
            patch.setenv("MAAS_TOOLCHAIN_MANIFEST", str(manifest))
        yield


@pytest.fixture(scope="session")
def start_sandbox(toolchain: None) -> Iterator[Callable[[Settings], RunningSandbox]]:
    """Starts sandboxes; at the end all of them are stopped, whatever the tests did to them."""
    layouts: list[Layout] = []

    def start(settings: Settings) -> RunningSandbox:
        layouts.append(Layout.at(settings.root))
        lifecycle.start(settings, lambda _line: None)
        return RunningSandbox(layouts[-1])

    yield start
    for layout in layouts:
        lifecycle.stop(layout, lambda _line: None)
        assert not marked(layout.root)
        assert not Ledger(layout).living()


@pytest.fixture(scope="session")
def cluster(
    start_sandbox: Callable[[Settings], RunningSandbox], tmp_path_factory: pytest.TempPathFactory
) -> RunningSandbox:
    """A sandbox without operators, shared by the tests of a session: each uses a namespace of its own."""
    return start_sandbox(Settings(root=tmp_path_factory.mktemp("sandbox") / "s", operators=False))
