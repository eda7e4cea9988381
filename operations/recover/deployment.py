"""The exported deployment as plain data: what was pending, and the state that knows it."""

import json
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"  # noqa: S105 (Pulumi's public marker, sdk/go/common/resource/sig.go)

Object = tuple[str, str]
"""Type and id: what a record of the state stands for."""


def plain(value: Any) -> Any:  # noqa: ANN401 (JSON)
    """`value` with every secret of an export made with `--show-secrets` replaced by what it holds."""
    if isinstance(value, dict):
        if SECRET_SIGNATURE in value:
            return json.loads(value["plaintext"]) if "plaintext" in value else None
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, list):
        return [plain(member) for member in value]
    return value


@dataclass(frozen=True, kw_only=True)
class PendingCreate:
    """A resource whose create had begun when the engine died."""

    urn: str
    type: str
    inputs: Mapping[str, Any]
    """Inputs with secrets readable: for look-ups in memory, never for print."""
    provider: Mapping[str, Any]
    """Inputs of the provider instance, readable likewise."""

    @property
    def name(self) -> str:
        """The resource's name in the program."""
        return self.urn.rsplit("::", 1)[-1]


@dataclass(frozen=True, kw_only=True)
class Found:
    """An object that holds the natural key of a pending create."""

    identity: str
    """Its id, as the provider gives it."""
    ours: bool = True
    """Whether it is as the create declares it; if not, it may be somebody else's."""
    discard: Callable[[], None] | None = None
    """Where it is of no use without the answer that the crash cut off: deletes it."""


def _resources(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The recorded resources of an export."""
    resources: list[dict[str, Any]] = state["deployment"].get("resources") or []
    return resources


def pending(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The pending operations of an export: `{"resource": …, "type": "creating" | "updating" | "deleting" | …}`."""
    operations: list[dict[str, Any]] = state["deployment"].get("pending_operations") or []
    return operations


def recorded(state: Mapping[str, Any]) -> set[str]:
    """The URNs of the recorded resources of an export."""
    return {str(resource["urn"]) for resource in _resources(state)}


def holders(state: Mapping[str, Any]) -> dict[Object, str]:
    """Object → URN of what an export records as existing: a create that ends with such an id made nothing."""
    return {_object(one): str(one["urn"]) for one in _resources(state) if _exists(one)}


def doomed(state: Mapping[str, Any]) -> list[str]:
    """URNs of records that wait for their deletion although a living record has the same object."""
    living = _living(state)
    return sorted({str(one["urn"]) for one in _resources(state) if one.get("delete") and _object(one) in living})


def doubles(state: Mapping[str, Any], types: AbstractSet[str]) -> list[tuple[str, list[str]]]:
    """Id and URNs of each object of `types` that several living records have; the next `up` deletes it with one."""
    return [(id_, urns) for (kind, id_), urns in sorted(_living(state).items()) if kind in types and len(urns) > 1]


def _living(state: Mapping[str, Any]) -> dict[Object, list[str]]:
    """Object → URNs of the records of it that are to stay."""
    urns: dict[Object, list[str]] = {}
    for one in _resources(state):
        if _exists(one) and not one.get("delete"):
            urns.setdefault(_object(one), []).append(str(one["urn"]))
    return urns


def _exists(one: Mapping[str, Any]) -> bool:
    """Whether a record stands for an object: a component has no id, and what waits for its replacement is deleted."""
    return bool(one.get("id")) and not one.get("pendingReplacement")


def _object(one: Mapping[str, Any]) -> Object:
    return str(one["type"]), str(one.get("id", ""))


def unsettled(state: Mapping[str, Any]) -> dict[str, str]:
    """URN → `updating`, `deleting` and so on of recorded resources: nobody knows whether that happened."""
    begun = {str(one["resource"]["urn"]): str(one["type"]) for one in pending(state) if one["type"] != "creating"}
    return {urn: begun[urn] for urn in sorted(begun.keys() & recorded(state))}


def pending_creates(readable: Mapping[str, Any]) -> Iterator[PendingCreate]:
    """The pending creates of an export made with `--show-secrets`, in recorded order."""
    providers = {f"{r['urn']}::{r.get('id', '')}": r.get("inputs") or {} for r in _resources(readable)}
    for operation in pending(readable):
        resource = operation["resource"]
        if operation["type"] == "creating":
            yield PendingCreate(
                urn=resource["urn"],
                type=resource["type"],
                inputs=plain(resource.get("inputs") or {}),
                provider=plain(providers.get(resource.get("provider", ""), {})),
            )


def recovered(state: Mapping[str, Any], found: Mapping[str, str]) -> dict[str, Any]:
    """`state` with nothing pending, and with each resource of `found` (URN → id) recorded.

    A resource found in the middle of its replacement takes the place of the one it replaces, or stands beside the old
    one, which is then marked for deletion as the engine itself marks it. A record that waits for its deletion is
    dropped where a living one has the same object.
    """
    living = _living(state)
    resources = [dict(one) for one in _resources(state) if not (one.get("delete") and _object(one) in living)]
    for operation in pending(state):
        resource = operation["resource"]
        if operation["type"] != "creating" or resource["urn"] not in found:
            continue
        resources = [r for r in resources if not (r["urn"] == resource["urn"] and r.get("pendingReplacement"))]
        for old in resources:
            if old["urn"] == resource["urn"]:
                old["delete"] = True
        # Outputs start as the inputs (a dynamic provider finds its code there); the refresh that follows reads them.
        resources.append({**resource, "id": found[resource["urn"]], "outputs": resource.get("inputs") or {}})
    deployment = {key: value for key, value in state["deployment"].items() if key != "pending_operations"}
    return {**state, "deployment": {**deployment, "resources": resources}}
