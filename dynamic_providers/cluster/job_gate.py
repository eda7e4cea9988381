"""JobGate: passed when a Job is complete. One that has failed before the gate begins to wait is run again, as it was.

A Job cannot be changed, and the engine sees no reason to make one anew whose declaration is the same. What made it fail
(a token, a right, a full disk) is repaired elsewhere, so the gate that failed starts the next try.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, UpdateResult

from dynamic_providers.cluster import conditions
from dynamic_providers.cluster.condition_gate import ConditionGateArgs, ConditionGateProvider
from dynamic_providers.cluster.errors import Failed
from dynamic_providers.cluster.gate import pass_when
from dynamic_providers.declared import DeclaredResource
from dynamic_providers.json_object import Json
from dynamic_providers.waiting import Wait

API_VERSION, KIND = "batch/v1", "Job"
FAILED = "Failed"
_MADE_BY_CONTROLLER = frozenset(
    {"controller-uid", "job-name", "batch.kubernetes.io/controller-uid", "batch.kubernetes.io/job-name"}
)
"""Labels that the API server adds to a Job and its pods, and refuses in a new one (Kubernetes, pkg/apis/batch)."""
_SECONDS_TO_GO = 120
"""How long a failed Job may take to disappear with its pods; each gets 30 s to end (Kubernetes, pod lifecycle)."""


@dataclass(frozen=True, kw_only=True)
class JobGateArgs:
    """What a caller declares."""

    name: Input[str]
    namespace: Input[str]
    timeout_seconds: Input[int]
    trigger: Input[str]
    """A change waits again: give what the Job was made from."""


class JobGateProvider(ConditionGateProvider):
    """Reads one Job; makes it anew when it failed before, mostly in an earlier run, and nothing else."""

    def create(self, props: Json) -> CreateResult:
        """Wait until the Job is complete."""
        self._run_again(self.canonical(props))
        return super().create(props)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Wait again."""
        self._run_again(self.canonical(_news))
        return super().update(_id, _olds, _news)

    def _run_again(self, wanted: Json) -> None:
        path = _path(wanted)
        failed = self.cluster.get(path)
        if failed is None:
            title = f"Job {wanted['namespace']}/{wanted['name']}"
            raise Failed(title, "it was made, and is not there", "", "Run `pulumi up --refresh`, which makes it again")
        if failed["metadata"].get("deletionTimestamp") or not conditions.is_met(failed, FAILED):
            return
        self.cluster.delete(path)
        what = f"end of the failed Job {wanted['namespace']}/{wanted['name']}, which is run again"
        told = conditions.quoted(conditions.conditions(failed))
        described = f"oc describe job {wanted['name']} -n {wanted['namespace']}"
        remedy = f"See what holds it (`{described}`), then run `pulumi up --refresh`, which makes it again."
        wait = Wait(what, _SECONDS_TO_GO, remedy=remedy)
        pass_when(lambda: f"it is still there ({told})" if self.cluster.get(path) else "", wait, lambda: "")
        self.cluster.create(path.rpartition("/")[0], again(failed))


def again(job: Json) -> Json:
    """The manifest of a new Job like `job`, without what the API server put into it."""
    metadata, spec = job["metadata"], copy.deepcopy(job["spec"])
    spec.pop("selector", None)
    template = spec["template"].get("metadata", {})
    template["labels"] = _own(template.get("labels"))
    kept = {key: metadata[key] for key in ("name", "namespace", "annotations") if key in metadata}
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "metadata": kept | {"labels": _own(metadata.get("labels"))},
        "spec": spec,
    }


def _own(labels: Json | None) -> Json:
    return {name: value for name, value in (labels or {}).items() if name not in _MADE_BY_CONTROLLER}


def _path(wanted: Json) -> str:
    return f"/apis/{API_VERSION}/namespaces/{wanted['namespace']}/jobs/{wanted['name']}"


class JobGate(DeclaredResource, module="cluster", name="JobGate"):
    """Passed when the Job is complete."""

    conditions: Output[Sequence[str]]

    def __init__(self, name: str, args: JobGateArgs, opts: ResourceOptions | None = None) -> None:
        gate = ConditionGateArgs(
            api_version=API_VERSION,
            kind=KIND,
            name=args.name,
            namespace=args.namespace,
            conditions=["Complete"],
            terminal=[FAILED],
            timeout_seconds=args.timeout_seconds,
            trigger=args.trigger,
        )
        super().__init__(JobGateProvider(), name, gate, opts)
