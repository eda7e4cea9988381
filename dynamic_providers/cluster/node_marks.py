"""NodeMarks: labels and one taint on a node that is there already.

A server-side apply owns the whole list of a node's taints, and with it those by which the cluster keeps pods off a node
that is ill. This resource adds its own members to what is there, and takes away exactly them: what others had written
with the same value before is remembered, and stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pulumi import Input, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.cluster.gate import ClusterProvider, pass_when
from dynamic_providers.declared import DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

Name = Annotated[str, Field(min_length=1)]
THEIRS = "theirs"
"""Output: names of the labels that were there with our value before us, and `TAINT` where the taint was."""
TAINT = "(taint)"
_NOTHING: Json = {"labels": {}, "taint": {}}
WRITE_SECONDS = 60.0
"""A node's object is written by many: a write that comes between is repeated."""


@dataclass(frozen=True, kw_only=True)
class NodeMarksArgs:
    """What a caller declares."""

    node: Input[str]
    """Name of a node of the cluster."""
    labels: Input[Mapping[str, Input[str]]]
    """Label to value."""
    taint: Input[Mapping[str, Input[str]]] = field(default_factory=dict)
    """Key, value and effect; empty for none."""


class NodeMarksProps(Props):
    """The same fields, resolved."""

    node: Name
    labels: dict[Name, str]
    taint: dict[str, str] = Field(default_factory=dict)


class NodeMarksProvider(ClusterProvider):
    """Writes members of a node's labels and taints; the node itself is the cluster owner's."""

    props = NodeMarksProps
    replace_on = frozenset({"node"})

    def create(self, props: Json) -> CreateResult:
        """Add the marks; one that the node has with another value is refused."""
        wanted = self.canonical(props)
        theirs = self._theirs(wanted, _NOTHING)
        self._write(wanted, _NOTHING)
        return CreateResult(wanted["node"], wanted | {THEIRS: theirs})

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Add what is new and take away what is no longer declared."""
        ours, wanted = self._ours(_olds), self.canonical(_news)
        theirs = self._theirs(wanted, ours)
        self._write(wanted, ours)
        return UpdateResult(wanted | {THEIRS: theirs})

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the marks as they are; no id when the node is gone."""
        known = self.canonical(props)
        node = self.cluster.get(_path(known))
        if node is None:
            return ReadResult(None, {})
        labels = node["metadata"].get("labels") or {}
        found = {
            "node": known["node"],
            "labels": {name: labels[name] for name in known["labels"] if name in labels},
            "taint": next((_taint(one) for one in _taints(node) if _same(one, known["taint"])), {}),
        }
        return ReadResult(id_, found | {THEIRS: props.get(THEIRS) or []}, found)

    def delete(self, _id: str, _props: Json) -> None:
        """Take the marks away, as far as they are ours and still have our values."""
        known = self._ours(_props)
        if self.cluster.get(_path(known)) is not None:
            self._write({"node": known["node"], "labels": {}, "taint": {}}, known)

    def _ours(self, state: Json) -> Json:
        """Return the marks of a state without those that others had written before."""
        known, theirs = self.canonical(state), set(state.get(THEIRS) or [])
        labels = {name: value for name, value in known["labels"].items() if name not in theirs}
        return known | {"labels": labels, "taint": {} if TAINT in theirs else known["taint"]}

    def _theirs(self, wanted: Json, ours: Json) -> list[str]:
        """Return the marks that the node has already, and not from us.

        Raises:
            Refused: there is no such node, or it has one of the marks with another value.
        """
        node = self._node(wanted)
        found = node["metadata"].get("labels") or {}
        taint = next((_taint(one) for one in _taints(node) if _same(one, wanted["taint"])), {})
        labels = {
            name: value for name, value in wanted["labels"].items() if name in found and name not in ours["labels"]
        }
        if taken := sorted(name for name, value in labels.items() if found[name] != value):
            name = taken[0]
            raise _taken(
                f"label node {wanted['node']}", f"{name} is {found[name]} there", f"{labels[name]} or no such label"
            )
        if not taint or _same(taint, ours["taint"]):
            return sorted(labels)
        if taint != wanted["taint"]:
            what = f"it has {_written(taint)} already"
            raise _taken(f"taint node {wanted['node']}", what, f"{_written(wanted['taint'])} or no taint of that key")
        return [*sorted(labels), TAINT]

    def _node(self, wanted: Json) -> Json:
        from dynamic_providers.cluster.errors import Refused  # noqa: PLC0415 - as in `gate`

        node = self.cluster.get(_path(wanted))
        if node is None:
            names = sorted(one["metadata"]["name"] for one in self.cluster.items("/api/v1/nodes"))
            raise Refused(
                f"label and taint node {wanted['node']}",
                "the cluster has no node of that name",
                f"Allowed are its nodes: {', '.join(names)}",
                "Correct the name in the pool's platform.nodes",
            )
        return node

    def _write(self, wanted: Json, olds: Json) -> None:
        from dynamic_providers.cluster.errors import Failed  # noqa: PLC0415 - as in `gate`

        cluster, path = self.cluster, _path(wanted)

        def look() -> str:
            node = cluster.get(path)
            if node is None:
                raise Failed(f"node {wanted['node']}", "the cluster has no node of that name", "", "Correct the pool")
            patch = _patch(node, wanted, olds)
            if patch:
                # The version makes the server refuse a write that would undo somebody else's.
                version = {"resourceVersion": node["metadata"].get("resourceVersion", "")}
                patch["metadata"] = {**patch.get("metadata", {}), **version}
                cluster.patch(path, patch)
            return ""

        remedy = "See who else writes this node, then run `pulumi up` again."
        pass_when(look, Wait(f"marks of node {wanted['node']}", WRITE_SECONDS, remedy=remedy), lambda: "")


