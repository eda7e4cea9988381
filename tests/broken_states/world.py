"""The sandbox as a broken state needs it: faults, objects of other people, a stack file, one `pulumi up`."""

import copy
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import Any

import yaml

from sandbox.layout import Layout
from tests.support.deployed import Platform
from tests.support.running_sandbox import Answer, RunningSandbox
from tests.support.stack_file import merged

PREFIX = "maas:"

SMALL: Mapping[str, Any] = {
    "prereqs": None,
    "identity": None,
    "consumers": None,
    "models": {
        "llama-32-1b-instruct-cpu": None,
        "granite": {
            "displayName": "Granite",
            "description": "A chat model that another team serves.",
            "source": {"external": "https://granite.models.example.com"},
            "maxModelLen": 8192,
            "plans": ["standard"],
        },
    },
}
"""What the sandbox's stack file has to lose to be the least that a stack can be."""

_REFUSED = (1, 255)


@dataclass
class World:
    """A started sandbox."""

    platform: Platform
    kept: dict[str, Any]
    """The stack file as it was made."""
    secrets: frozenset[str] = frozenset()
    """Values that nobody may read."""
    overrides: dict[str, str] = field(default_factory=dict)
    """Variables of the next runs."""

    @property
    def sandbox(self) -> RunningSandbox:
        """Its API server and its control API."""
        return RunningSandbox(Layout(self.platform.directory))

    def configure(self, *changes: Mapping[str, Any]) -> None:
        """Write the stack file: the least one with `changes`."""
        plain = {key.removeprefix(PREFIX): value for key, value in self.kept["config"].items()}
        for one in (SMALL, *changes):
            plain = merged(plain, one)
        settings = copy.deepcopy(self.kept) | {"config": {f"{PREFIX}{key}": value for key, value in plain.items()}}
        self.platform.configure(settings)

    def up(self, targets: Sequence[str], *, fails: bool = False) -> str:
        """What `pulumi up` of these parts says."""
        chosen = [word for target in targets for word in ("--target", target)]
        platform = replace(self.platform, overrides={**self.platform.overrides, **self.overrides})
        return platform.up("--skip-preview", *chosen, ok=_REFUSED if fails else (0,))

    def reset(self) -> None:
        """Take away every fault and everything that the stack has placed."""
        self.overrides.clear()
        self.no_faults()
        self.platform.pulumi("destroy", "--yes", "--skip-preview")

    def fault(self, **order: object) -> None:
        """Order a fault that stays until it is cleared."""
        answer = self.sandbox.control("POST", "/faults", {"count": 0, **order})
        assert answer.status < 300, answer.body

    def no_faults(self) -> None:
        """Clear them all."""
        self.sandbox.control("DELETE", "/faults")

    def make(self, collection: str, manifest: Mapping[str, Any]) -> None:
        """Make an object as somebody else would."""
        self._kube("POST", collection, manifest)

    def patch(self, path: str, change: Mapping[str, Any]) -> None:
        """Merge `change` into an object."""
        self._kube("PATCH", path, change, "application/merge-patch+json")

    def remove(self, path: str) -> None:
        """Delete an object, if it is still there."""
        answer = self.sandbox.kube("DELETE", path, {"propagationPolicy": "Background"})
        assert answer.status < 300 or answer.status == HTTPStatus.NOT_FOUND, answer.body

    def names(self, collection: str) -> list[str]:
        """Names of the objects of a collection."""
        return [one["metadata"]["name"] for one in self._kube("GET", collection).json()["items"]]

    def become(self, account: str) -> None:
        """Let the next runs be those of a service account of namespace `default`."""
        path = f"/api/v1/namespaces/default/serviceaccounts/{account}/token"
        token = self._kube("POST", path, {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}).json()
        config = yaml.safe_load((self.platform.directory / "kubeconfig").read_text())
        config["users"][0]["user"] = {"token": token["status"]["token"]}
        file = self.platform.directory / f"{account}.kubeconfig"
        file.write_text(json.dumps(config))
        file.chmod(0o600)
        self.overrides["KUBECONFIG"] = str(file)

    def _kube(self, method: str, path: str, body: object = None, content: str = "application/json") -> Answer:
        answer = self.sandbox.kube(method, path, body, content)
        assert answer.status < 300, f"{method} {path}: {answer.status} {answer.body.decode()}"
        return answer
