"""The generated files are current and say what the models say."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import ValidationError

from components.config import __main__ as command
from components.config.fields import walk
from components.config.generated import ROOT, docs_files, schema_files, stale
from components.config.outputs import OUTPUTS, complete
from components.config.settings import Settings
from tests.support.stack_file import dev_stack
from tests.support.stack_file_schema import judge


def test_schema_and_pages_are_current() -> None:
    assert stale(schema_files() | docs_files()) == []


def test_a_changed_file_is_stale(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    assert stale({page: "x"}) == [page]
    page.write_text("x")
    assert stale({page: "x"}) == []


def test_check_writes_nothing_and_names_the_stale_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "page.md"
    monkeypatch.setattr(command, "docs_files", lambda: {page: "x"})
    monkeypatch.setattr(command, "ROOT", tmp_path)

    assert command.main(["docs", "--check"]) == 1
    assert "page.md is not current; run: python -m components.config docs" in capsys.readouterr().err
    assert not page.exists()
    assert command.main(["docs"]) == 0
    assert command.main(["docs", "--check"]) == 0


def test_every_field_is_described() -> None:
    assert [path for path, info in walk(Settings) if not info.description] == []


def test_the_schema_accepts_the_dev_stack_file_and_refuses_a_misspelt_key() -> None:
    stack_file = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    judge().validate(stack_file)

    wrong: list[dict[str, Any]] = [{"maas:modells": {}}, {"maas:cluster": {"wildcardDomain": "a.b", "offlin": True}}]
    for config in wrong:
        with pytest.raises(ValidationError):
            judge().validate({"config": {**stack_file["config"], **config}})


def test_the_schema_accepts_encrypted_secrets_only() -> None:
    stack_file = {"config": {f"maas:{key}": value for key, value in dev_stack().items()}}
    stack_file["config"]["maas:threescaleSeedToken"] = {"secure": "v1:abc"}
    judge().validate(stack_file)

    stack_file["config"]["maas:threescaleSeedToken"] = "plain"
    with pytest.raises(ValidationError):
        judge().validate(stack_file)


def test_the_project_file_declares_every_plain_key_and_leaves_the_secrets_to_the_program() -> None:
    declared = yaml.safe_load((ROOT / "Pulumi.yaml").read_text(encoding="utf-8"))["config"]
    fields = {info.alias or name: info for name, info in Settings.model_fields.items()}

    assert set(declared) == set(fields)
    for name, entry in declared.items():
        assert ("default" in entry) != fields[name].is_required(), name
        assert not entry.get("secret"), name
        assert entry["description"], name


def test_outputs_that_are_not_described_or_not_exported_are_refused() -> None:
    names = [output.name for output in OUTPUTS]
    complete(names)

    with pytest.raises(ValueError, match="new_one"):
        complete([*names, "new_one"])
    with pytest.raises(ValueError, match="portal_url"):
        complete([name for name in names if name != "portal_url"])
