"""Every field this product writes exists in the operators' own definitions, with the same type."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.custom_resources.schemas import SOURCES, SPECS

CRDS = Path(__file__).resolve().parents[3].parent / "shared" / "crds"
BUILT_IN = {"apps", "batch", "networking.k8s.io", "policy"}


GONE = {
    ("datasciencecluster.opendatahub.io/v1", "DataScienceCluster"): {
        "spec.components.kserve.defaultDeploymentMode: not there",
        "spec.components.kserve.serving: not there",
    }
}
"""Fields that a definition has lost since the release that this product writes them for: that of OpenShift AI 3.0 has
v1 too, without what Knative needed; `api/components/v1alpha1/kserve_types.go` of rhods-operator 2.25 has them."""


def authentic(group: str, version: str, kind: str) -> Mapping[str, Any]:
    """The schema of `spec` in the operator's own definition."""
    if not CRDS.is_dir():
        pytest.skip(f"{CRDS} is not here: the operators' own definitions cannot be compared")
    plural = re.sub("ys$", "ies", f"{kind.lower()}s")
    path = CRDS / group / f"{plural}.yaml"
    definition = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    assert definition["spec"]["names"]["kind"] == kind
    served = {one["name"]: one["schema"]["openAPIV3Schema"] for one in definition["spec"]["versions"]}
    spec: Mapping[str, Any] = served[version]["properties"].get("spec", {})
    return spec


def differences(ours: Mapping[str, Any], theirs: Mapping[str, Any], path: str) -> Iterator[str]:
    """Fields of ours that theirs does not have, or has with another type; fields theirs needs and ours does not."""
    if theirs.get("x-kubernetes-preserve-unknown-fields") and not theirs.get("properties"):
        return
    types = {ours["type"]} if isinstance(ours["type"], str) else set(ours["type"])
    either = theirs.get("x-kubernetes-int-or-string", False)
    if either and types <= {"string", "integer"}:
        return
    if types != {theirs.get("type")}:
        yield f"{path}: {ours['type']} here, {theirs.get('type')} there"
    if "enum" in ours and "enum" in theirs and not set(ours["enum"]) <= set(theirs["enum"]):
        yield f"{path}: {ours['enum']} here, {theirs['enum']} there"
    if "items" in ours:
        yield from differences(ours["items"], theirs.get("items", {}), f"{path}[]")
    if isinstance(ours.get("additionalProperties"), Mapping):
        theirs_extra = theirs.get("additionalProperties", {})
        yield from differences(ours["additionalProperties"], theirs_extra, f"{path}.*")
    for name, field in ours.get("properties", {}).items():
        if name not in theirs.get("properties", {}):
            yield f"{path}.{name}: not there"
        else:
            yield from differences(field, theirs["properties"][name], f"{path}.{name}")
    if ours.get("properties"):
        yield from (
            f"{path}.{name}: required there" for name in set(theirs.get("required", [])) - set(ours["required"])
        )


@pytest.mark.parametrize(("api_version", "kind"), [pair for pair in SPECS if pair[0].split("/")[0] not in BUILT_IN])
def test_the_schema_is_a_subset_of_the_operators_own(api_version: str, kind: str) -> None:
    group, version = api_version.split("/")
    found = set(differences(SPECS[api_version, kind], authentic(group, version, kind), "spec"))

    assert found == GONE.get((api_version, kind), frozenset())


def test_a_field_that_is_not_there_or_has_another_type_is_a_difference() -> None:
    theirs = {"type": "object", "required": ["b"], "properties": {"a": {"type": "string"}, "b": {"type": "string"}}}
    ours = {
        "type": "object",
        "required": [],
        "properties": {"a": {"type": "integer"}, "c": {"type": "string"}},
    }

    assert set(differences(ours, theirs, "spec")) == {
        "spec.a: integer here, string there",
        "spec.c: not there",
        "spec.b: required there",
    }


def test_every_group_names_where_its_definition_was_read() -> None:
    assert {api_version.split("/")[0] for api_version, _ in SPECS} == set(SOURCES)
