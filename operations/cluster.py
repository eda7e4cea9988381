"""The cluster a stack is on, for reading."""

import json
import os
from typing import Any

from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException
from urllib3.exceptions import HTTPError

from operations.errors import OperationError
from operations.stack import Stack

NOT_FOUND = 404


class Cluster:
    """Read-only access with the official client; every refusal names the object."""

    def __init__(self, api: client.ApiClient) -> None:
        """Wrap a client that `core_api` made, or a test's."""
        self._api = api

    def find(self, api_version: str, kind: str, namespace: str, name: str) -> dict[str, Any] | None:
        """The live object, or None when it (or its kind) does not exist.

        Raises:
            OperationError: The API server refused or could not be reached.
        """
        from kubernetes.dynamic import DynamicClient, exceptions  # noqa: PLC0415 (discovery is slow; few calls need it)

        try:
            dynamic = DynamicClient(self._api)  # type: ignore[no-untyped-call]  # the client has no types here
            resource = dynamic.resources.get(api_version=api_version, kind=kind)
            found: dict[str, Any] = resource.get(name=name, namespace=namespace or None).to_dict()
        except (exceptions.ResourceNotFoundError, exceptions.NotFoundError):
            return None
        except (ApiException, HTTPError) as error:
            raise _refusal(f"{kind} {namespace}/{name}", error) from None
        return found

    def secret_data(self, namespace: str, name: str) -> dict[str, str]:
        """The Secret's data: key → base64.

        Raises:
            OperationError: There is no such Secret, or the API server refused.
        """
        try:
            found = client.CoreV1Api(self._api).read_namespaced_secret(name, namespace)
        except (ApiException, HTTPError) as error:
            raise _refusal(f"Secret {namespace}/{name}", error) from None
        return {key: str(value) for key, value in (found.data or {}).items()}


def _refusal(what: str, error: ApiException | HTTPError) -> OperationError:
    """The sentence for a failed read; bodies are left out, they may quote data."""
    if isinstance(error, ApiException):
        why = "it does not exist" if error.status == NOT_FOUND else f"the API server answered {error.status}"
        return OperationError(f"asked the cluster for {what}: {why}; check the name and the kubeconfig's rights")
    return OperationError(
        f"asked the cluster for {what}: it cannot be reached ({type(error).__name__}); check KUBECONFIG and the network"
    )


def connect(kubeconfig: str | None, context: str | None) -> Cluster:
    """A connection by kubeconfig path (None: KUBECONFIG, then ~/.kube/config) and context (None: the current one).

    Raises:
        OperationError: There is no usable kubeconfig.
    """
    path = kubeconfig or os.environ.get("KUBECONFIG")
    try:
        api = config.new_client_from_config(config_file=path, context=context)  # type: ignore[no-untyped-call]  # as above
    except (ConfigException, OSError) as error:
        message = (
            f"asked for the cluster of kubeconfig {path or '~/.kube/config'}: it cannot be used ({error}); "
            "set KUBECONFIG or maas:cluster.kubeconfig to a readable kubeconfig"
        )
        raise OperationError(message) from None
    return Cluster(api)


def of(stack: Stack) -> Cluster:
    """The stack's cluster, by `cluster.kubeconfig` and `cluster.context` of its configuration.

    Raises:
        OperationError: There is no usable kubeconfig.
    """
    settings = json.loads(stack.config("cluster") or "{}")
    return connect(settings.get("kubeconfig"), settings.get("context"))
