"""Namespaces that belong to no operator."""

import pytest

from components.namespaces import WorkNamespaces, WorkNamespacesArgs
from tests.support.platform import placed


@pytest.mark.row("S-060")
def test_the_models_namespace_serves_single_models_and_the_consumers_is_apart() -> None:
    found = placed(lambda site, _: WorkNamespaces("namespaces", WorkNamespacesArgs(site=site)))

    assert [one.inputs["metadata"] for one in found.of("kubernetes:core/v1:Namespace")] == [
        {"name": "maas-consumers"},
        {"name": "llm-hosting", "labels": {"modelmesh-enabled": "false", "opendatahub.io/dashboard": "true"}},
    ]
