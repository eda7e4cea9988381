from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from sandbox.request_store import RequestStore

if TYPE_CHECKING:
    from pathlib import Path

_ENTRY = {"time": 10.0, "part": "model", "method": "GET", "path": "/", "status": 200, "duration": 0.1}


def _event(uri: str, verb: str = "create", code: int = 201) -> dict[str, Any]:
    return {
        "requestURI": uri,
        "verb": verb,
        "user": {"username": "admin"},
        "responseStatus": {"code": code},
        "requestReceivedTimestamp": "2026-11-21T09:00:00.000000Z",
        "stageTimestamp": "2026-11-21T09:00:00.250000Z",
    }


def _log(path: Path, *events: dict[str, Any]) -> None:
    with path.open("a") as stream:
        stream.writelines(json.dumps(event) + "\n" for event in events)


def test_the_audit_log_is_part_of_the_request_log(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    store = RequestStore(audit)
    _log(audit, _event("/api/v1/namespaces?fieldManager=x"), _event("/api/v1/nodes", "watch", 200))
    first, second = store.shown("kubernetes")
    assert (first["method"], first["path"], first["status"], first["duration"]) == (
        "POST",
        "/api/v1/namespaces",
        201,
        0.25,
    )
    assert second["method"] == "GET"
    assert len(store.shown()) == 2


def test_a_dry_run_is_told_from_a_write(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    store = RequestStore(audit)
    _log(audit, _event("/api/v1/namespaces?dryRun=All&x=y"), _event("/api/v1/namespaces/a", "delete", 200))
    assert [(entry["method"], entry["dry_run"]) for entry in store.shown()] == [("POST", True), ("DELETE", False)]


def test_clearing_forgets_what_was_there_and_nothing_later(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    store = RequestStore(audit)
    store.add([_ENTRY])
    _log(audit, _event("/before"))
    store.clear()
    _log(audit, _event("/after"))
    assert [entry["path"] for entry in store.shown()] == ["/after"]


def test_what_an_earlier_run_logged_is_not_shown(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    _log(audit, _event("/earlier"))
    assert RequestStore(audit).shown() == []


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    store = RequestStore(audit)
    line = json.dumps(_event("/whole")) + "\n"
    audit.write_text(line[:20])
    assert store.shown() == []
    audit.write_text(line)
    assert [entry["path"] for entry in store.shown()] == ["/whole"]


def test_half_a_line_of_a_killed_server_costs_only_that_line(tmp_path: Path) -> None:
    audit = tmp_path / "audit"
    store = RequestStore(audit)
    audit.write_text(json.dumps(_event("/half"))[:20])
    _log(audit, _event("/glued"), _event("/whole"))
    assert [entry["path"] for entry in store.shown()] == ["/whole"]


def test_an_application_key_is_masked_whoever_posts_it(tmp_path: Path) -> None:
    store = RequestStore(tmp_path / "audit")
    store.add([_ENTRY | {"part": "router", "path": "/admin/api/accounts/1/applications/2/keys/canary.json"}])
    assert [entry["path"] for entry in store.shown()] == ["/admin/api/accounts/1/applications/2/keys/***"]


def test_an_entry_without_a_key_is_refused(tmp_path: Path) -> None:
    store = RequestStore(tmp_path / "audit")
    with pytest.raises(ValueError, match="lacks part, status"):
        store.add([{key: value for key, value in _ENTRY.items() if key not in {"part", "status"}}])


def test_entries_come_in_the_order_of_their_time(tmp_path: Path) -> None:
    store = RequestStore(tmp_path / "audit")
    store.add([_ENTRY | {"time": 3.0}, _ENTRY | {"time": 1.0, "part": "router"}])
    assert [entry["time"] for entry in store.shown()] == [1.0, 3.0]
    assert [entry["time"] for entry in store.shown("router")] == [1.0]
