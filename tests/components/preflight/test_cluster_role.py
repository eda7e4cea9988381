"""The rights of the deployer, written as objects that an administrator can apply."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from components.preflight import __main__ as command
from components.preflight.cluster_role import NAME, bindings, roles, rules
from components.preflight.needs import Need
from components.preflight.needs.kinds import CONFIG_MAPS, ROUTES, SECRETS
from tests.components.config.test_validation import settings
from tests.support.stack_file import ROOT

DEV = ROOT / "Pulumi.dev.yaml"


def by_namespace(made: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {role["metadata"].get("namespace", ""): role for role in made}


@pytest.mark.row("S-004")
def test_what_is_done_in_the_stacks_own_namespaces_is_in_the_cluster_role_until_they_exist() -> None:
    before, after = by_namespace(roles([settings()])), by_namespace(roles([settings()], placed=True))

    assert set(before) == {"", "openshift-config-managed"}
    assert {(role["kind"], role["metadata"]["name"]) for role in after.values()} == {
        ("ClusterRole", NAME),
        ("Role", NAME),
    }
    own = {"3scale", "keycloak", "llm-hosting", "maas-consumers", "redhat-ods-operator"}
    assert set(after) == {"", "openshift-config-managed"} | own
    secrets = [rule for rule in after[""]["rules"] if "secrets" in rule["resources"]]
    assert secrets == []


@pytest.mark.row("S-004")
def test_nothing_is_granted_by_an_asterisk() -> None:
    for role in roles([settings(monitoring={"enabled": True})]):
        for rule in role["rules"]:
            assert "*" not in {*rule["apiGroups"], *rule["resources"], *rule["verbs"]}


def test_rules_are_one_per_group_and_verbs_and_name_one_object_where_one_is_meant() -> None:
    found = rules(
        [
            Need(SECRETS, ("get", "patch"), "a"),
            Need(CONFIG_MAPS, ("get",), "b", "authority"),
            Need(ROUTES, ("list",), "a"),
            Need(SECRETS, ("get", "list"), "b", "key"),
        ]
    )

    assert found == [
        {"apiGroups": [""], "resources": ["secrets"], "verbs": ["get", "patch"]},
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["authority"], "verbs": ["get"]},
        {"apiGroups": [""], "resources": ["secrets"], "resourceNames": ["key"], "verbs": ["list"]},
        {"apiGroups": ["route.openshift.io"], "resources": ["routes"], "verbs": ["list"]},
    ]


def test_a_user_is_bound_to_every_role_in_its_place() -> None:
    made = roles([settings()])
    bound = bindings(made, "system:serviceaccount:ci:deployer")

    assert [one["kind"] for one in bound] == ["ClusterRoleBinding", "RoleBinding"]
    assert bound[1]["metadata"] == {"name": NAME, "namespace": "openshift-config-managed"}
    assert bound[1]["roleRef"]["kind"] == "Role"
    assert bound[0]["subjects"][0]["name"] == "system:serviceaccount:ci:deployer"


def test_the_command_prints_the_rights_of_a_stack_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rbac", str(DEV), "--user", "alice"]) == 0

    text = capsys.readouterr().out
    assert text.startswith("# Rights of whoever runs `pulumi up` on Pulumi.dev.yaml.\n")
    kinds = [document["kind"] for document in yaml.safe_load_all(text)]
    assert kinds == ["ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding"]


def test_the_command_refuses_a_broken_stack_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    broken = tmp_path / "Pulumi.broken.yaml"
    broken.write_text("config: {'maas:environment': dev}\n", encoding="utf-8")

    assert command.main(["rbac", str(broken)]) == 1
    assert "cluster" in capsys.readouterr().err


def test_a_page_that_is_not_current_is_told_and_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "PAGE", tmp_path / "rbac.yaml")
    monkeypatch.setattr(command, "shipped", lambda: [DEV])

    assert command.main(["rbac", "--check"]) == 1
    assert "rbac.yaml is not current; run: python -m components.preflight rbac" in capsys.readouterr().err
    assert command.main(["rbac"]) == 0
    assert command.main(["rbac", "--check"]) == 0


def test_the_page_is_current() -> None:
    assert command.PAGE.read_text(encoding="utf-8") == command.page()
