"""A model's Routes wait as long as its gateway does."""

import pulumi
import pytest

from components.model_route import ModelRoute, ModelRouteArgs
from components.site import Site
from tests.support.platform import MODEL, placed
from tests.support.recorder import Recording

ANNOTATION = "pulumi-python:dynamic/cluster:RouteAnnotation"


def recording(**changes: object) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ModelRoute(MODEL, ModelRouteArgs(site=site, key=MODEL, product=gate))

    return placed(component, **changes)


@pytest.mark.row("S-123", "S-124")
def test_both_routes_of_a_model_get_the_routers_time_limit() -> None:
    found = recording(waits={"gatewayRouteSeconds": 33}).one(ANNOTATION)

    assert {key: value for key, value in found.inputs.items() if not key.startswith("__")} == {
        "namespace": "3scale",
        "hosts": [
            f"{MODEL}-maas-apicast-production.apps.maas.test",
            f"{MODEL}-maas-apicast-staging.apps.maas.test",
        ],
        "annotation": "haproxy.router.openshift.io/timeout",
        "value": "310s",
        "timeout_seconds": 33,
    }


def test_routes_come_and_go_with_the_product() -> None:
    found = recording()
    product = found.urn("test:index:Gate")

    assert found.one(ANNOTATION).dependencies == {product}
    assert found.one(ANNOTATION).deleted_with == product
    assert "::cluster::" in found.one(ANNOTATION).provider


def test_the_limit_follows_the_gateways_own() -> None:
    assert recording(apiDefaults={"upstream": {"sendTimeout": 500}}).one(ANNOTATION).inputs["value"] == "510s"
