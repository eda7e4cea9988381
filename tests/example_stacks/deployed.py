"""An example stack on a sandbox: its file as it is but for the differences of one table, the real engine, and a model.

The sandbox is started so that it is the cluster of the file: its domain, machines, and what others made and run there
(`surroundings`). What is left to differ is in `DIFFERENCES`.
"""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import yaml

from sandbox.kube.workers import Seed
from sandbox.layout import Layout
from tests.example_stacks.stacks import Example, values
from tests.example_stacks.surroundings import DOMAIN, SURROUNDINGS, Surroundings
from tests.support.deployed import PROJECT, Platform, sandbox, stopped
from tests.support.running_sandbox import RunningSandbox

_MINUTES = 15
"""How long somebody waits for a namespace in which to make something by hand."""

_START_SECONDS = 180.0
"""How long a Keycloak of somebody else takes at most to start."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One key of a stack file that is another one on the sandbox."""

    path: str
    """Its keys, with dots between; numbers for members of lists."""
    value: Any
    """What stands there on the sandbox."""
    reason: str
    """Why."""


DIFFERENCES: Mapping[str, tuple[Difference, ...]] = {}
"""All that differs between a stack file and its deployment, by the name of the stack."""

SAME_SECRETS: Mapping[str, Mapping[str, str]] = {
    "guide-ai-accelerator": {
        "threescaleFileStorageAccessKeyId": "modelStoreAccessKeyId",
        "threescaleFileStorageSecretAccessKey": "modelStoreSecretAccessKey",
    },
}
"""Secrets that the file says to be the same as others."""


@dataclass(frozen=True)
class Deployment:
    """An example stack and its sandbox."""

    example: Example
    platform: Platform
    cluster: RunningSandbox = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "cluster", RunningSandbox(Layout.at(self.platform.directory)))

    @property
    def around(self) -> Surroundings:
        """What there is besides the stack."""
        return SURROUNDINGS[self.example.name]

    def secrets(self) -> dict[str, str]:
        """The stack's secrets, with those that it is better with."""
        example = self.example
        found = values((*example.generated, *example.secrets, *example.optional_secrets))
        same = SAME_SECRETS.get(self.example.name, {})
        return found | {name: found[other] for name, other in same.items()}

    def prepare(self) -> None:
        """What others made is there, and the stack has its file and its secrets; nothing of it is deployed."""
        for one in self.around.there:
            self.plant(one)
        for one in self.around.there:
            if one.body["kind"] == "Deployment":
                self.cluster.until(one.path, lambda found: found["status"].get("availableReplicas"), _START_SECONDS)
        folder = self.platform.directory
        (folder / "Pulumi.yaml").write_text((PROJECT / "Pulumi.yaml").read_text(encoding="utf-8"), encoding="utf-8")
        changed = with_differences(yaml.safe_load(self.example.text), DIFFERENCES.get(self.example.name, ()))
        self.platform.configure(changed)
        self.platform.run("pulumi", "-C", str(folder), "stack", "init", self.platform.stack, "--non-interactive")
        # Values for tests only: an argument can be read by everybody on the machine.
        pairs = [word for name, value in self.secrets().items() for word in ("--secret", f"maas:{name}={value}")]
        self.platform.pulumi("config", "set-all", *pairs)

    def plant(self, one: Seed) -> None:
        """Make an object, with its status."""
        answer = self.cluster.kube("POST", one.collection, one.body)
        assert answer.status == HTTPStatus.CREATED, answer.body
        if one.status:
            patch = "application/merge-patch+json"
            answer = self.cluster.kube("PATCH", f"{one.path}/status", {"status": one.status}, patch)
            assert answer.status == HTTPStatus.OK, answer.body

    @contextmanager
    def somebody_at_work(self) -> Iterator[None]:
        """While this lasts, what is made by hand during the first `up` is made as soon as it can be.

        Raises:
            AssertionError: Something could not be made.
        """
        failed: list[BaseException] = []
        over = threading.Event()

        def work() -> None:
            try:
                for one in self.around.meanwhile:
                    if self._space_of(one, over):
                        self.plant(one)
            except BaseException as error:  # noqa: BLE001 - told by whoever waits
                failed.append(error)

        hand = threading.Thread(target=work, daemon=True)
        hand.start()
        try:
            yield
        finally:
            over.set()
            hand.join()
        assert not failed, failed

    def _space_of(self, one: Seed, over: threading.Event) -> bool:
        """Wait for the namespace of an object; false when nobody needs it any more."""
        path = f"/api/v1/namespaces/{one.body['metadata']['namespace']}"
        deadline = time.monotonic() + 60 * _MINUTES
        while self.cluster.kube("GET", path).status != HTTPStatus.OK:
            if over.wait(0.2) or time.monotonic() > deadline:
                return False
        return True

    def removed(self) -> None:
        """Destroy the stack, in production as docs/removal.md says: permit it, and delete the claim of the bucket."""
        if self.example.config["environment"] == "prod":
            self.platform.pulumi("state", "unprotect", "--all", "--yes")
        for path in self.around.staying:
            assert self.cluster.kube("DELETE", path).status == HTTPStatus.OK, path
        self.platform.pulumi("destroy", "--yes", "--skip-preview")


@contextmanager
def deployment(example: Example, directory: Path) -> Iterator[Deployment]:
    """A sandbox like the cluster of the example, and the stack on it, not deployed yet; nothing is left at the end."""
    try:
        sandbox(directory, "--domain", DOMAIN, *SURROUNDINGS[example.name].options)
        made = Deployment(example, Platform(directory=directory, stack=example.name))
        made.prepare()
        yield made
    finally:
        stopped(directory)


def with_differences(stack_file: Mapping[str, Any], differences: tuple[Difference, ...]) -> dict[str, Any]:
    """A stack file with the differences in it.

    Raises:
        LookupError: There is nothing at the path of one.
    """
    found: dict[str, Any] = yaml.safe_load(yaml.safe_dump(dict(stack_file)))
    for one in differences:
        first, *steps = one.path.split(".")
        holder: Any = found["config"]
        key: str | int = f"maas:{first}"
        for step in steps:
            holder = holder[key]
            key = int(step) if isinstance(holder, list) else step
        if key not in (range(len(holder)) if isinstance(holder, list) else holder):
            raise LookupError(f"{one.path}: there is no such key in the stack file")
        holder[key] = one.value
    return found
