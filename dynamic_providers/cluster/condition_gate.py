"""ConditionGate: passed when an object that some operator reports on is ready; hands on what its status tells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import AfterValidator, Field

from dynamic_providers.cluster import conditions
from dynamic_providers.cluster.deployment import rolled_out
from dynamic_providers.cluster.errors import Failed
from dynamic_providers.cluster.gate import NOT_READY, ClusterProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

if TYPE_CHECKING:
    from dynamic_providers.cluster.connection import Cluster

Demand = Annotated[str, AfterValidator(conditions.demand)]
Name = Annotated[str, Field(min_length=1)]
REPAIR = "Repair what the conditions name, then run `pulumi up` again"
ROUTED = frozenset({"APIManager", "Keycloak"})
"""Kinds that are not ready, or of no use, before a router has taken their Routes, and whose conditions say nothing of
it (3scale-operator, apimanager_status_reconciler.go)."""


@dataclass(frozen=True, kw_only=True)
class ConditionGateArgs:
    """What a caller declares."""

    api_version: Input[str]
    kind: Input[str]
    name: Input[str]
    conditions: Input[Sequence[Input[str]]]
    """All of them have to be met: `Available`, `Degraded=False`, `status.phase=Ready`."""
    timeout_seconds: Input[int]
    namespace: Input[str] = ""
    """Empty for an object without a namespace."""
    fields: Input[Mapping[str, Input[str]]] = field(default_factory=dict)
    """Output → path of a field that has to be filled, such as `status.url`."""
    terminal: Input[Sequence[Input[str]]] = ()
    """Any of them ends the wait at once: `Ready=False/ImagePullBackOff`, `status.phase=Failed`."""
    trigger: Input[str] = ""
    """A change waits again: give what the object was made from."""
    evidence_namespace: Input[str] | None = None
    """Where an object without a namespace has its pods; their troubles explain it. Nothing: in its own namespace."""
    deployment: Input[str] | None = None
    """Deployment of the same namespace that has to be rolled out as well. Nothing: the object's status is enough."""
    pod_annotations: Input[Mapping[str, Input[str]]] | None = None
    """What that Deployment's pods have to carry: by it they are told from those of an earlier form."""


class ConditionGateProps(Props):
    """The same fields, resolved."""

    api_version: Name
    kind: Name
    name: Name
    conditions: list[Demand]
    timeout_seconds: Annotated[int, Field(gt=0)]
    namespace: str = ""
    fields: dict[Name, Name] = Field(default_factory=dict)
    terminal: list[Demand] = Field(default_factory=list)
    trigger: str = ""
    evidence_namespace: str | None = None
    deployment: str | None = None
    pod_annotations: dict[Name, str] | None = None


class ConditionGateProvider(ClusterProvider):
    """Reads one object again and again; makes nothing, so there is nothing to delete."""

    props = ConditionGateProps
    replace_on = frozenset({"api_version", "kind", "name", "namespace"})

    def create(self, props: Json) -> CreateResult:
        """Wait until every demand is met and every field is filled."""
        wanted = self.canonical(props)
        return CreateResult(_title(wanted), wanted | self._passed(wanted, changed=False))

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Wait again; where the status may still be the one from before, until what follows from it is there."""
        wanted = self.canonical(_news)
        return UpdateResult(wanted | self._passed(wanted, changed=True))

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the fields as they are; no id when the object is gone, another trigger when it is not ready."""
        known = self.canonical(props)
        item = _found(self.cluster, known)
        if item is None:
            return ReadResult(None, {})
        missing = _missing(self.cluster, known, item)
        inputs = known | ({"trigger": NOT_READY + "; ".join(missing)} if missing else {})
        return ReadResult(id_, inputs | _values(item, known), inputs)

    def _passed(self, wanted: Json, *, changed: bool) -> Json:
        from dynamic_providers.cluster.rollout import rollout  # noqa: PLC0415 - as in `gate`

        cluster, title = self.cluster, _title(wanted)
        pods = rollout(cluster, wanted, changed=changed)
        held: Json = {}

        def why() -> str:
            further = conditions.unasked(held, wanted["conditions"]) if held else ""
            told = [f"Further conditions: {further}"] if further else []
            return ". ".join([*told, *filter(None, [_around(cluster, wanted)])])

        def look() -> str:
            item = _found(cluster, wanted)
            held.clear()
            if item is None:
                return "does not exist yet"
            held.update(item)
            state = _hopeless(item, wanted)
            if state:
                told = f"{state}. Conditions: {conditions.quoted(conditions.conditions(item)) or 'none'}"
                raise Failed(title, told, _around(cluster, wanted), REPAIR)
            missing = _missing(cluster, wanted, item)
            return "; ".join(missing) if pods is None else pods.look(item, missing)

        remedy = f"Repair what the conditions of {title} name, or allow more time, then run `pulumi up` again."
        pass_when(look, Wait(title, wanted["timeout_seconds"], remedy=remedy), why)
        return _values(held, wanted)


def _around(cluster: "Cluster", wanted: Json) -> str:
    from dynamic_providers.cluster.evidence import evidence  # noqa: PLC0415 - as in `gate`

    place = wanted.get("evidence_namespace") or wanted["namespace"]
    return evidence(cluster, place, wanted["name"], routed=wanted["kind"] in ROUTED)


def _title(known: Json) -> str:
    place = f"{known['namespace']}/" if known["namespace"] else ""
    return f"{known['kind']} {place}{known['name']}"


def _found(cluster: "Cluster", known: Json) -> Json | None:
    path = cluster.path(known["api_version"], known["kind"], known["namespace"], known["name"])
    return cluster.get(path) if path else None


def _missing(cluster: "Cluster", known: Json, item: Json) -> list[str]:
    """What the object lacks, or else its Deployment."""
    missing = conditions.unmet(item, known["conditions"], known["fields"].values())
    if missing or not known.get("deployment"):
        return missing
    path = f"/apis/apps/v1/namespaces/{known['namespace']}/deployments/{known['deployment']}"
    return rolled_out(cluster.get(path), known["deployment"], known.get("pod_annotations") or {})


def _hopeless(item: Json, wanted: Json) -> str:
    if item["metadata"].get("deletionTimestamp"):
        return "it is being deleted"
    found = conditions.terminal(item, wanted["terminal"])
    return f"{found} is a state that does not pass by itself" if found else ""


def _values(item: Json, known: Json) -> Json:
    return {"values": {output: conditions.field(item, path) for output, path in known["fields"].items()}}


class ConditionGate(DeclaredResource, module="cluster", name="ConditionGate"):
    """Passed when the object is ready."""

    conditions: Output[Sequence[str]]
    values: Output[dict[str, str]]
    """Output → value of its field."""

    def __init__(self, name: str, args: ConditionGateArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(ConditionGateProvider(), name, args, opts)
