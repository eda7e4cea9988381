"""The sandbox's own definitions: strict, and each a subset of the published one where that is at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from sandbox.operators.crd_files import OWN_FOLDER, CrdFiles
from sandbox.operators.olm.catalogue import packages

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = ROOT.parent / "shared" / "crds"
FILES = sorted(OWN_FOLDER.glob("*.yaml"))

Schema = dict[str, Any]


def load(path: Path) -> dict[str, Any]:
    # The C loader: the published definitions are large.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
    return found


def versions(definition: dict[str, Any]) -> dict[str, Schema]:
    return {each["name"]: each["schema"]["openAPIV3Schema"] for each in definition["spec"]["versions"]}


def everything(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """A schema and all schemas in it, each with its path."""
    yield path or "(top)", schema
    for name, inner in schema.get("properties", {}).items():
        yield from everything(inner, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from everything(schema[key], f"{path}[]")


def differences(own: Schema, published: Schema, path: str = "") -> list[str]:
    """Where the own schema says more or less than a subset may."""
    found = []
    if own.get("type") != published.get("type"):
        found.append(f"{path}: type {own.get('type')}, published {published.get('type')}")
    missing = set(published.get("required", ())) - set(own.get("required", ()))
    found += [f"{path}: {name} is required there" for name in sorted(missing)]
    allowed, chosen = published.get("enum") or [], own.get("enum") or []
    if allowed and not (chosen and set(chosen) <= set(allowed)):
        found.append(f"{path}: enum {chosen}, published {allowed}")
    if bool(own.get("x-kubernetes-int-or-string")) != bool(published.get("x-kubernetes-int-or-string")):
        found.append(f"{path}: number or text differs")
    for name, inner in own.get("properties", {}).items():
        if name not in published.get("properties", {}):
            found.append(f"{path}.{name}: not published")
        else:
            found += differences(inner, published["properties"][name], f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(own.get(key), dict):
            there = published.get(key)
            found += differences(own[key], there, f"{path}[]") if isinstance(there, dict) else [f"{path}[]: {key}"]
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_own_definition_is_a_subset_of_the_published_one(path: Path) -> None:
    own = load(path)
    group, plural = own["spec"]["group"], own["spec"]["names"]["plural"]
    file = PUBLISHED / group / f"{plural}.yaml"
    if not file.is_file():
        pytest.skip(f"the published definitions are not beside the project ({PUBLISHED.name}/{group}/{plural}.yaml)")
    published = load(file)
    for field in ("group", "scope"):
        assert own["spec"][field] == published["spec"][field]
    assert {**published["spec"]["names"], **own["spec"]["names"]} == {
        "listKind": own["spec"]["names"]["listKind"],
        **published["spec"]["names"],
    }
    there = versions(published)
    for version, schema in versions(own).items():
        assert differences(schema, there[version]) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_own_definition_keeps_no_unknown_field(path: Path) -> None:
    for schema in versions(load(path)).values():
        loose = [where for where, each in everything(schema) if "x-kubernetes-preserve-unknown-fields" in each]
        assert loose == []
        # An object without a word about its fields would be pruned to nothing: only metadata may be one.
        empty = [
            where
            for where, each in everything(schema)
            if each.get("type") == "object" and not each.keys() & {"properties", "additionalProperties"}
        ]
        assert set(empty) <= {".metadata", ".status"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_own_definition_stores_its_one_version_and_has_a_status(path: Path) -> None:
    own = load(path)
    assert own["metadata"]["name"] == f"{own['spec']['names']['plural']}.{own['spec']['group']}" == path.stem
    [version] = own["spec"]["versions"]
    assert version["served"]
    assert version["storage"]
    assert version["subresources"]["status"] == {}


def test_the_comparison_finds_every_kind_of_difference() -> None:
    published = {
        "type": "object",
        "required": ["a"],
        "properties": {"a": {"type": "string", "enum": ["x"]}, "l": {"type": "array", "items": {"type": "string"}}},
    }
    own = {
        "type": "object",
        "properties": {
            "a": {"type": "integer", "enum": ["y"]},
            "b": {"type": "string"},
            "l": {"type": "array", "items": {"type": "integer"}},
        },
    }
    found = "\n".join(differences(own, published))
    for part in ("a is required there", ".a: type integer", ".a: enum", ".b: not published", ".l[]: type integer"):
        assert part in found
    assert differences(published, published) == []


def test_every_definition_of_the_catalogue_is_at_hand() -> None:
    files = CrdFiles()
    releases = [one for package in packages().values() for channel in package.channels.values() for one in channel]
    wanted = {pair for release in releases for pair in release.crds.items()}
    assert [name for name, version in sorted(wanted) if files.get(name, version) is None] == []


def test_a_given_folder_wins_over_the_own_definition(tmp_path: Path) -> None:
    own = load(OWN_FOLDER / "keycloaks.k8s.keycloak.org.yaml")
    own["metadata"]["annotations"] = {"from": "elsewhere"}
    (tmp_path / "any-name.yaml").write_text(yaml.safe_dump(own, sort_keys=False))
    found = CrdFiles([tmp_path]).get("keycloaks.k8s.keycloak.org", "v2alpha1")
    assert found is not None
    assert found["metadata"]["annotations"] == {"from": "elsewhere"}


def test_a_given_file_without_the_wanted_version_does_not_hide_the_own_one(tmp_path: Path) -> None:
    older = load(OWN_FOLDER / "datascienceclusters.datasciencecluster.opendatahub.io.yaml")
    older["spec"]["versions"][0]["name"] = "v1"
    (tmp_path / "dsc.yaml").write_text(yaml.safe_dump(older, sort_keys=False))
    files = CrdFiles([tmp_path])
    found = files.get("datascienceclusters.datasciencecluster.opendatahub.io", "v2")
    assert found is not None
    assert found["spec"]["versions"][0]["name"] == "v2"
    assert files.get("datascienceclusters.datasciencecluster.opendatahub.io", "v3") is None


OLDER = sorted((OWN_FOLDER / "openshift_ai_2").glob("*.yaml"))
GONE = {
    ".spec.components.kserve.defaultDeploymentMode: not published",
    ".spec.components.kserve.serving: not published",
}
"""What the published definitions, those of OpenShift AI 3.0, have no more; rhods-operator 2.25 has it."""


@pytest.mark.parametrize("path", OLDER, ids=lambda path: path.stem)
def test_a_definition_of_the_releases_before_is_a_subset_of_the_published_one_but_for_what_that_has_lost(
    path: Path,
) -> None:
    own = load(path)
    [version] = own["spec"]["versions"]
    assert (version["name"], version["served"], version["storage"]) == ("v1", True, True)
    file = PUBLISHED / own["spec"]["group"] / f"{own['spec']['names']['plural']}.yaml"
    if not file.is_file():
        pytest.skip(f"the published definitions are not beside the project ({PUBLISHED.name}/{file.parent.name})")
    assert set(differences(versions(own)["v1"], versions(load(file))["v1"])) <= GONE


def test_a_definition_that_stores_the_wanted_version_wins_over_one_that_only_serves_it(tmp_path: Path) -> None:
    name = "datascienceclusters.datasciencecluster.opendatahub.io"
    later = load(OWN_FOLDER / f"{name}.yaml")
    [second] = later["spec"]["versions"]
    later["spec"]["versions"] = [{**second, "name": "v1", "storage": False}, second]
    (tmp_path / "later.yaml").write_text(yaml.safe_dump(later, sort_keys=False))
    files = CrdFiles([tmp_path])

    assert [one["name"] for one in (files.get(name, "v2") or {})["spec"]["versions"]] == ["v1", "v2"]
    assert [one["name"] for one in (files.get(name, "v1") or {})["spec"]["versions"]] == ["v1"]
