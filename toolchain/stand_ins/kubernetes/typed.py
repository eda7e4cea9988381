"""Built-in kinds: inputs are brought into the form in which the API server keeps them.

The official plugin decodes objects of built-in kinds into client-go's types and back. What follows from that, and is
done here with the models of the official Python client: unknown fields vanish, empty maps and lists vanish, quantities
become canonical, and an object that cannot be decoded (a number where a text belongs) stays as it is. Custom resources
are not touched.

Not seen in the models, hence listed: which scalars are plain values in Go, whose zero vanishes too.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from kubernetes.client import models

from toolchain.stand_ins.kubernetes import objects, quantity

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree, Value

from toolchain.stand_ins.kubernetes.values import UNKNOWN

BUILT_IN_GROUPS = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apps",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""API groups whose kinds client-go has types for."""

CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
        ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
        ("storage.k8s.io", "VolumeAttachment"),
    }
)
"""(group, kind) of the built-in kinds without a namespace (Kubernetes API reference)."""

_QUANTITIES = {
    "V1EmptyDirVolumeSource": {"sizeLimit"},
    "V1LimitRangeItem": {"default", "defaultRequest", "max", "maxLimitRequestRatio", "min"},
    "V1PersistentVolumeSpec": {"capacity"},
    "V1PodSpec": {"overhead"},
    "V1ResourceFieldSelector": {"divisor"},
    "V1ResourceQuotaSpec": {"hard"},
    "V1ResourceRequirements": {"limits", "requests"},
    "V1VolumeResourceRequirements": {"limits", "requests"},
    "V2MetricTarget": {"averageValue", "value"},
}
"""Model to its fields that are quantities or maps of them (Kubernetes API reference: type Quantity)."""

_KEPT_WHEN_EMPTY = {"V1Role": {"rules"}, "V1ClusterRole": {"rules"}, "V1PodSpec": {"containers"}}
"""Model to its lists that Go writes even when empty (no `omitempty` in k8s.io/api)."""

