"""The stack files of the project, each with what its first comment says and with values for its secrets."""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

import yaml

from components.config.secrets import SECRET_KEYS
from tests.support.node_pools import worker_machine_set
from tests.support.platform import program_of
from tests.support.recorder import Recording
from tests.support.stack_file import CANARIES, ENCRYPTED_CANARIES, PRODUCTION_CANARIES, ROOT, merged
from toolchain.stack_secrets import KEYS

FOLDER = ROOT / "examples" / "stacks"
"""Where the stack files for other clusters are."""

VALUES: Mapping[str, str] = {
    **CANARIES,
    **PRODUCTION_CANARIES,
    **ENCRYPTED_CANARIES,
    "threescaleZyncDatabaseUrl": "postgresql://zync:canary-zync@pg.example.com/zync_production",
    "threescaleRegistryAuth": '{"auths": {"registry.redhat.io": {"auth": "canary-registry"}}}',
}
"""Values of secrets that have a form; any other one can be any text."""


_LIST = re.compile(r"(Optional s|S)ecrets: ")
"""How a list of secrets begins; its further lines are indented."""


@dataclass(frozen=True)
class Example:
    """One stack file."""

    path: Path
    """The file."""

    @property
    def name(self) -> str:
        """Name of the stack."""
        return self.path.name.removeprefix("Pulumi.").removesuffix(".yaml")

    @functools.cached_property
    def text(self) -> str:
        """The file as it is."""
        return self.path.read_text(encoding="utf-8")

    @functools.cached_property
    def config(self) -> dict[str, Any]:
        """Its keys without the project's prefix."""
        return {key.removeprefix("maas:"): value for key, value in yaml.safe_load(self.text)["config"].items()}

    @property
    def shows(self) -> str:
        """Its first sentence."""
        return re.split(r"(?<=\.)(?:\s|$)", self._comment, maxsplit=1)[0]

    @property
    def secrets(self) -> tuple[str, ...]:
        """Secrets that it needs beside those that `python3 -m toolchain secrets` generates by itself."""
        return self._listed("Secrets")

    @property
    def optional_secrets(self) -> tuple[str, ...]:
        """Secrets that it is better with."""
        return self._listed("Optional secrets")

    @property
    def generated(self) -> tuple[str, ...]:
        """Those of the generated secrets that it needs."""
        needed = {key.name for key in SECRET_KEYS if key.is_needed(self.config)}
        return tuple(name for name in KEYS if name in needed)

    def offline(self) -> dict[str, Any]:
        """Its keys for a preview without a cluster: worker MachineSets are given whole."""
        return merged(given_whole(self.config), {"cluster": {"offline": True}})

    @property
    def _comment(self) -> str:
        """Lines of the first comment as one text, up to the list of its secrets."""
        return " ".join(takewhile(lambda line: not _LIST.match(line), self._lines()))

    def _listed(self, title: str) -> tuple[str, ...]:
        lines = iter(self._lines())
        for line in lines:
            if line.startswith(f"{title}: "):
                rest = [line.removeprefix(f"{title}: "), *takewhile(lambda one: one.startswith("  "), lines)]
                return tuple(name.strip() for name in "".join(rest).split(","))
        return ()

    def _lines(self) -> list[str]:
        return [line.removeprefix("#").removeprefix(" ") for line in self.text.split("\nconfig:")[0].split("\n")]


def examples() -> list[Example]:
    """Every stack file of `examples/stacks`, by name."""
    return [Example(path) for path in sorted(FOLDER.glob("Pulumi.*.yaml"))]


def stack_files() -> list[Example]:
    """The same and the sandbox's own stack file, which comes first."""
    return [Example(ROOT / "Pulumi.dev.yaml"), *examples()]


@functools.cache
def previewed(example: Example) -> Recording:
    """What the whole program registers for a stack file, in a preview without a cluster.

    Raises:
        pulumi.RunError: The program refuses the file.
    """
    return program_of(example.offline(), secrets=values((*example.generated, *example.secrets)))


def given_whole(config: Any) -> Any:  # noqa: ANN401 - any part of a stack file
    """The same with each worker MachineSet that is named given as a cluster would print it."""
    if isinstance(config, list):
        return [given_whole(member) for member in config]
    if not isinstance(config, Mapping):
        return config
    return {
        key: {"manifest": _machine_set(member["from"])}
        if key == "machineSet" and "from" in member
        else given_whole(member)
        for key, member in config.items()
    }


def _machine_set(name: str) -> dict[str, Any]:
    return merged(worker_machine_set(), {"metadata": {"name": name}})


def values(names: Iterable[str]) -> dict[str, str]:
    """A value for each secret of `names`, in the form that it has to have."""
    return {name: VALUES.get(name, f"canary-{name}") for name in names}
