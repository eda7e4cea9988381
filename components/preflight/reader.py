"""The one connection of preflight: reads, and asks what the deployer may do; it can write nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3
from kubernetes import client, config
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

_TIMEOUT_SECONDS = 15
"""A cluster that needs longer for one small read is as good as unreachable."""

_NOT_FOUND = 404
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_FIRST_REFUSAL = 400


class ClusterRefusalError(Exception):
    """The cluster could not be asked; the text says why and what to do."""


class ClusterReader:
    """Reads one cluster with the credentials of a kubeconfig file; safe to share between threads."""

    def __init__(self, kubeconfig: Path, context: str | None) -> None:
        if not kubeconfig.is_file():
            raise ClusterRefusalError(
                f"The cluster cannot be reached: there is no kubeconfig file {kubeconfig}. Log in with oc login, set "
                "KUBECONFIG or cluster.kubeconfig to a file, or set cluster.offline to true for a preview without a "
                "cluster."
            )
        configuration = client.Configuration()
        configuration.retries = urllib3.Retry(total=1, backoff_factor=0.5)
        try:
            self._api = config.new_client_from_config(  # type: ignore[no-untyped-call]  # it ships no types
                str(kubeconfig), context, persist_config=False, client_configuration=configuration
            )
        except ConfigException as error:
            raise ClusterRefusalError(
                f"The kubeconfig file {kubeconfig} cannot be used: {error}. Allowed is a file with the context "
                f"{context or 'that it calls current'}. Log in again, or correct cluster.context."
            ) from None

    @property
    def server(self) -> str:
        """Address of the API server, for messages."""
        return str(self._api.configuration.host)

    def read(self, path: str) -> Mapping[str, Any] | None:
        """The object or document at `path`, or nothing when it is not there.

        Raises:
            ClusterRefusalError: The server does not answer, or does not let us read.
        """
        return self._call("GET", path, None)

    def may(self, attributes: Mapping[str, str]) -> bool:
        """Whether the deployer may do what `attributes` describe (verb, group, resource, namespace).

        Raises:
            ClusterRefusalError: The server does not answer.
        """
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"resourceAttributes": dict(attributes)},
        }
        answer = self._call("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review)
        return bool(answer is not None and answer.get("status", {}).get("allowed"))

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
        request = self._api.param_serialize(
            method,
            path,
            header_params={"Accept": "application/json", "Content-Type": "application/json"},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._api.call_api(*request, _request_timeout=_TIMEOUT_SECONDS)
            content = response.response.data
        except (urllib3.exceptions.HTTPError, ApiException, OSError) as error:
            raise ClusterRefusalError(self._unreachable(error)) from None
        if response.status == _NOT_FOUND:
            return None
        if response.status >= _FIRST_REFUSAL:
            raise ClusterRefusalError(self._refused(path, response.status))
        document: Mapping[str, Any] = json.loads(content)
        return document

    def _refused(self, path: str, status: int) -> str:
        if status == _UNAUTHORIZED:
            return (
                f"The cluster {self.server} does not accept the credentials (401): the token is missing, wrong or "
                "expired. A valid login is needed. Run oc login again and repeat."
            )
        if status == _FORBIDDEN:
            return (
                f"The cluster {self.server} does not let this user read {path} (403). The deployer needs read access "
                "there. Log in as another user, or have the cluster's administrator grant it."
            )
        return f"The cluster {self.server} answered {status} for {path}. Look at the API server's health and repeat."

    def _unreachable(self, error: Exception) -> str:
        return (
            f"The cluster {self.server} cannot be reached: {_cause(error)}. A preview needs the cluster. Check the "
            "network, the proxy variables and the kubeconfig, or set cluster.offline to true for a preview without it."
        )


def _cause(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return f"{type(inner).__name__}: {inner}"
