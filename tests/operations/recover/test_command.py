"""`recover` from the first question to the last, with a `pulumi` that answers from a table."""

import json
from pathlib import Path
from typing import Any

import pytest

from operations.errors import OperationError
from operations.recover import command
from operations.recover.deployment import Found, PendingCreate
from operations.stack import Stack
from tests.operations.fake_pulumi import FakePulumi, fake_pulumi

ONE = "urn:pulumi:dev::maas::pulumi-python:dynamic/threescale:Backend::one"
TWO = "urn:pulumi:dev::maas::pulumi-python:dynamic/threescale:Backend$x::two"
SECRET = "canary-in-the-inputs"


def pending(urn: str) -> dict[str, Any]:
    resource = {"urn": urn, "custom": True, "type": "pulumi-python:dynamic/threescale:Backend", "inputs": {"k": SECRET}}
    return {"resource": resource, "type": "creating"}


def state(*urns: str) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": [], "pending_operations": [pending(urn) for urn in urns]}}


@pytest.fixture
def pulumi(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakePulumi:
    """A stack with two pending creates; what is imported is what the next export gives."""
    monkeypatch.setattr(command, "PROJECT", tmp_path)
    fake = fake_pulumi(tmp_path, monkeypatch)
    fake.keep("state", state(ONE, TWO))
    fake.answer("whoami", output={"url": "https://backend"})
    fake.answer("cancel")
    fake.answer("refresh")
    fake.answer("stack", "export", output="@state")
    fake.answer("stack", "import", store="state")
    return fake


def on_server(monkeypatch: pytest.MonkeyPatch, found: dict[str, Found]) -> None:
    def find(_lookups: command.Lookups, create: PendingCreate) -> Found | None:
        return found.get(create.urn)

    monkeypatch.setattr(command.Lookups, "find", find)


def recorded(pulumi: FakePulumi) -> list[tuple[str, str]]:
    return [(resource["urn"], resource["id"]) for resource in pulumi.kept("state")["deployment"]["resources"]]


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / ".maas" / "recover").glob("*"))


