"""What somebody's claim stands on is there before the claim, on the platforms of the example stacks."""

import pytest

from tests.example_stacks.stacks import examples, previewed
from tests.program.test_storage import before

EXAMPLES = {one.name: one for one in examples()}
API_MANAGER = "kubernetes:apps.3scale.net/v1alpha1:APIManager"
STORAGE = "kubernetes:ocs.openshift.io/v1:StorageCluster"


def first(stack: str, type_: str) -> set[str]:
    """Names of everything before the one resource of a type."""
    found = previewed(EXAMPLES[stack])
    return before(found, found.one(type_).urn)


@pytest.mark.row("S-032")
@pytest.mark.parametrize("stack", ["bare-metal", "guide-models-aas", "guide-models-aas-demo", "prod-aws"])
def test_3scale_waits_for_the_class_of_its_files_where_this_stack_makes_the_class(stack: str) -> None:
    assert "storage-ocs-storagecluster-cephfs" in first(stack, API_MANAGER)


@pytest.mark.parametrize("stack", ["openshift", "minimal"])
def test_3scale_waits_for_no_storage_of_somebody_else(stack: str) -> None:
    assert not {name for name in first(stack, API_MANAGER) if name.startswith(("storage-", "model-bucket"))}


@pytest.mark.row("S-032")
def test_3scale_waits_for_its_bucket_on_this_stacks_own_server() -> None:
    assert "model-bucket-buckets-made" in first("guide-ai-accelerator", API_MANAGER)


@pytest.mark.row("S-034")
@pytest.mark.parametrize(
    ("stack", "pools"),
    [
        ("guide-models-aas", {"storage-ready"}),
        ("prod-aws", {"storage-a-ready", "storage-b-ready", "storage-c-ready"}),
    ],
)
def test_storage_waits_for_the_nodes_that_this_stack_adds(stack: str, pools: set[str]) -> None:
    """Its operator refuses fewer than three labelled nodes."""
    assert pools <= first(stack, STORAGE)
