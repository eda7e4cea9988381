from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.kube.crds import PRELOADED_GROUPS, find_crds

_CRD = """# comment
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  annotations:
    name: not-this
  name: {name}
spec:
  group: {group}
"""


def _write(path: Path, name: str, extra: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_CRD.format(name=name, group=name.partition(".")[2]) + extra)


def test_definitions_are_found_by_group_at_any_depth(tmp_path: Path) -> None:
    _write(tmp_path / "a" / "routes.yaml", "routes.route.openshift.io")
    _write(tmp_path / "b" / "c" / "others.yml", "things.example.com")
    (tmp_path / "README.md").write_text("kind: CustomResourceDefinition")
    assert set(find_crds([tmp_path], ["route.openshift.io"])) == {"routes.route.openshift.io"}


def test_the_first_folder_wins(tmp_path: Path) -> None:
    _write(tmp_path / "authentic" / "r.yaml", "routes.route.openshift.io", "# authentic\n")
    _write(tmp_path / "own" / "r.yaml", "routes.route.openshift.io", "# own\n")
    found = find_crds([tmp_path / "authentic", tmp_path / "own"], ["route.openshift.io"])
    assert b"# authentic" in found["routes.route.openshift.io"]


def test_of_several_feature_sets_the_default_wins(tmp_path: Path) -> None:
    for variant in ("CustomNoUpgrade", "Default", "TechPreviewNoUpgrade"):
        path = tmp_path / f"infrastructures-{variant}.crd.yaml"
        _write(path, "infrastructures.config.openshift.io", f"# {variant}\n")
    assert b"# Default" in find_crds([tmp_path], ["config.openshift.io"])["infrastructures.config.openshift.io"]


def test_a_file_may_hold_several_documents(tmp_path: Path) -> None:
    first, second = (
        _CRD.format(name=f"{kind}.route.openshift.io", group="route.openshift.io") for kind in ("as", "bs")
    )
    (tmp_path / "both.yaml").write_text(
        f"---\n{first}---\n{second}---\nkind: Other\nmetadata:\n  name: x.route.openshift.io\n"
    )
    found = find_crds([tmp_path], ["route.openshift.io"])
    assert set(found) == {"as.route.openshift.io", "bs.route.openshift.io"}
    assert b"bs.route" not in found["as.route.openshift.io"]


def test_the_published_definitions_of_a_bare_cluster_are_all_found() -> None:
    folder = Path(__file__).resolve().parents[4] / "shared" / "crds"
    if not folder.is_dir():
        pytest.skip(f"no published definitions at {folder}")
    found = find_crds([folder], PRELOADED_GROUPS)
    assert {"routes.route.openshift.io", "subscriptions.operators.coreos.com", "ingresses.config.openshift.io"} <= set(
        found
    )
    assert {name.partition(".")[2] for name in found} == set(PRELOADED_GROUPS)
