"""What model servers share: their key, and who reads their figures."""

import pulumi
import pytest

from components.model_server import ServingAccess, ServingAccessArgs, wants_access
from components.site import Site
from tests.components.config.test_validation import settings
from tests.support.model_servers import served, serving_stack
from tests.support.platform import placed_with
from tests.support.recorder import SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES

KEY = {"modelApiKey": "canary-model-key"}


def recording(**server: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ServingAccess("serving", ServingAccessArgs(site=site, namespace=gate))

    return placed_with({**CANARIES, **KEY}, component, **serving_stack({"granite": served(server=server)}))


def kinds(found: Recording) -> list[str]:
    return sorted(one.type for one in found.resources if one.type.startswith("kubernetes:"))


def test_a_stack_whose_servers_ask_for_nothing_has_nothing() -> None:
    assert not wants_access(settings())
    assert kinds(recording()) == []


@pytest.mark.row("S-073")
def test_the_key_is_a_secret_and_nothing_else_holds_it() -> None:
    found = recording(requireApiKey=True)

    assert kinds(found) == ["kubernetes:core/v1:Secret"]
    secret = found.one("kubernetes:core/v1:Secret")
    assert secret.inputs["metadata"] == {"namespace": "llm-hosting"}
    assert secret.inputs["immutable"] is True
    assert SECRET_SIGNATURE in secret.inputs["data"] or SECRET_SIGNATURE in secret.inputs["data"]["key"]


def test_the_autoscaler_reads_one_namespaces_figures_with_a_token_of_its_own() -> None:
    found = recording(autoscale={"max": 2})

    assert kinds(found) == [
        "kubernetes:core/v1:Secret",
        "kubernetes:core/v1:ServiceAccount",
        "kubernetes:keda.sh/v1alpha1:TriggerAuthentication",
        "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding",
    ]
    token = found.one("kubernetes:core/v1:Secret")
    assert token.inputs["type"] == "kubernetes.io/service-account-token"
    assert "data" not in token.inputs
    assert found.one("kubernetes:rbac.authorization.k8s.io/v1:Role").inputs["rules"][0]["verbs"] == ["get"]