def test_what_exists_is_recorded_and_read_and_the_rest_left_to_the_next_up(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11")})
    assert command.main("dev") == 0
    assert recorded(pulumi) == [(ONE, "11")]
    (refresh,) = [arguments for arguments, _ in pulumi.calls if arguments[0] == "refresh"]
    assert [refresh[n + 1] for n, word in enumerate(refresh) if word == "--target"] == [ONE]
    said = capsys.readouterr().out
    assert "one: exists as 11: taken over" in said
    assert "two: was not made" in said
    assert SECRET not in said


def test_the_state_before_is_kept_for_its_owner_and_no_note_is_left(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11")})
    command.main("dev")
    (backup,) = files(tmp_path)
    assert json.loads(backup.read_text()) == state(ONE, TWO)
    assert backup.stat().st_mode & 0o777 == 0o600


def test_a_second_run_finds_nothing_to_do(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11")})
    command.main("dev")
    before = len(pulumi.calls)
    assert command.main("dev") == 0
    assert "nothing was pending" in capsys.readouterr().out
    assert pulumi.commands()[before:] == ["whoami --json", "cancel --yes", "stack export"]


def test_what_is_not_as_declared_stops_before_anything_is_written(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11"), TWO: Found(identity="12", ours=False)})
    with pytest.raises(OperationError, match="threescale:Backend two: exists with id 12") as refusal:
        command.main("dev")
    assert f"recover --stack dev --take-over '{TWO}'" in str(refusal.value)
    assert SECRET not in str(refusal.value)
    assert "stack import" not in pulumi.commands()
    assert files(tmp_path) == []


def test_what_is_not_as_declared_is_taken_over_when_its_urn_is_given(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_server(monkeypatch, {TWO: Found(identity="12", ours=False)})
    command.main("dev", [TWO])
    assert recorded(pulumi) == [(TWO, "12")]


def test_what_is_of_no_use_without_the_lost_answer_is_deleted_and_left_to_the_next_up(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    deleted: list[str] = []
    on_server(monkeypatch, {ONE: Found(identity="11", discard=lambda: deleted.append("11")), TWO: Found(identity="12")})
    assert command.main("dev") == 0
    assert deleted == ["11"]
    assert recorded(pulumi) == [(TWO, "12")]
    said = capsys.readouterr().out
    assert "one: existed as 11, but what is told of it only once was lost: it is deleted" in said
    assert "two: exists as 12: taken over" in said


@pytest.mark.parametrize(("urn", "told"), [(ONE, "holds it already\n"), (TWO, f"holds it already as {TWO}\n")])
def test_what_the_stack_holds_already_is_neither_taken_over_nor_deleted(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], urn: str, told: str
) -> None:
    held = {**pending(urn)["resource"], "id": "11"}
    pulumi.keep("state", {**state(), "deployment": {"resources": [held], "pending_operations": [pending(ONE)]}})
    deleted: list[str] = []
    on_server(monkeypatch, {ONE: Found(identity="11", discard=lambda: deleted.append("11"))})
    assert command.main("dev") == 0
    assert (recorded(pulumi), deleted) == ([(urn, "11")], [])
    assert f"one: was not made: 11 has its name, and the stack {told}" in capsys.readouterr().out


def test_a_record_to_be_deleted_of_what_is_in_use_is_dropped_also_when_nothing_was_pending(
    pulumi: FakePulumi, capsys: pytest.CaptureFixture[str]
) -> None:
    living = {**pending(ONE)["resource"], "id": "11"}
    pulumi.keep("state", {"version": 3, "deployment": {"resources": [living, {**living, "delete": True}]}})
    assert command.main("dev") == 0
    assert recorded(pulumi) == [(ONE, "11")]
    assert "Backend one: is in use, so its record to be deleted is dropped" in capsys.readouterr().out


def test_an_object_under_two_names_is_told_with_both_after_the_rest_is_recovered(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    renamed = [{**pending(urn)["resource"], "id": "7"} for urn in (ONE, f"{ONE}-renamed")]
    pulumi.keep("state", {"version": 3, "deployment": {"resources": renamed, "pending_operations": [pending(TWO)]}})
    on_server(monkeypatch, {TWO: Found(identity="12")})
    with pytest.raises(OperationError, match=rf"id 7: {ONE}, {ONE}-renamed") as refusal:
        command.main("dev")
    assert "pulumi state delete --stack dev" in str(refusal.value)
    assert (TWO, "12") in recorded(pulumi)
    with pytest.raises(OperationError, match="id 7"):
        command.main("dev")


def test_nothing_is_deleted_before_everything_is_known_to_be_ours(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []
    useless = Found(identity="11", discard=lambda: deleted.append("11"))
    on_server(monkeypatch, {ONE: useless, TWO: Found(identity="12", ours=False)})
    with pytest.raises(OperationError, match="exists with id 12"):
        command.main("dev")
    assert deleted == []


def test_what_may_be_somebody_elses_is_deleted_only_when_its_urn_is_given(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch
) -> None:
    deleted: list[str] = []
    on_server(monkeypatch, {ONE: Found(identity="11", ours=False, discard=lambda: deleted.append("11"))})
    with pytest.raises(OperationError, match="exists with id 11, and would be deleted"):
        command.main("dev")
    assert deleted == []
    command.main("dev", [ONE])
    assert deleted == ["11"]
    assert recorded(pulumi) == []


def test_a_urn_that_is_not_pending_is_refused(pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch) -> None:
    on_server(monkeypatch, {})
    with pytest.raises(OperationError, match="no pending create of it"):
        command.main("dev", ["urn:pulumi:dev::maas::t::typo"])
    assert "stack import" not in pulumi.commands()


def test_a_run_cut_off_before_it_read_is_resumed_by_the_next(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11")})
    pulumi.answer("refresh", code=137, errors="killed")
    with pytest.raises(OperationError, match="137"):
        command.main("dev")
    note = next(path for path in files(tmp_path) if path.name == "dev.unread.json")
    assert note.stat().st_mode & 0o777 == 0o600
    assert SECRET not in note.read_text()
    pulumi.answer("refresh")
    assert command.main("dev") == 0
    assert "nothing was pending" not in capsys.readouterr().out
    assert [arguments[3:5] for arguments, _ in pulumi.calls if arguments[0] == "refresh"] == [["--target", ONE]] * 2
    assert not note.exists()


def test_a_run_cut_off_before_it_recorded_asks_again(
    pulumi: FakePulumi, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    on_server(monkeypatch, {ONE: Found(identity="11")})
    pulumi.answer("stack", "import", code=137)
    with pytest.raises(OperationError, match="137"):
        command.main("dev")
    pulumi.answer("stack", "import", store="state")
    on_server(monkeypatch, {})  # gone in between: the note must not make a target of what is not recorded
    assert command.main("dev") == 0
    assert recorded(pulumi) == []
    assert "refresh --yes" not in pulumi.commands()
    assert "dev.unread.json" not in [path.name for path in files(tmp_path)]


@pytest.mark.parametrize(
    ("kind", "provider", "told"),
    [
        ("keycloak:index/realm:Realm", {}, "lacks url, clientId, clientSecret"),
        ("pulumi-python:dynamic/threescale:Backend", {}, "adminUrl"),
    ],
)
def test_a_create_is_asked_for_at_the_system_of_its_type(
    kind: str, provider: dict[str, Any], told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("THREESCALE_ADMIN_URL", raising=False)
    create = PendingCreate(urn="urn::x", type=kind, inputs={}, provider=provider)
    with pytest.raises(OperationError, match=told):
        command.Lookups(Stack(name="dev")).find(create)


def test_a_type_without_system_made_nothing() -> None:
    create = PendingCreate(urn="urn::x", type="pulumi-python:dynamic/cluster:ConditionGate", inputs={}, provider={})
    assert command.Lookups(Stack(name="dev")).find(create) is None