def _path(known: Json) -> str:
    return f"/api/v1/nodes/{known['node']}"


def _taken(asked: str, found: str, allowed: str) -> Exception:
    from dynamic_providers.cluster.errors import Refused  # noqa: PLC0415 - as in `gate`

    return Refused(asked, found, f"Allowed is {allowed}", "Take it off, or leave the node out of the pool")


def _written(taint: Json) -> str:
    """Return a taint as kubectl writes it."""
    return f"{taint['key']}={taint.get('value', '')}:{taint['effect']}"


def _taints(node: Json) -> list[Json]:
    return list((node.get("spec") or {}).get("taints") or [])


def _taint(taint: Json) -> Json:
    return {key: taint[key] for key in ("key", "value", "effect") if taint.get(key)}


def _same(one: Json, taint: Json) -> bool:
    """Tell whether two taints have one identity: a node has each key once per effect."""
    return bool(taint) and (one["key"], one["effect"]) == (taint["key"], taint["effect"])


def _patch(node: Json, wanted: Json, olds: Json) -> Json:
    """Return the merge patch from the node as it is to the one with the wanted marks and without the old ones."""
    labels = node["metadata"].get("labels") or {}
    changed: Json = {name: value for name, value in wanted["labels"].items() if labels.get(name) != value}
    gone = {
        name: None
        for name, value in olds.get("labels", {}).items()
        if name not in wanted["labels"] and labels.get(name) == value
    }
    taints, taint, former = _taints(node), wanted["taint"], olds.get("taint", {})
    kept = [one for one in taints if not _same(one, taint) and not (_same(one, former) and _taint(one) == former)]
    present = [one for one in taints if _same(one, taint) and _taint(one) == taint]
    after = [*kept, *(present or ([taint] if taint else []))]
    patch: Json = {"metadata": {"labels": changed | gone}} if changed or gone else {}
    return patch if after == taints or sorted(map(str, after)) == sorted(map(str, taints)) else patch | _spec(after)


def _spec(taints: list[Json]) -> Json:
    return {"spec": {"taints": taints}}


class NodeMarks(DeclaredResource, module="cluster", name="NodeMarks"):
    """A node's labels and taint of this stack."""

    def __init__(self, name: str, args: NodeMarksArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(NodeMarksProvider(), name, args, opts)
