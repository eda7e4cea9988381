"""Custom resource definitions: found in folders, sent as they are, waited for.

The files are passed on as bytes: the API server parses them faster than Python would.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from sandbox.errors import SandboxError
from sandbox.kube.client import ApiError, Json, KubeClient

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

# What a bare OpenShift cluster with OLM knows; each operator brings its own when OLM installs it.
PRELOADED_GROUPS = (
    "operators.coreos.com",
    "config.openshift.io",
    "route.openshift.io",
    "machine.openshift.io",
    "autoscaling.openshift.io",
    "monitoring.coreos.com",
    # An administrator has installed the custom metrics autoscaler.
    "keda.sh",
)

PATH = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_KIND = re.compile(rb"^kind:\s*CustomResourceDefinition\s*$", re.MULTILINE)
_NAME = re.compile(rb"^(?:[ ]{2}|metadata: \{)name:\s*[\"']?([a-z0-9.-]+)", re.MULTILINE)
_SEPARATOR = re.compile(rb"^---\s*$", re.MULTILINE)
_CONFLICT = 409
_ESTABLISHED_SECONDS = 60.0
_POLL_SECONDS = 0.1


def find_crds(folders: Sequence[Path], groups: Iterable[str]) -> dict[str, bytes]:
    """The definitions of these API groups by name (`routes.route.openshift.io`), as YAML documents.

    Folders are searched with everything below them; the first folder that has a definition wins. Within a folder, of
    several variants (OpenShift ships some per feature set) the one whose file name says `Default` wins.
    """
    wanted = set(groups)
    found: dict[str, bytes] = {}
    for folder in folders:
        files = sorted(
            (path for path in folder.rglob("*") if path.suffix in {".yaml", ".yml"}),
            key=lambda path: ("Default" not in path.name, path.as_posix()),
        )
        for path in files:
            for name, document in _documents(path.read_bytes()).items():
                if name.partition(".")[2] in wanted:
                    found.setdefault(name, document)
    return found


async def load_crds(client: KubeClient, definitions: Mapping[str, bytes]) -> list[str]:
    """Create the definitions the API server lacks, all at once, and wait until it serves them.

    Returns:
        The names that were created.

    Raises:
        SandboxError: the server refused one, or did not serve all of them in time.
    """
    listed = await client.get(PATH)
    present = {item["metadata"]["name"] for item in listed["items"]}
    missing = {name: document for name, document in definitions.items() if name not in present}
    await asyncio.gather(*(_create(client, name, document) for name, document in missing.items()))
    await _served(client, set(definitions))
    return sorted(missing)


def _documents(content: bytes) -> dict[str, bytes]:
    found = {}
    for document in _SEPARATOR.split(content):
        name = _NAME.search(document)
        if name and _KIND.search(document):
            found[name.group(1).decode("ascii")] = document
    return found


async def _create(client: KubeClient, name: str, document: bytes) -> None:
    try:
        await client.create_yaml(PATH, document)
    except ApiError as refusal:
        if refusal.status != _CONFLICT:
            raise SandboxError(
                asked=f"The sandbox creates the custom resource definition {name}.",
                value=str(refusal),
                allowed="a structural schema this API server accepts",
                action="correct the file, or run `python3 -m toolchain setup` again if it is not one of this project",
            ) from refusal


async def _served(client: KubeClient, names: set[str]) -> None:
    deadline = asyncio.get_running_loop().time() + _ESTABLISHED_SECONDS
    while waiting := names - {item["metadata"]["name"] for item in await _listed(client) if _is_established(item)}:
        if asyncio.get_running_loop().time() > deadline:
            raise SandboxError(
                asked="The sandbox waits until the API server serves the preloaded custom resource definitions.",
                value=f"not established after {_ESTABLISHED_SECONDS:.0f} s: {', '.join(sorted(waiting))}",
                allowed="condition Established=True and NamesAccepted=True",
                action="look at logs/kube-apiserver.log in the sandbox's folder",
            )
        await asyncio.sleep(_POLL_SECONDS)


async def _listed(client: KubeClient) -> list[Json]:
    items: list[Json] = (await client.get(PATH))["items"]
    return items


def _is_established(item: Json) -> bool:
    conditions = item.get("status", {}).get("conditions") or []
    return any(found["type"] == "Established" and found["status"] == "True" for found in conditions)
