"""What KServe's and OpenShift AI's webhooks refuse, as admission policies of the API server: no webhook runs here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.operators.kinds import ADMISSION_BINDING, ADMISSION_POLICY
from sandbox.operators.reconcile import owner

if TYPE_CHECKING:
    from sandbox.operators.store import Manifest

_NAME = "inferenceservice.kserve-webhook-server.validator"
_LONGEST_NAME = 53
"""Longest InferenceService name: `<name>-predictor` has to fit a DNS label (KServe, pkg/constants)."""
_MODE = "serving.kserve.io/deploymentMode"


def refusals(applications_namespace: str, cluster: Manifest) -> tuple[Manifest, Manifest]:
    """The policy on InferenceServices and its binding; they go with the DataScienceCluster."""
    metadata = {"name": _NAME, "ownerReferences": [owner(cluster)]}
    rules = [{"apiGroups": ["serving.kserve.io"], "apiVersions": ["*"], "operations": ["CREATE", "UPDATE"],
              "resources": ["inferenceservices"]}]  # fmt: skip
    policy = {
        "apiVersion": ADMISSION_POLICY.api_version,
        "kind": ADMISSION_POLICY.kind,
        "metadata": metadata,
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": rules},
            "validations": [_name(), _namespace(applications_namespace), _deployment_mode()],
        },
    }
    binding = {
        "apiVersion": ADMISSION_BINDING.api_version,
        "kind": ADMISSION_BINDING.kind,
        "metadata": metadata,
        "spec": {"policyName": _NAME, "validationActions": ["Deny"]},
    }
    return policy, binding


def _name() -> Manifest:
    return {
        "expression": "object.metadata.name.matches('^[a-z]([-a-z0-9]*[a-z0-9])?$')"
        f" && size(object.metadata.name) <= {_LONGEST_NAME}",
        "message": "the name of an InferenceService must match [a-z]([-a-z0-9]*[a-z0-9])? "
        f"and have at most {_LONGEST_NAME} characters",
    }


def _namespace(applications_namespace: str) -> Manifest:
    return {
        "expression": f"object.metadata.namespace != '{applications_namespace}'",
        "message": f"the namespace {applications_namespace} is protected: it takes no InferenceService",
    }


def _deployment_mode() -> Manifest:
    known = "has(oldObject.status) && has(oldObject.status.deploymentMode)"
    named = f"has(object.metadata.annotations) && '{_MODE}' in object.metadata.annotations"
    same = f"object.metadata.annotations['{_MODE}'] == oldObject.status.deploymentMode"
    return {
        "expression": f"request.operation != 'UPDATE' || !({known}) || !({named}) || {same}",
        "message": "update rejected: the deploymentMode cannot be changed",
    }
