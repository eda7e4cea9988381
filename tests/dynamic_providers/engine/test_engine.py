"""The entities under the real engine: what a provider instance knows, what is stored, what diffs become."""

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.dynamic_providers.threescale.tenant import CANARY, Tenant
from tests.support.plugin_host import ROOT, Json

pytestmark = pytest.mark.e2e
BIN = ROOT / ".toolchain" / "bin"


@dataclass(frozen=True)
class Stack:
    """A stack of the program beside this file, on its own tenant."""

    folder: Path
    tenant: Tenant

    def run(self, *command: str, fails: bool = False, **edit: Any) -> str:  # noqa: ANN401 - edits of the program
        """Run `pulumi` with an edited program and return what it printed."""
        environment = {
            "PATH": f"{BIN}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "PULUMI_HOME": str(self.folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "test",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PYTHONPATH": str(ROOT),
            "TENANT_URL": self.tenant.url,
            "TENANT_TOKEN": CANARY,
            "EDIT": json.dumps(edit),
        }
        call = ["pulumi", *command, "--non-interactive", "--color", "never"]
        done = subprocess.run(
            call, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert (done.returncode != 0) == fails, done.stdout + done.stderr
        return done.stdout + done.stderr

    def up(self, **edit: Any) -> str:  # noqa: ANN401 - edits of the program
        """Update without asking; return what was printed."""
        self.tenant.clear()
        return self.run("up", "--yes", "--skip-preview", **edit)

    def preview(self, **edit: Any) -> list[str]:  # noqa: ANN401 - edits of the program
        """Return `operation Type` of everything a preview would change."""
        self.tenant.clear()
        steps = json.loads(self.run("preview", "--json", **edit).partition("\nwarning:")[0])["steps"]
        return sorted(
            f"{one['op']} {one['urn'].split('::')[2].rpartition(':')[2]}" for one in steps if one["op"] != "same"
        )

    def state(self) -> str:
        """Return the state as it is stored."""
        return self.run("stack", "export")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that is up."""
    if not (BIN / "pulumi").exists():
        pytest.skip("there is no engine yet: `make setup` brings it")
    folder = tmp_path_factory.mktemp("engine")
    program = (Path(__file__).parent / "program.py").read_text()
    (folder / "__main__.py").write_text(program)
    options = f"{{toolchain: pip, virtualenv: {ROOT / '.venv'}}}"
    (folder / "Pulumi.yaml").write_text(
        f"name: maas\nruntime: {{name: python, options: {options}}}\nbackend: {{url: 'file://{folder}'}}\n"
    )
    with Tenant(folder / "tenant") as tenant:
        made = Stack(folder, tenant)
        made.run("stack", "init", "dev")
        made.up()
        yield made


def test_token_and_key_are_stored_as_ciphertext_only(stack: Stack) -> None:
    resources: list[Json] = json.loads(stack.state())["deployment"]["resources"]
    providers = [one for one in resources if one["type"] == "pulumi:providers:pulumi-python"]
    assert {one["inputs"]["adminUrl"] for one in providers} == {stack.tenant.url}
    assert all("ciphertext" in one["inputs"]["accessToken"] for one in providers)
    (application,) = [one for one in resources if one["type"].endswith(":Application")]
    assert "ciphertext" in application["outputs"]["user_key"]
    assert not [path for path in stack.folder.rglob("*.json") if CANARY in path.read_text()]


def test_nothing_changed_changes_nothing_and_asks_nothing(stack: Stack) -> None:
    assert stack.preview() == []
    assert "14 unchanged" in stack.up()
    assert stack.tenant.requests() == []
    assert "14 unchanged" in stack.run("refresh", "--yes", "--skip-preview")
    assert stack.tenant.writes() == []


def test_a_preview_names_the_member_and_asks_nothing(stack: Stack) -> None:
    assert stack.preview(delta=7) == ["update MappingRules", "update ProxyPromotion"]
    shown = stack.run("preview", "--diff", delta=7)
    assert "POST /v1/chat/completions: {" in shown
    assert "delta: 1 => 7" in shown
    refused = stack.run("preview", fails=True, delta=0)
    assert 'rules["POST /v1/chat/completions"]["delta"]' in refused
    assert "0 is refused. Input should be greater than 0" in refused
    assert stack.tenant.requests() == []


def test_a_hand_edit_is_found_by_a_refresh_and_repaired_by_up(stack: Stack) -> None:
    (product,) = [one for one in stack.tenant.api.pages("services", "services") if one["system_name"] == "tiny"]
    stack.tenant.api.call("PATCH", f"services/{product['id']}/proxy", {"proxy": {"error_no_match": "by hand"}})
    shown = stack.run("refresh", "--preview-only", "--diff")
    assert 'error_no_match: "No Mapping Rule matched" => "by hand"' in shown
    assert "drifted: sandbox is" in shown
    assert "2 updated" in stack.run("up", "--yes", "--skip-preview", "--refresh")
    assert "14 unchanged" in stack.run("refresh", "--yes", "--skip-preview")


def test_replacements_keep_what_can_be_kept_and_leave_nothing_behind(stack: Stack) -> None:
    key = stack.run("stack", "output", "user_key", "--show-secrets")
    edit = {"plan": "gold", "backend": "tiny2"}
    assert {"replace ApplicationPlan", "update Application", "replace Backend"} <= set(stack.preview(**edit))
    stack.up(**edit)
    assert stack.run("stack", "output", "user_key", "--show-secrets") == key
    stack.up(product="tiny2")
    names = {one["system_name"] for one in stack.tenant.api.pages("services", "services")}
    backends = {one["system_name"] for one in stack.tenant.api.pages("backend_apis", "backend_apis")}
    assert ({"tiny", "tiny2"} & names, {"tiny", "tiny2"} & backends) == ({"tiny2"}, {"tiny"})
    stack.up()


def test_a_forced_replacement_deletes_first(stack: Stack) -> None:
    resources: list[Json] = json.loads(stack.state())["deployment"]["resources"]
    (urn,) = [one["urn"] for one in resources if one["type"].endswith(":Product")]
    stack.run("up", "--yes", "--skip-preview", "--replace", urn)
    assert stack.preview() == []


def test_destroy_leaves_nothing(stack: Stack) -> None:
    stack.run("destroy", "--yes", "--skip-preview")
    names = {one["system_name"] for one in stack.tenant.api.pages("services", "services")}
    backends = {one["system_name"] for one in stack.tenant.api.pages("backend_apis", "backend_apis")}
    assert "tiny" not in names | backends
    assert not [one for one in stack.tenant.api.pages("accounts", "accounts") if one["org_name"] == "Dev"]
    stack.up()