_VANISHING_ZEROS = {
    "V1Container": {"image", "imagePullPolicy", "stdin", "stdinOnce", "tty", "workingDir"},
    "V1ContainerPort": {"hostIP", "hostPort", "name", "protocol"},
    "V1DeploymentSpec": {"minReadySeconds", "paused"},
    "V1EnvVar": {"value"},
    "V1HTTPGetAction": {"host", "path", "scheme"},
    "V1ObjectMeta": {"generateName", "name", "namespace"},
    "V1PersistentVolumeClaimVolumeSource": {"readOnly"},
    "V1PodSpec": {
        "dnsPolicy",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostname",
        "nodeName",
        "priorityClassName",
        "restartPolicy",
        "schedulerName",
        "serviceAccountName",
        "subdomain",
    },
    "V1Probe": {"failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "timeoutSeconds"},
    "V1Secret": {"type"},
    "V1ServicePort": {"name", "nodePort", "protocol"},
    "V1ServiceSpec": {
        "clusterIP",
        "externalName",
        "healthCheckNodePort",
        "loadBalancerIP",
        "publishNotReadyAddresses",
        "sessionAffinity",
        "type",
    },
    "V1StatefulSetSpec": {"minReadySeconds", "podManagementPolicy", "serviceName"},
    "V1VolumeMount": {"mountPropagation", "name", "readOnly", "subPath", "subPathExpr"},
}
"""Model to its scalars that Go drops when false, 0 or "" (plain values with `omitempty` in k8s.io/api)."""

_COLLECTION = re.compile(r"(List|Dict)\[(?:str, )?(\w+)\]")


class _Undecodable(Exception):  # noqa: N818 - a signal inside this module
    """The object does not fit its type; the official plugin then leaves it as it is."""


def normalized(inputs: Tree) -> Tree:
    """The inputs in the form that is compared and sent; the given tree is not changed."""
    return objects.without_read_only_metadata(_in_typed_form(inputs))


def _in_typed_form(inputs: Tree) -> Tree:
    if objects.is_kind(inputs, "v1", "Secret"):
        return _secret(inputs)
    if objects.is_kind(inputs, "apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        return {key: value for key, value in inputs.items() if key != "status"}
    model = _model(inputs)
    if model is None:
        return inputs
    try:
        return _typed_map(inputs, model)
    except _Undecodable:
        return inputs


def _secret(inputs: Tree) -> Tree:
    """The Secret with `stringData` moved into `data`, and base64 texts in `data` rewritten without white space."""
    data = dict(inputs["data"]) if isinstance(inputs.get("data"), dict) else {}
    string_data = inputs.get("stringData")
    if not isinstance(string_data, dict) or not string_data:
        return {**inputs, "data": {key: _reencoded(value) for key, value in data.items()}} if data else inputs
    if not all(isinstance(value, str) for value in string_data.values()):
        return inputs
    data |= {key: base64.b64encode(value.encode()).decode() for key, value in string_data.items()}
    return {**{key: value for key, value in inputs.items() if key != "stringData"}, "data": data}


def _reencoded(value: Value) -> Value:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64encode(base64.b64decode("".join(value.split()), validate=True)).decode()
    except binascii.Error:
        return value  # the API server refuses it and says why


def _model(inputs: Tree) -> type | None:
    """The client's model of a built-in kind, `None` for any other kind."""
    group, _, version = objects.text(inputs, "apiVersion").rpartition("/")
    if group not in BUILT_IN_GROUPS:
        return None
    found = getattr(models, f"V{version[1:]}{objects.text(inputs, 'kind')}", None)
    return found if hasattr(found, "openapi_types") else None


def _typed_map(values: Tree, model: type) -> Tree:
    """The fields of the map that the model has, each in its typed form."""
    types: dict[str, str] = model.openapi_types  # type: ignore[attr-defined]  # the client ships no types
    json_names: dict[str, str] = model.attribute_map  # type: ignore[attr-defined]  # as above
    kinds = {json_names[attribute]: kind for attribute, kind in types.items()}
    result = {}
    for key, value in values.items():
        if key not in kinds:
            continue
        typed = _quantity(value) if key in _QUANTITIES.get(model.__name__, ()) else _typed(value, kinds[key])
        if not _vanishes(typed, key, model.__name__):
            result[key] = typed
    return result


def _vanishes(value: Value, key: str, model: str) -> bool:
    """Whether Go leaves the field out when it writes the object."""
    if isinstance(value, dict):
        return False
    if isinstance(value, list):
        return not value and key not in _KEPT_WHEN_EMPTY.get(model, ())
    return value in (False, 0, "") and key in _VANISHING_ZEROS.get(model, ())


def _typed(value: Value, kind: str) -> Value:
    """The value as the model's type has it; raises `_Undecodable` when it does not fit."""
    if value is UNKNOWN or value is None or kind == "object":
        return value
    collection = _COLLECTION.fullmatch(kind)
    if collection is None:
        return (
            _typed_map(_checked(value, dict), getattr(models, kind)) if hasattr(models, kind) else _scalar(value, kind)
        )
    if collection[1] == "List":
        return [_typed(item, collection[2]) for item in _checked(value, list)]
    return {key: _typed(item, collection[2]) for key, item in _checked(value, dict).items()} or []


def _checked(value: Value, wanted: type) -> Value:
    if not isinstance(value, wanted):
        raise _Undecodable
    return value


def _scalar(value: Value, kind: str) -> Value:
    wanted: dict[str, tuple[type, ...]] = {"bool": (bool,), "int": (int,), "float": (int, float)}
    if not isinstance(value, wanted.get(kind, (str,))) or (kind != "bool" and isinstance(value, bool)):
        raise _Undecodable
    return value


def _quantity(value: Value) -> Value:
    """A quantity, or a map of them, in canonical form; what is no quantity makes the object undecodable."""
    if value is UNKNOWN or value is None:
        return value
    if isinstance(value, dict):
        return {key: _quantity(item) for key, item in value.items()}
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _Undecodable
    written = quantity.canonical(str(value))
    if written is None:
        raise _Undecodable
    return written


def is_cluster_scoped(api_version: str, kind: str) -> bool:
    """Whether a built-in kind has no namespace; false for kinds that are not built in."""
    return (api_version.rpartition("/")[0], kind) in CLUSTER_SCOPED


def is_built_in(api_version: str) -> bool:
    """Whether the API version belongs to a group that every cluster serves."""
    group = api_version.rpartition("/")[0]
    return group in BUILT_IN_GROUPS or group in ("apiextensions.k8s.io", "apiregistration.k8s.io")
