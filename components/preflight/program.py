"""Runs the checks inside the program and turns what is wrong into one message."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pulumi

from components.config import Settings
from components.config.kubeconfig import KubeconfigError, kubeconfig_path
from components.custom_resources import ClusterSchemas
from components.preflight.connection import ClusterRefusalError
from components.preflight.facts import ClusterFacts
from components.preflight.permissions import in_words, needed_permissions
from components.preflight.reader import ClusterReader

_INGRESS = "/apis/config.openshift.io/v1/ingresses/cluster"
_INGRESS_CERTIFICATE = "/api/v1/namespaces/openshift-config-managed/configmaps/default-ingress-cert"
_STORAGE_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"
_QUESTIONS_AT_ONCE = 4


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
        faults = [
            *_wrong_domain(reader, settings),
            *_missing_storage(reader, settings),
            *_missing_permissions(reader, settings),
        ]
        bundle = settings.cluster.ca_bundle or _ingress_authority(reader)
    except (ClusterRefusalError, KubeconfigError) as refusal:
        raise pulumi.RunError(str(refusal)) from None
    if faults:
        listed = "\n".join(f"  {number}. {fault}" for number, fault in enumerate(faults, 1))
        raise pulumi.RunError(f"The cluster {reader.server} does not fit this stack; nothing was changed.\n{listed}")
    schemas = ClusterSchemas(lambda group_version: reader.read(f"/openapi/v3/apis/{group_version}"))
    return ClusterFacts(ca_bundle=bundle, schemas=schemas)


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


def _missing_storage(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A claim on a class that does not exist stays pending for ever, with no error anywhere."""
    wanted = settings.threescale.file_storage.pvc.storage_class_name
    if reader.read(f"{_STORAGE_CLASSES}/{wanted}") is None:
        listed = reader.read(_STORAGE_CLASSES) or {}
        names = sorted(one["metadata"]["name"] for one in listed.get("items", ()))
        yield (
            f"threescale.fileStorage.pvc.storageClassName is {wanted}, which does not exist. Allowed are classes of "
            f"this cluster with ReadWriteMany; it has {', '.join(names) or 'none'}. Set the name of such a class."
        )


def _missing_permissions(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    questions = needed_permissions(settings)
    with ThreadPoolExecutor(_QUESTIONS_AT_ONCE) as pool:
        answers = list(pool.map(reader.may, questions))
    missing = [in_words(question) for question, allowed in zip(questions, answers, strict=True) if not allowed]
    if missing:
        yield (
            f"The deployer may not {'; '.join(missing)}. All of these are needed. Have the cluster's administrator "
            "grant them, or log in as another user."
        )


def _ingress_authority(reader: ClusterReader) -> str:
    """PEM certificates the router's certificate is signed by, as OpenShift publishes them; empty when it does not."""
    published = reader.read(_INGRESS_CERTIFICATE)
    return str(published.get("data", {}).get("ca-bundle.crt", "")) if published is not None else ""
