"""What a tenant holds, told so that two runs can be compared: without ids, stamps, random values and old versions."""

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

Rows = Mapping[str, list[dict[str, Any]]]
Told = dict[str, Counter[str]]
"""Kind → what there is of it, each as JSON, with how often."""

STAMPS = frozenset({"created_at", "updated_at", "accepted_at", "deployed_at", "lock_version"})
RANDOM = frozenset(
    {"user_key", "application_id", "provider_verification_key", "secret_token", "digest", "value"}
    | {"backend_authentication_value", "site_access_code"}
)
PASSING = frozenset({"job", "usage", "proxy_config"})
"""Kinds that are no part of what is declared; saved configurations are told apart, the newest only."""
KEYS = ("system_name", "username", "org_name", "name")
"""What a row is called, the first that it has."""
OWNERS = {"Service": "service", "BackendApi": "backend_api", "Proxy": "proxy"}
BACKEND_METRIC = re.compile(r"\.\d+$")
"""A backend's metrics carry its id in their names (porta, app/models/metric.rb)."""


def told(rows: Rows) -> Told:
    """Return what the rows say, whatever their ids."""
    names = {kind: {row["id"]: row for row in held if "id" in row} for kind, held in rows.items()}
    everything = {
        kind: Counter(_json(_row(kind, row, names)) for row in held)
        for kind, held in rows.items()
        if kind not in PASSING
    }
    return everything | {"configuration": Counter(_configurations(rows))}


def differences(wanted: Told, found: Told) -> list[str]:
    """Return one line for each thing that is missing or too much."""
    lines = []
    for kind in sorted(wanted.keys() | found.keys()):
        there, here = wanted.get(kind, Counter()), found.get(kind, Counter())
        lines += [f"missing {kind} {one}" for one in (there - here).elements()]
        lines += [f"too much: {kind} {one}" for one in (here - there).elements()]
    return lines


def _row(kind: str, row: Mapping[str, Any], names: Mapping[str, Mapping[int, Any]]) -> dict[str, Any]:
    shown = {}
    for name, value in row.items():
        if name == "id" or name in STAMPS | RANDOM:
            continue
        is_reference = name.endswith("_id") and isinstance(value, int)
        shown[name] = _called(_kind(kind, name, row, names), value, names) if is_reference else _plain(value)
    return shown


def _kind(kind: str, field: str, row: Mapping[str, Any], names: Mapping[str, Mapping[int, Any]]) -> str:
    """Return the kind that a field of a row refers to: `default_service_plan_id` is one of `plan`."""
    if field == "parent_id":
        return kind
    if field == "owner_id":
        return OWNERS.get(row["owner_type"], str(row["owner_type"]))
    if field == "issuer_id":
        return "provider" if row["type"] == "account_plan" else "service"
    words = field.removesuffix("_id").split("_")
    candidates = ("_".join(words[first:]) for first in range(len(words)))
    return next((one for one in candidates if one in names), field)


def _called(kind: str, id_: int, names: Mapping[str, Mapping[int, Any]]) -> str:
    row = names.get(kind, {}).get(id_)
    if row is None:
        return f"{kind} that is not there"
    if kind == "proxy":
        return f"proxy of {_called('service', row['service_id'], names)}"
    return f"{kind} {next((str(_plain(row[key])) for key in KEYS if row.get(key)), '')}"


def _configurations(rows: Rows) -> list[str]:
    newest: dict[tuple[int, str], dict[str, Any]] = {}
    for row in sorted(rows.get("proxy_config", []), key=lambda row: int(row["version"])):
        newest[row["proxy_id"], row["environment"]] = row
    return [f"{environment} {_json(_lasting(row['content']))}" for (_, environment), row in newest.items()]


def _lasting(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return the content of a configuration without what differs from run to run."""
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if key not in STAMPS | RANDOM}
        return {key: _lasting(item) for key, item in kept.items() if not (key == "id" or key.endswith("_id"))}
    return [_lasting(item) for item in value] if isinstance(value, list) else _plain(value)


def _plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    return BACKEND_METRIC.sub("", value) if isinstance(value, str) and value.startswith("hits.") else value


def _json(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return json.dumps(value, sort_keys=True)
