"""A resource that moves from one provider instance to another is the same resource, for the real engine."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.support.plugin_host import Json
from toolchain.environment import environment as offline
from toolchain.layout import Layout

LAYOUT = Layout.of(os.environ)
PROJECT = "name: maas\nruntime: {{name: python, options: {{toolchain: pip, virtualenv: {venv}}}}}\n"
PROGRAM = """
import os
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("made", props)

class Entity(Resource, module="threescale", name="Entity"):
    pass

names = ["threescale", "threescale-2"]
instances = {name: pulumi.ProviderResource("pulumi-python", name, {"adminUrl": "https://one"}) for name in names}
owner = pulumi.ResourceOptions(provider=instances[os.environ["OWNER"]])
Entity(Provider(), "entity", {"value": "any"}, owner)
"""


@pytest.mark.e2e
def test_a_resource_that_moves_to_another_instance_is_neither_replaced_nor_written(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT.format(venv=LAYOUT.venv))
    (tmp_path / "__main__.py").write_text(PROGRAM)

    def run(owner: str, *command: str) -> str:
        environment = {
            **offline(LAYOUT),
            "PATH": f"{LAYOUT.bin}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PULUMI_HOME": str(tmp_path / "home"),
            "PULUMI_BACKEND_URL": f"file://{tmp_path}",
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "OWNER": owner,
        }
        call = ["pulumi", *command, "--non-interactive"]
        return subprocess.run(call, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True).stdout

    def entity() -> Json:
        resources = json.loads(run("", "stack", "export"))["deployment"]["resources"]
        return next(one for one in resources if one["type"].endswith(":Entity"))

    run("", "stack", "init", "dev")
    run("threescale", "up", "--yes", "--skip-preview")
    assert "::threescale::" in entity()["provider"]
    run("threescale-2", "up", "--yes", "--skip-preview", "--expect-no-changes")
    assert "::threescale-2::" in entity()["provider"]
