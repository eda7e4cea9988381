"""The engine on the state of a stack for production: what is kept is refused by name, and there is a way out.

The state is the whole program's; there is no cluster, so a call to one would fail.
"""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.example_stacks.stacks import examples, previewed
from tests.support.recorder import STACK_TYPE, Recording, Registration
from toolchain.environment import environment as offline
from toolchain.layout import Layout

pytestmark = pytest.mark.timeout(300)

LAYOUT = Layout.of(os.environ)
# The recorder's own names: they are in every URN.
STACK = f"urn:pulumi:stack::project::{STACK_TYPE}::maas-dev"
PROJECT = "name: project\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {venv}}}}}\n"


@dataclass(frozen=True)
class Engine:
    """`pulumi` with one stack in a folder."""

    folder: Path

    def run(self, *command: str, fails: bool = False) -> str:
        """What a command prints."""
        told = {
            **offline(LAYOUT),
            "PATH": f"{LAYOUT.bin}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_BACKEND_URL": f"file://{self.folder}",
            # Nobody listens there.
            "KUBECONFIG": str(self.folder / "no-cluster"),
        }
        done = subprocess.run(
            ["pulumi", *command, "--stack", "stack", "--color", "never", "--non-interactive"],
            cwd=self.folder,
            env=told,
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def state(self) -> dict[str, dict[str, Any]]:
        """The recorded resources by URN."""
        found = json.loads(self.run("stack", "export"))["deployment"].get("resources", [])
        return {one["urn"]: one for one in found}


def deployment(resources: list[Registration]) -> dict[str, Any]:
    """A state in which what a program registered is there; inputs are no matter here."""
    known = frozenset(one.urn for one in resources)
    root = {"urn": STACK, "custom": False, "type": STACK_TYPE}
    return {
        "version": 3,
        "deployment": {
            "manifest": {"time": "2026-01-05T09:00:00Z", "magic": "", "version": ""},
            "resources": [root, *(_resource(one, known) for one in resources)],
        },
    }


def _resource(one: Registration, known: frozenset[str]) -> dict[str, Any]:
    kept = {"protect": one.protect, "retainOnDelete": one.retain_on_delete}
    made = {"id": f"{one.name}-id", "provider": one.provider} if one.custom else {}
    # What is only read is no resource of the state.
    after = sorted(one.dependencies & known)
    where = {"dependencies": after, "parent": one.parent or STACK, "deletedWith": one.deleted_with}
    given = {**made, **where, **{key: value for key, value in kept.items() if value}}
    told = {key: value for key, value in given.items() if value}
    return {"urn": one.urn, "custom": one.custom, "type": one.type, "inputs": {}, "outputs": {}, **told}


@pytest.fixture(scope="module")
def production() -> Recording:
    return previewed(next(one for one in examples() if one.name == "prod-aws"))


def engine(folder: Path, resources: list[Registration]) -> Engine:
    """The engine with these resources in its state."""
    if not LAYOUT.manifest.exists():
        pytest.fail("there is no engine yet: run `make setup`")
    (folder / "Pulumi.yaml").write_text(PROJECT.format(venv=LAYOUT.venv))
    (folder / "state.json").write_text(json.dumps(deployment(resources)))
    engine = Engine(folder)
    engine.run("stack", "init")
    engine.run("stack", "import", "--file", "state.json")
    return engine


@pytest.mark.row("S-259")
def test_a_destroy_in_production_is_refused_by_name_before_anything_goes(production: Recording, tmp_path: Path) -> None:
    stack = engine(tmp_path, production.resources)
    before = stack.state()
    said = stack.run("destroy", "--yes", fails=True)
    refused = set(re.findall(r'resource "(urn:[^"]+)" cannot be deleted', said))
    # What stands behind those is not come to.
    assert production.urn("keycloak:index/realm:Realm") in refused, said
    assert refused <= {one.urn for one in production.resources if one.protect}
    assert "because it is protected" in said
    assert stack.state() == before


@pytest.mark.row("S-259")
def test_everything_else_can_go(production: Recording, tmp_path: Path) -> None:
    stack = engine(tmp_path, production.resources)
    said = stack.run("destroy", "--exclude-protected", "--preview-only", "--json")
    steps = json.loads(said[said.index("{") :].partition("\nwarning:")[0])["steps"]
    going = {step["urn"] for step in steps if step["op"] == "delete"}
    kept = {one.urn for one in production.resources if one.protect}
    needed = {urn for one in production.resources if one.urn in kept for urn in (one.parent, *one.dependencies)}
    assert going & (kept | needed) == set()
    assert {one.urn for one in production.resources if one.type.endswith(":InferenceService")} <= going


@pytest.mark.row("S-259")
def test_a_bucket_whose_removal_is_permitted_leaves_the_stack_and_stays_on_the_cluster(
    production: Recording, tmp_path: Path
) -> None:
    """There is no cluster that could delete it: the engine asks none."""
    claim = production.one("kubernetes:objectbucket.io/v1alpha1:ObjectBucketClaim")
    kept = [one for one in production.resources if one.retain_on_delete]
    assert claim in kept
    around = {urn for one in kept for urn in (one.parent, one.provider.rpartition("::")[0])}
    stack = engine(tmp_path, [one for one in production.resources if one.urn in around or one in kept])
    assert "because it is protected" in stack.run("destroy", "--yes", fails=True)
    stack.run("state", "unprotect", "--all", "--yes")
    stack.run("destroy", "--yes")
    assert stack.state() == {}
