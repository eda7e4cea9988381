"""Everything that is pinned is told, and what others run is not."""

from components.config.operators import OperatorChannel
from components.outputs.namespaces import namespaces
from components.outputs.versions import versions
from tests.components.config.test_identity import ELSEWHERE
from tests.components.config.test_validation import DIGEST, MODEL, settings
from tests.support.node_pools import PREREQS

EXTERNAL = {"source": {"external": "http://vllm.models.svc.cluster.local:8000"}, "plans": ["standard"]}
MINIO = {"kind": "minio", "image": f"quay.io/minio/minio{DIGEST}", "size": "10Gi"}
IMAGE = f"registry.redhat.io/rhoai/storage-initializer{DIGEST}"


def test_a_model_of_somebody_else_has_no_version() -> None:
    found = versions(settings(models={"second": EXTERNAL}))

    assert set(found["servers"]) == set(found["weights"]) == {MODEL}


def test_weights_without_a_revision_are_told_as_what_moves() -> None:
    model = {"source": {"oci": None, "huggingface": {"repo": "ibm-granite/granite"}}}
    found = versions(
        settings(models={MODEL: model}, modelStore=MINIO, modelImport={"image": IMAGE}),
    )

    assert found["weights"] == {MODEL: "ibm-granite/granite@main"}
    assert found["images"] == {"model-import": IMAGE, "minio": MINIO["image"]}


def test_a_stack_without_jobs_tells_no_image_and_the_projects_own_policy() -> None:
    found = versions(settings())

    assert found["images"] == {}
    assert found["gateway_policy"] == "0.2"


def test_an_identity_server_of_somebody_else_has_neither_version_nor_namespace() -> None:
    elsewhere = settings(identity=ELSEWHERE)

    assert "keycloak" not in versions(elsewhere)["operators"]
    assert "identity" not in namespaces(elsewhere)


def test_each_operator_of_the_section_for_what_comes_before_is_told() -> None:
    asked = settings(prereqs=PREREQS).prereqs
    given = {name for name, one in vars(asked).items() if isinstance(one, OperatorChannel)}

    assert given == {"openshift_ai", "nfd", "gpu_operator"}
    assert set(versions(settings(prereqs=PREREQS))["operators"]) >= {"openshift-ai", "nfd", "gpu-operator"}
    assert {"node_feature_discovery", "gpu_operator", "openshift_ai"} <= set(namespaces(settings(prereqs=PREREQS)))
