"""Is a Deployment rolled out in the form that was asked for? Pure: an object in, sentences out."""

from collections.abc import Mapping

from dynamic_providers.cluster import conditions
from dynamic_providers.json_object import Json

DEMANDS = ("Progressing=True/NewReplicaSetAvailable", "Available")
"""True of a Deployment with all pods of its newest form (kubernetes, pkg/controller/deployment/progress.go)."""


def rolled_out(deployment: Json | None, name: str, annotations: Mapping[str, str]) -> list[str]:
    """What the Deployment `name` lacks: its pods with these annotations, all of them started; empty for nothing."""
    if deployment is None:
        return [f"Deployment {name} does not exist yet"]
    carried = deployment["spec"]["template"].get("metadata", {}).get("annotations") or {}
    if any(carried.get(key) != value for key, value in annotations.items()):
        return [f"Deployment {name} has not begun with its new form"]
    lacking = conditions.unmet(deployment, DEMANDS, ())
    return [f"Deployment {name}: {one}" for one in lacking or _of_earlier_forms(deployment)]


def _of_earlier_forms(deployment: Json) -> list[str]:
    """What is left of earlier forms: right after a change the conditions may still tell of them, with a new generation.

    That is so in the first step of `Recreate` (kubernetes, pkg/controller/deployment/recreate.go).
    """
    status = deployment.get("status") or {}
    every, new = status.get("replicas") or 0, status.get("updatedReplicas") or 0
    enough = new >= 1 or deployment["spec"].get("replicas", 1) == 0
    return [] if every == new and enough else [f"{new} of {every} pods have its new form"]
