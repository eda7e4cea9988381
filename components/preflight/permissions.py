"""What the deployer must be allowed to do, as questions for the cluster; pure."""

from collections.abc import Iterator, Mapping

from components.config import Settings

_CLUSTER = ""
"""Namespace of cluster-scoped questions."""


def needed_permissions(settings: Settings) -> tuple[Mapping[str, str], ...]:
    """Attributes of one SelfSubjectAccessReview per right this stack needs."""
    return tuple(
        {"verb": verb, "group": group, "resource": resource, **({"namespace": namespace} if namespace else {})}
        for verb, group, resource, namespace in _rights(settings)
    )


def in_words(attributes: Mapping[str, str]) -> str:
    """A right as kubectl writes it: `create subscriptions.operators.coreos.com in namespace 3scale`."""
    resource = ".".join(part for part in (attributes["resource"], attributes["group"]) if part)
    where = f"in namespace {attributes['namespace']}" if "namespace" in attributes else "in the whole cluster"
    return f"{attributes['verb']} {resource} {where}"


def _rights(settings: Settings) -> Iterator[tuple[str, str, str, str]]:
    yield "create", "", "namespaces", _CLUSTER
    for namespace in _operator_namespaces(settings):
        yield "create", "operators.coreos.com", "operatorgroups", namespace
        yield "create", "operators.coreos.com", "subscriptions", namespace
        yield "patch", "operators.coreos.com", "installplans", namespace
        yield "get", "operators.coreos.com", "clusterserviceversions", namespace
    if settings.prereqs.openshift_ai is not None:
        yield "create", "dscinitialization.opendatahub.io", "dscinitializations", _CLUSTER
        yield "create", "datasciencecluster.opendatahub.io", "datascienceclusters", _CLUSTER
    yield "create", "serving.kserve.io", "servingruntimes", settings.namespaces.models
    yield "create", "serving.kserve.io", "inferenceservices", settings.namespaces.models
    yield "create", "networking.k8s.io", "networkpolicies", settings.namespaces.models
    if settings.identity is not None:
        yield "create", "k8s.keycloak.org", "keycloaks", settings.namespaces.identity
        yield "create", "route.openshift.io", "routes", settings.namespaces.identity
        yield "create", "", "secrets", settings.namespaces.identity
    yield "create", "apps.3scale.net", "apimanagers", settings.namespaces.threescale
    yield "create", "", "secrets", settings.namespaces.threescale
    if settings.threescale.sample_data == "remove":
        yield "create", "route.openshift.io", "routes", settings.namespaces.threescale
    yield "create", "", "secrets", settings.namespaces.consumers


def _operator_namespaces(settings: Settings) -> Iterator[str]:
    if settings.prereqs.openshift_ai is not None:
        yield settings.prereqs.openshift_ai.namespace
    if settings.identity is not None:
        yield settings.namespaces.identity
    yield settings.namespaces.threescale
