"""What the toolchain left on this machine: the servers' binaries, read as data from its manifest."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.layout import PROJECT, read_json

_OVERRIDE = "MAAS_TOOLCHAIN_MANIFEST"
_BINARIES = ("etcd", "kube_apiserver", "kube_controller_manager")


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Absolute paths of the servers; Keycloak's and the CRDs' are None when the toolchain has none."""

    etcd: Path
    kube_apiserver: Path
    kube_controller_manager: Path
    keycloak_home: Path | None = None
    java_home: Path | None = None
    crds: Path | None = None
    bin: Path | None = None
    pulumi_home: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)


def manifest_path() -> Path:
    """The toolchain's manifest: the project's, or the file `MAAS_TOOLCHAIN_MANIFEST` names."""
    return Path(os.environ.get(_OVERRIDE) or PROJECT / ".toolchain" / "manifest.json")


def load_tools(path: Path | None = None) -> Tools:
    """The tools the manifest lists.

    Raises:
        SandboxError: there is no manifest, or a server it names is not there.
    """
    source = path or manifest_path()
    found = read_json(source)
    for name in _BINARIES:
        binary = found.get(name)
        if not isinstance(binary, str) or not os.access(binary, os.X_OK):
            raise SandboxError(
                asked="The sandbox needs etcd, kube-apiserver and kube-controller-manager.",
                value=f"{name} = {binary!r} in {source}" if found else f"no readable manifest at {source}",
                allowed="absolute paths of executable files",
                action="run `python3 -m toolchain setup` (or `make up`, which does)",
            )
    environment = found.get("environment")
    return Tools(
        etcd=Path(str(found["etcd"])),
        kube_apiserver=Path(str(found["kube_apiserver"])),
        kube_controller_manager=Path(str(found["kube_controller_manager"])),
        keycloak_home=_folder(found.get("keycloak_home")),
        java_home=_folder(found.get("java_home")),
        crds=_folder(found.get("crds")),
        bin=_folder(found.get("bin")),
        pulumi_home=_folder(found.get("pulumi_home")),
        environment={str(k): str(v) for k, v in environment.items()} if isinstance(environment, dict) else {},
    )


def _folder(value: object) -> Path | None:
    return Path(value) if isinstance(value, str) and value else None
