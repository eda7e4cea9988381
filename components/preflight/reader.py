"""The one connection of preflight: reads, and asks what the deployer may do; it can write nothing."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import urllib3
from kubernetes.client.exceptions import ApiException

from components.preflight.connection import ClusterRefusalError, ForbiddenError, api_client

_TIMEOUT_SECONDS = 15
"""A cluster that needs longer for one small read is as good as unreachable."""

_NOT_FOUND = 404
_UNAUTHORIZED = 401
_FORBIDDEN = 403
_FIRST_REFUSAL = 400


class ClusterReader:
    """Reads one cluster with the credentials of a kubeconfig file; safe to share between threads."""

    def __init__(self, kubeconfig: Path, context: str | None) -> None:
        self._api = api_client(kubeconfig, context)

    @property
    def server(self) -> str:
        """Address of the API server, for messages."""
        return str(self._api.configuration.host)

    def read(self, path: str) -> Mapping[str, Any] | None:
        """The object or document at `path`, or nothing when it is not there.

        Raises:
            ForbiddenError: The deployer may not read it.
            ClusterRefusalError: The server does not answer, or answers no object.
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
        except ValueError:
            raise ClusterRefusalError(self._unsendable()) from None
        if response.status == _NOT_FOUND:
            return None
        if response.status >= _FIRST_REFUSAL:
            kind = ForbiddenError if response.status == _FORBIDDEN else ClusterRefusalError
            raise kind(self._refused(path, response.status))
        return self._document(path, content)

    def _document(self, path: str, content: bytes) -> Mapping[str, Any]:
        try:
            document = json.loads(content)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ClusterRefusalError(self._no_object(path, content))
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
        return (
            f"The cluster {self.server} answered {status} for {path}. Allowed are 200 and 404. Look at the API "
            "server's health and repeat."
        )

    def _no_object(self, path: str, content: bytes) -> str:
        found = "an HTML page" if content.lstrip()[:1] == b"<" else "something else"
        return (
            f"The cluster {self.server} answered {path} with {found} instead of a JSON object. Only an API server's "
            "answers are allowed. Check the proxy variables and the server's address in the kubeconfig; a proxy or a "
            "login page may answer in its place."
        )

    def _unsendable(self) -> str:
        # The library's own text would repeat the token.
        return (
            f"No request can be sent to the cluster {self.server}: its address, or the token, has characters that "
            "HTTP does not allow. Allowed are a URL and a token of one line. Log in again, or correct the kubeconfig "
            "file."
        )

    def _unreachable(self, error: Exception) -> str:
        return (
            f"The cluster {self.server} cannot be reached: {_cause(error)}. A preview needs the cluster. Check the "
            "network, the proxy variables and the kubeconfig, or set cluster.offline to true for a preview without it."
        )


def _cause(error: Exception) -> str:
    inner = getattr(error, "reason", None) or error
    return f"{type(inner).__name__}: {inner}"
