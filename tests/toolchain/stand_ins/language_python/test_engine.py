"""Programs, failures and policy packs under the real engine."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.engine import engine

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DYNAMIC = """
import pulumi
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("1", props)

class Thing(Resource):
    def __init__(self, name, value):
        super().__init__(Provider(), name, {"value": value})

print("said by the program")
Thing("thing", pulumi.Config().require_secret("token"))
pulumi.export("dry", pulumi.runtime.is_dry_run())
"""


def test_a_program_with_a_dynamic_resource_lives(tmp_path: Path) -> None:
    project = engine(tmp_path, DYNAMIC)
    project.run("config", "set", "--secret", "token", "canary")
    preview = project.run("preview")
    assert "said by the program" in preview
    assert "2 to create" in preview
    assert "2 created" in project.run("up", "--yes", "--skip-preview")
    project.run("preview", "--expect-no-changes")
    assert "canary" not in project.run("stack", "export")
    assert project.run("stack", "output", "dry").strip() == "false"
    assert "2 deleted" in project.run("destroy", "--yes", "--skip-preview")


def test_a_failing_program_shows_its_own_traceback_once(tmp_path: Path) -> None:
    project = engine(tmp_path, "def broken():\n    raise ValueError('no luck')\n\nbroken()\n")
    output = project.run("preview", ok=False)
    assert output.count("ValueError: no luck") == 1
    assert "exit code" not in output


def test_a_failing_resource_shows_no_traceback_of_the_cancelled_program(tmp_path: Path) -> None:
    failing = DYNAMIC.replace('return CreateResult("1", props)', 'raise RuntimeError("refused by the provider")')
    project = engine(tmp_path, failing + "\npulumi.Output.from_input(1)\n")
    project.run("config", "set", "--secret", "token", "canary")
    output = project.run("up", "--yes", "--skip-preview", ok=False)
    assert "refused by the provider" in output
    assert "KeyboardInterrupt" not in output
    assert "During handling" not in output


def test_about_names_the_language_and_its_dependencies(tmp_path: Path) -> None:
    project = engine(tmp_path, "")
    output = project.run("about")
    assert f"executable='{sys.prefix}/bin/python'" in output
    assert "pulumi-keycloak" in output or "pulumi_keycloak" in output
    assert "6.13.0" in output


def test_a_policy_pack_is_started_in_its_own_environment(tmp_path: Path) -> None:
    project = engine(tmp_path, "import pulumi\npulumi.export('x', 1)\n")
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text(f"runtime:\n  name: python\n  options:\n    virtualenv: {sys.prefix}\n")
    (pack / "__main__.py").write_text("import sys\nraise SystemExit(f'pack started by {sys.prefix}')\n")
    output = project.run("preview", "--policy-pack", str(pack), ok=False)
    assert f"pack started by {sys.prefix}" in output
