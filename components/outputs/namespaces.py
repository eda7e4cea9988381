"""What the stack tells of its namespaces."""

from components.config import Settings
from components.config.identity import Rhbk, Rhsso
from components.config.storage import NAMESPACE as STORAGE
from components.config.storage import MinioStore

_OPENSHIFT_AI = "redhat-ods-applications"
"""Namespace of what OpenShift AI's operator installs (opendatahub-operator, DSCInitialization)."""


def namespaces(settings: Settings) -> dict[str, str]:
    """Role → namespace, of those that this stack makes or has its operators make; those it does not use are missing."""
    names, prereqs = settings.namespaces, settings.prereqs
    found = {"models": names.models, "consumers": names.consumers, "threescale": names.threescale}
    if isinstance(settings.identity, Rhbk | Rhsso):
        found["identity"] = names.identity
    if isinstance(settings.model_store, MinioStore):
        found["object_store"] = names.object_store
    if settings.storage.odf is not None:
        found["storage"] = STORAGE
    if prereqs.openshift_ai is not None:
        found |= {"openshift_ai_operator": prereqs.openshift_ai.namespace, "openshift_ai": _OPENSHIFT_AI}
    if prereqs.nfd is not None:
        found["node_feature_discovery"] = prereqs.nfd.namespace
    if prereqs.gpu_operator is not None:
        found["gpu_operator"] = prereqs.gpu_operator.namespace
    if prereqs.serverless is not None:
        found["serverless"] = prereqs.serverless.namespace
    return found
