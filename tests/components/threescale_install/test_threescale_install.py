"""3scale starts with our credentials, and entities wait until its Admin API answers."""

import base64

import pulumi
import pytest

from components.custom_resources import validated
from components.site import Site
from components.threescale_install import ThreeScaleInstall, ThreeScaleInstallArgs
from components.threescale_install.manifests import api_manager
from tests.components.config.test_validation import settings
from tests.support.platform import placed
from tests.support.recorder import SECRET_SIGNATURE, Recording

MANAGER = "kubernetes:apps.3scale.net/v1alpha1:APIManager"
SEED = "kubernetes:core/v1:Secret"
AVAILABLE = "pulumi-python:dynamic/cluster:ConditionGate"
ADMIN_API = "pulumi-python:dynamic/threescale:Gate"


@pytest.fixture(scope="module")
def found() -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ThreeScaleInstall("threescale", ThreeScaleInstallArgs(site=site, operator=gate))

    return placed(component, waits={"threescaleAvailableSeconds": 55, "adminPortalSeconds": 44})


def test_the_file_volume_names_its_class() -> None:
    spec = validated(api_manager(settings()))["spec"]

    assert spec == {
        "wildcardDomain": "apps.maas.test",
        "tenantName": "maas",
        "resourceRequirementsEnabled": False,
        "system": {
            "fileStorage": {
                "persistentVolumeClaim": {
                    "storageClassName": "efs-sc",
                    "resources": {"requests": "100Mi"},
                }
            }
        },
    }


def test_the_seed_holds_our_credentials_and_is_never_rewritten(found: Recording) -> None:
    seed = found.one(SEED)
    assert seed.inputs["data"].keys() == {SECRET_SIGNATURE, "value"}
    data = {key: base64.b64decode(text).decode() for key, text in seed.inputs["data"]["value"].items()}

    assert seed.inputs["metadata"] == {"name": "system-seed", "namespace": "3scale"}
    assert seed.ignore_changes == ("data",)
    assert data == {
        "ADMIN_USER": "admin",
        "ADMIN_PASSWORD": "canary-admin-password",
        "ADMIN_ACCESS_TOKEN": "canary-seed-token",
        "ADMIN_EMAIL": "admin@apps.maas.test",
        "MASTER_USER": "master",
        "MASTER_PASSWORD": "canary-master-password",
        "MASTER_ACCESS_TOKEN": "canary-master-token",
        "MASTER_DOMAIN": "master",
        "TENANT_NAME": "maas",
    }


def test_the_order_is_seed_installation_available_admin_api(found: Recording) -> None:
    assert found.one(MANAGER).dependencies == {found.urn(SEED), found.urn("test:index:Gate")}
    assert found.one(AVAILABLE).dependencies == {found.urn(MANAGER)}
    assert found.one(ADMIN_API).dependencies == {found.urn(AVAILABLE)}


def test_the_gates_wait_as_long_as_configured_through_instances_of_their_own(found: Recording) -> None:
    available, admin_api = found.one(AVAILABLE), found.one(ADMIN_API)

    assert (available.inputs["timeout_seconds"], admin_api.inputs["timeout_seconds"]) == (55, 44)
    assert available.inputs["conditions"] == ["Available"]
    assert "::cluster::" in available.provider
    assert "::threescale-gate::" in admin_api.provider


def test_the_gate_of_the_admin_api_goes_with_the_installation(found: Recording) -> None:
    assert found.one(ADMIN_API).deleted_with == found.urn(MANAGER)
