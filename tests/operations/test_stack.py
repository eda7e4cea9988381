"""One stack through the CLI."""

from pathlib import Path

import pytest

from operations.errors import OperationError
from operations.stack import PROJECT, Stack
from tests.operations.fake_pulumi import FakePulumi, fake_pulumi

STACK = Stack(name="dev")
SECRET = "canary-config-secret"


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    return fake_pulumi(tmp_path, monkeypatch)


def test_every_call_names_the_stack_and_asks_nothing(pulumi: FakePulumi) -> None:
    pulumi.answer("cancel", output="done")
    assert STACK.run("cancel", "--yes") == "done"
    assert pulumi.calls[0][0] == ["cancel", "--yes", "--stack", "dev", "--non-interactive", "--color", "never"]


def test_a_call_that_takes_no_stack_names_none(pulumi: FakePulumi) -> None:
    pulumi.answer("whoami", output={"url": "file:///x"})
    assert STACK.read("whoami", "--json", named=False) == {"url": "file:///x"}
    assert "--stack" not in pulumi.calls[0][0]


def test_a_failed_call_tells_its_code_and_the_end_of_what_it_said(pulumi: FakePulumi) -> None:
    pulumi.answer("refresh", code=3, errors="\n".join(f"line {number}" for number in range(100)))
    with pytest.raises(OperationError, match="code 3, 0 was expected") as refusal:
        STACK.run("refresh")
    assert "line 99" in str(refusal.value)
    assert "line 70\n" not in str(refusal.value)


def test_an_attempt_hands_out_a_failure(pulumi: FakePulumi) -> None:
    pulumi.answer("preview", code=1, output="out", errors="err")
    done = STACK.attempt("preview")
    assert (done.code, done.output, done.errors) == (1, "out", "err")


def test_without_a_cli_the_way_to_one_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OperationError, match="make setup"):
        STACK.run("up")


def test_an_answer_that_is_no_json_is_not_quoted(pulumi: FakePulumi) -> None:
    pulumi.answer("config", output=f"{SECRET} is no JSON")
    with pytest.raises(OperationError, match="no JSON") as refusal:
        STACK.config("threescaleAccessToken")
    assert SECRET not in str(refusal.value)


def test_a_state_goes_in_by_standard_input_only(pulumi: FakePulumi) -> None:
    pulumi.answer("stack", "import", store="state")
    STACK.restore({"deployment": {"secret": SECRET}})
    assert pulumi.kept("state") == {"deployment": {"secret": SECRET}}
    assert SECRET not in " ".join(pulumi.calls[0][0])


def test_an_export_is_readable_only_when_asked_for(pulumi: FakePulumi) -> None:
    pulumi.answer("stack", "export", output={"version": 3})
    assert STACK.export() == STACK.export(show_secrets=True) == {"version": 3}
    assert ["--show-secrets" in arguments for arguments, _ in pulumi.calls] == [False, True]


def test_outputs_are_read_as_the_cli_prints_them(pulumi: FakePulumi) -> None:
    pulumi.answer("stack", "output", output={"portal_url": "https://p"})
    assert STACK.outputs() == {"portal_url": "https://p"}


def test_configuration_is_read_by_key_and_absent_is_none(pulumi: FakePulumi) -> None:
    pulumi.answer("config", output={"maas:threescaleSeedToken": {"value": SECRET, "secret": True}})
    assert (STACK.config("threescaleSeedToken"), STACK.config("cluster")) == (SECRET, None)


def test_the_project_is_where_the_project_file_is() -> None:
    assert (PROJECT / "Pulumi.yaml").is_file()
