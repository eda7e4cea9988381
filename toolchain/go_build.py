"""Pulumi's CLI and the Kubernetes servers, built from the Go modules pinned in `toolchain/go`."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toolchain.cache import key_of
from toolchain.sources import Obtained, Source, cached, filled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from toolchain.catalogue import Tool
    from toolchain.go import Go
    from toolchain.session import Session

_KUBERNETES_STAMP = (
    "-X {package}.gitVersion=v{version} -X {package}.gitMajor={major} -X {package}.gitMinor={minor} "
    "-X {package}.gitTreeState=clean"
)
"""Unstamped servers say version 0.0, which Pulumi's Kubernetes plugin refuses (pkg/cluster/version.go)."""

SDK_SCRIPTS = ("python/cmd/pulumi-language-python-exec", "python/dist/pulumi-resource-pulumi-python")
"""Scripts of the CLI for Python, in the module `sdk/v3`."""

_SDK = "github.com/pulumi/pulumi/sdk/v3"


@dataclass(frozen=True, kw_only=True)
class Build:
    """One Go build: the folder of its go.mod, its main package, build tags and linker flags."""

    module: str
    package: str
    tags: str = ""
    linker: str = "-s -w"

    def arguments(self, output: Path) -> list[str]:
        """Arguments of the `go` command that write the program to `output`."""
        return ["build", "-trimpath", "-tags", self.tags, "-ldflags", self.linker, "-o", str(output), self.package]


def builds(tools: Mapping[str, Tool]) -> dict[str, Build]:
    """The build of each tool that is built, by its name. Flags as in the vendors' own release files."""
    version = tools["pulumi"].version
    stamp = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v{version}"
    kubernetes = tools["kube-apiserver"].version
    servers = {
        name: Build(module="kubernetes", package=f"k8s.io/kubernetes/cmd/{name}", linker=_kubernetes_linker(kubernetes))
        for name in ("kube-apiserver", "kube-controller-manager")
    }
    return {
        "pulumi": Build(
            module="pulumi",
            package="github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
            tags="osusergo grpcnotrace",
            linker=stamp,
        ),
        **servers,
        "etcd": Build(module="kubernetes", package="go.etcd.io/etcd/server/v3"),
    }


def build_key(session: Session, tool: Tool, build: Build) -> str:
    """The cache key of a build: its flags and the exact modules."""
    folder = session.layout.go_modules / build.module
    flags = f"{tool.name} {tool.version} {build.package} {build.tags} {build.linker}"
    return key_of("build", flags, folder / "go.mod", folder / "go.sum")


def sources(
    session: Session, go: Go, tool: Tool, *, before: Callable[[], None] = lambda: None
) -> tuple[Source, Source]:
    """The cached build, and the build itself; `before` is called when a build is about to begin."""
    build = builds(session.catalogue.tools)[tool.name]
    key = build_key(session, tool, build)

    def obtain() -> Obtained:
        before()
        return filled(
            session,
            tool,
            key,
            lambda into: _compile(session, go, tool, build, into),
            source="build of pinned Go modules",
        )

    return cached(session, tool, key), Source(name="Go modules", obtain=obtain)


def is_cached(session: Session, tool: Tool) -> bool:
    """Whether the build is in the cache."""
    build = builds(session.catalogue.tools)[tool.name]
    return session.cache.find(tool.name, build_key(session, tool, build)) is not None


def fetch_modules(session: Session, go: Go, tool: Tool) -> None:
    """Download the modules a build needs, so that they are there when the compiler has finished the one before."""
    build = builds(session.catalogue.tools)[tool.name]
    folder = session.layout.go_modules / build.module
    go.run(f"{tool.name}-modules", ["list", "-deps", "-tags", build.tags, "-f", "", build.package], cwd=folder)


def _kubernetes_linker(version: str) -> str:
    major, minor, _patch = version.split(".")
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    stamps = (
        _KUBERNETES_STAMP.format(package=package, version=version, major=major, minor=minor) for package in packages
    )
    return "-s -w " + " ".join(stamps)


def _compile(session: Session, go: Go, tool: Tool, build: Build, into: Path) -> None:
    folder = session.layout.go_modules / build.module
    go.run(tool.name, build.arguments(into / tool.name), cwd=folder)
    if tool.name == "pulumi":
        sdk = session.layout.root / go.run(tool.name, ["list", "-m", "-f", "{{.Dir}}", _SDK], cwd=folder).strip()
        for script in SDK_SCRIPTS:
            target = into / (sdk / script).name
            shutil.copyfile(sdk / script, target)
            # The module cache holds files without the executable bit.
            target.chmod(0o755)
