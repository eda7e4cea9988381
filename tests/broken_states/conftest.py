"""One sandbox for all broken states; nothing of the stack is on it when a state begins."""

import json
from collections.abc import Iterator

import pytest

from tests.broken_states.access import NOWHERE
from tests.broken_states.world import PREFIX, World
from tests.support.deployed import PROJECT, started, stopped
from tests.support.stack_file import PRODUCTION_CANARIES

FURTHER = {
    **PRODUCTION_CANARIES,
    "threescaleSystemDatabaseUrl": f"postgresql://system:canary-system@{NOWHERE}/system",
    "modelStoreAccessKeyId": "canary-store-id",
    "modelStoreSecretAccessKey": "canary-store-secret",
}
"""Secrets that some states need beside those of the sandbox's stack."""


def _secret(name: str, value: str) -> tuple[str, str]:
    return "--secret", f"{PREFIX}{name}={value}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if not (PROJECT / ".toolchain" / "manifest.json").exists():
        pytest.fail("the toolchain is not set up: run `make setup`")
    directory = tmp_path_factory.mktemp("sandbox")
    try:
        platform = started(directory)
        platform.pulumi("config", "set-all", *(word for pair in FURTHER.items() for word in _secret(*pair)))
        shown = json.loads(platform.pulumi("config", "--show-secrets", "--json"))
        secrets = frozenset(one["value"] for one in shown.values() if one["secret"])
        yield World(platform=platform, kept=platform.settings(), secrets=secrets)
    finally:
        stopped(directory)
