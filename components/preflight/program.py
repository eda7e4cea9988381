"""Runs the checks inside the program and turns what is wrong into one message."""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pulumi

from components.config import Settings
from components.config.kubeconfig import KubeconfigError, kubeconfig_path
from components.custom_resources import ClusterSchemas, Manifest
from components.preflight.cluster_version import outdated
from components.preflight.connection import ClusterRefusalError, ForbiddenError
from components.preflight.default_class import without_default
from components.preflight.facts import ClusterFacts
from components.preflight.machine_sets import read_machine_sets
from components.preflight.monitoring import unwatched
from components.preflight.node_sizes import crowded_nodes, small_nodes
from components.preflight.permissions import EVERYTHING, in_words, needed_permissions
from components.preflight.reader import ClusterReader
from components.preflight.required_apis import missing_kinds
from components.preflight.singletons import already_there
from components.preflight.storage import storage_faults
from components.preflight.tenant import other_tenant

_INGRESS = "/apis/config.openshift.io/v1/ingresses/cluster"
_INGRESS_CERTIFICATE = "/api/v1/namespaces/openshift-config-managed/configmaps/default-ingress-cert"
_QUESTIONS_AT_ONCE = 8


def inspected(settings: Settings) -> ClusterFacts:
    """What the cluster says about itself; without a cluster, for an offline preview, what the stack file says.

    Raises:
        pulumi.RunError: The cluster cannot be asked, or is not the one the stack file describes.
    """
    if settings.cluster.offline:
        return _offline(settings)
    try:
        kubeconfig = kubeconfig_path(settings.cluster.kubeconfig, os.environ)
        reader = ClusterReader(kubeconfig, settings.cluster.context)
        return _facts(reader, settings)
    except (ClusterRefusalError, KubeconfigError) as refusal:
        raise pulumi.RunError(str(refusal)) from None


def _facts(reader: ClusterReader, settings: Settings) -> ClusterFacts:
    """What the cluster says, once nothing is missing.

    Raises:
        ClusterRefusalError: The server does not answer.
        pulumi.RunError: Something is missing; all of it is listed.
    """
    forbidden = list(_missing_permissions(reader, settings))
    faults, unreadable = _asked(reader, settings)
    machine_sets: dict[str, Manifest] = {}
    try:
        machine_sets, unfit = read_machine_sets(reader, settings)
        faults += unfit
        bundle = settings.cluster.ca_bundle or _ingress_authority(reader)
    except ForbiddenError as refusal:
        unreadable.append(str(refusal))
        bundle = ""
    # What may not be read is among the rights that are missing already, and said there in fewer words.
    if missing := [*faults, *(forbidden or unreadable)]:
        listed = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(missing, 1))
        raise pulumi.RunError(f"The cluster {reader.server} does not fit this stack; nothing was changed.\n{listed}")
    for hint in (*small_nodes(reader, settings), *crowded_nodes(reader, settings)):
        pulumi.log.warn(hint)
    schemas = ClusterSchemas(lambda group_version: reader.read(f"/openapi/v3/apis/{group_version}"))
    return ClusterFacts(ca_bundle=bundle, schemas=schemas, machine_sets=machine_sets)


def _asked(reader: ClusterReader, settings: Settings) -> tuple[list[str], list[str]]:
    """What is wrong with the cluster, and what could not be read."""
    faults: list[str] = []
    unreadable: list[str] = []
    for check in _CHECKS:
        try:
            faults += check(reader, settings)
        except ForbiddenError as refusal:
            unreadable.append(str(refusal))
    return faults, unreadable


def _offline(settings: Settings) -> ClusterFacts:
    if not pulumi.runtime.is_dry_run():
        raise pulumi.RunError(
            "cluster.offline is true, which permits a preview without a cluster. An update needs the cluster. "
            "Remove cluster.offline from the stack file and repeat."
        )
    pulumi.log.warn("cluster.offline is true: nothing in this preview was compared with a cluster.")
    return ClusterFacts(ca_bundle=settings.cluster.ca_bundle or "", schemas=None)


def _wrong_domain(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    wanted = settings.cluster.wildcard_domain
    ingress = reader.read(_INGRESS)
    if ingress is None:
        yield (
            "It has no ingresses.config.openshift.io/cluster. An OpenShift cluster is needed. Check cluster.kubeconfig "
            "and cluster.context."
        )
        return
    found = ingress.get("spec", {}).get("domain")
    if found != wanted:
        yield (
            f"cluster.wildcardDomain is {wanted}, but this cluster's router serves {found}. Allowed is the "
            f"router's own domain. Set cluster.wildcardDomain to {found}, or choose another cluster by cluster.context."
        )


def _missing_permissions(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    if reader.may(EVERYTHING):
        return
    questions = needed_permissions(settings)
    with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
        answers = list(pool.map(reader.may, questions))
    missing = [question for question, allowed in zip(questions, answers, strict=True) if not allowed]
    if missing:
        yield (
            f"The deployer may not {'; '.join(in_words(missing))}. All of these are needed. Have the cluster's "
            "administrator grant what `python -m components.preflight rbac <stack file>` prints, or log in as another "
            "user."
        )


def _ingress_authority(reader: ClusterReader) -> str:
    """PEM certificates the router's certificate is signed by, as OpenShift publishes them; empty when it does not."""
    published = reader.read(_INGRESS_CERTIFICATE)
    return str(published.get("data", {}).get("ca-bundle.crt", "")) if published is not None else ""


_Check = Callable[[ClusterReader, Settings], Iterable[str]]

_CHECKS: tuple[_Check, ...] = (
    _wrong_domain,
    outdated,
    missing_kinds,
    storage_faults,
    without_default,
    unwatched,
    already_there,
    other_tenant,
)
"""Each looks at one thing and says what is wrong with it; none depends on another."""
