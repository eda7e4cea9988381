"""The cluster a stack is on, for reading."""

import json
import os
from dataclasses import dataclass
from typing import Any

from components.config.cluster import Cluster as Section
from components.config.kubeconfig import KubeconfigError, kubeconfig_path
from dynamic_providers.cluster import connection
from dynamic_providers.cluster.errors import ClusterError
from operations.errors import OperationError
from operations.stack import Stack


@dataclass(frozen=True, kw_only=True)
class Access:
    """How a cluster is reached; paths and names, no credential."""

    kubeconfig: str
    """Absolute path."""
    context: str = ""
    """Context of the kubeconfig; empty for its current one."""


class Cluster:
    """Read-only access; every refusal names the object."""

    def __init__(self, api: connection.Cluster) -> None:
        """Wrap the connection that `connect` made."""
        self._api = api

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        """The live object, or None when it (or its kind) does not exist.

        Raises:
            OperationError: The API server refused, could not be reached, or answered no object.
        """
        what = f"{kind} {namespace}/{name}".replace(" /", " ")
        try:
            path = self._api.path(api_version, kind, namespace, name)
            return None if path is None else self._object(what, path)
        except ClusterError as refusal:
            raise _refused(what, refusal) from None

    def secret_data(self, namespace: str, name: str) -> dict[str, str]:
        """The Secret's data: key → base64.

        Raises:
            OperationError: There is no such Secret, or the API server refused.
        """
        what = f"Secret {namespace}/{name}"
        try:
            found = self._object(what, f"/api/v1/namespaces/{namespace}/secrets/{name}")
        except ClusterError as refusal:
            raise _refused(what, refusal) from None
        if found is None:
            raise OperationError(f"asked the cluster for {what}: it does not exist; check the name and the kubeconfig")
        return {key: str(value) for key, value in (found.get("data") or {}).items()}

    def _object(self, what: str, path: str) -> dict[str, Any] | None:
        """The object at `path`, or None; an answer without metadata is of something in front of the API server."""
        found = self._api.get(path)
        if found is not None and "metadata" not in found:
            message = (
                f"asked the cluster for {what}: the answer is no Kubernetes object; "
                "see that the kubeconfig's server is an API server and no proxy answers in its place"
            )
            raise OperationError(message)
        return found


def _refused(what: str, refusal: ClusterError) -> OperationError:
    """The sentence for a failed read."""
    return OperationError(f"asked the cluster for {what}: {refusal}")


def connect(access: Access) -> Cluster:
    """A connection; nothing is asked yet.

    Raises:
        OperationError: The kubeconfig cannot be used.
    """
    try:
        return Cluster(connection.Cluster(access.kubeconfig, access.context))
    except ClusterError as refusal:
        why = str(refusal)
    except (AttributeError, LookupError, TypeError) as error:  # the client's, of YAML that is no kubeconfig
        why = f"{access.kubeconfig} is no kubeconfig ({type(error).__name__})"
    message = (
        f"asked for the cluster of kubeconfig {access.kubeconfig}: {why}; "
        "set KUBECONFIG or maas:cluster.kubeconfig to a readable kubeconfig"
    )
    raise OperationError(message)


def access(kubeconfig: str | None, context: str | None) -> Access:
    """How to reach the cluster of this kubeconfig (None: KUBECONFIG, then ~/.kube/config) and context (None: current).

    Raises:
        OperationError: No single kubeconfig file is meant.
    """
    try:
        return Access(kubeconfig=str(kubeconfig_path(kubeconfig, os.environ)), context=context or "")
    except KubeconfigError as refusal:
        raise OperationError(str(refusal)) from None


def of(stack: Stack) -> Access:
    """How to reach the stack's cluster, by `cluster.kubeconfig` and `cluster.context` of its configuration.

    Raises:
        OperationError: The configuration has no such section, or no single kubeconfig file is meant.
    """
    try:
        section = Section.model_validate(json.loads(stack.config("cluster") or "{}"))
    except ValueError:  # of JSON and of pydantic
        message = (
            f"asked for the cluster of stack {stack.name}: maas:cluster of its configuration is no valid section; "
            "`pulumi preview` names the field; correct it"
        )
        raise OperationError(message) from None
    return access(section.kubeconfig, section.context)
