"""The identity server takes its first administrator from us, so that the first preview can check the realm."""

import pulumi

from components.custom_resources import validated
from components.identity_server import IdentityServer, IdentityServerArgs
from components.identity_server.manifests import keycloak, route
from components.site import Site
from tests.support.platform import placed
from tests.support.recorder import Recording, secret


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        assert site.settings.identity is not None
        IdentityServer("identity", IdentityServerArgs(site=site, identity=site.settings.identity, operator=gate))

    return placed(component, **changes)


def test_tls_ends_at_the_router_and_the_operators_own_ingress_is_off() -> None:
    spec = validated(keycloak("keycloak", "sso.apps.maas.test", 2))["spec"]

    assert spec["ingress"] == {"enabled": False}
    assert spec["http"] == {"httpEnabled": True}
    assert spec["proxy"] == {"headers": "xforwarded"}
    assert spec["hostname"] == {"hostname": "sso.apps.maas.test"}
    assert spec["instances"] == 2


def test_plain_http_is_redirected_at_the_route() -> None:
    spec = validated(route("keycloak", "sso.apps.maas.test"))["spec"]

    assert spec["tls"] == {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"}
    assert spec["to"] == {"kind": "Service", "name": "keycloak-service"}


def test_the_administrators_secret_is_there_before_the_server() -> None:
    found = recording()
    admin = found.one("kubernetes:core/v1:Secret")
    server = found.one("kubernetes:k8s.keycloak.org/v2alpha1:Keycloak")

    assert admin.urn in server.dependencies
    assert server.inputs["spec"]["bootstrapAdmin"] == {"service": {"secret": admin.inputs["metadata"]["name"]}}
    assert admin.inputs["stringData"] == secret(
        {"client-id": "maas-automation", "client-secret": "canary-keycloak-secret"}
    )


def test_the_gate_waits_for_server_and_route() -> None:
    found = recording(waits={"identityReadySeconds": 77})
    gate = found.one("pulumi-python:dynamic/cluster:ConditionGate")

    assert gate.dependencies == {
        found.urn("kubernetes:k8s.keycloak.org/v2alpha1:Keycloak"),
        found.urn("kubernetes:route.openshift.io/v1:Route"),
    }
    assert (gate.inputs["conditions"], gate.inputs["timeout_seconds"]) == (["Ready"], 77)
