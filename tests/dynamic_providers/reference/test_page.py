import pytest

from dynamic_providers.reference import __main__ as command
from dynamic_providers.reference.declaration import declarations
from dynamic_providers.reference.page import page
from dynamic_providers.threescale.natural_key import MODULES


def test_every_resource_has_a_section_with_its_inputs_and_what_becomes_of_it() -> None:
    text = page()
    sections = {name: text.partition(f"\n## {name}\n")[2].partition("\n## ")[0] for name in MODULES}
    for one in declarations():
        section = sections[one.name]
        assert all(f"| `{field.name}` |" in section for field in (*one.inputs, *one.outputs)), one.name
        assert "- **Replaced** by" in section
        assert "- **Create** " in section
        assert "- **Destroy**: " in section


def test_inputs_say_type_default_and_what_replaces() -> None:
    backend = next(one for one in declarations() if one.name == "Backend")
    fields = {field.name: field for field in backend.inputs}
    assert (fields["system_name"].note, fields["system_name"].default) == ("replaces", "")
    assert fields["system_name"].type == "text, at most 255 characters"
    assert (fields["adopt"].note, fields["adopt"].default) == ("create only", "False")
    assert fields["private_endpoint"].meaning.startswith("URL of the upstream")


def test_secrets_are_marked() -> None:
    application = next(one for one in declarations() if one.name == "Application")
    assert {field.name: field.note for field in application.outputs}["user_key"] == "secret"


def test_a_stale_page_is_found_and_written(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PATH", tmp_path / "page.md")  # type: ignore[operator]  # a Path; pytest types it so
    assert command.main(["--check"]) == 1
    assert command.main([]) == 0
    assert command.main(["--check"]) == 0
