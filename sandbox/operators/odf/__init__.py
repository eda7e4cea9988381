"""OpenShift Data Foundation: the storage, its object gateway, and bucket claims."""

from sandbox.operators.kinds import (
    BUCKET_CLAIM,
    CONFIG_MAP,
    CRD,
    DEPLOYMENT,
    INFRASTRUCTURE,
    NODE,
    NOOBAA,
    OBJECT_BUCKET,
    SECRET,
    SERVICE,
    STORAGE_CLASS,
    STORAGE_CLUSTER,
    VOLUME_CLAIM,
)
from sandbox.operators.odf import bucket_claim, noobaa, storage_cluster
from sandbox.operators.reconcile import Operator

OPERATOR = Operator(
    name="ocs-operator",
    package="odf-operator",
    reconcilers={STORAGE_CLUSTER: storage_cluster.reconcile, NOOBAA: noobaa.reconcile},
    wakes=frozenset({CRD, NODE, STORAGE_CLASS, VOLUME_CLAIM, DEPLOYMENT}),
    writes=frozenset({SECRET, SERVICE, INFRASTRUCTURE}),
)

PROVISIONER = Operator(
    name="noobaa-operator",
    # Claims lie in every namespace, which the OperatorGroup of the storage's own does not name.
    package="",
    reconcilers={BUCKET_CLAIM: bucket_claim.reconcile},
    wakes=frozenset({STORAGE_CLASS, NOOBAA}),
    writes=frozenset({SECRET, CONFIG_MAP, OBJECT_BUCKET}),
)

__all__ = ["OPERATOR", "PROVISIONER"]
