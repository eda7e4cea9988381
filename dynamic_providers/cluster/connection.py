"""The cluster of one kubeconfig: plain objects by path. The official client brings credentials, TLS and proxies."""

import functools
import json
import threading
from typing import TYPE_CHECKING, Any

from dynamic_providers.cluster.errors import ClusterError, Forbidden, Unreachable
from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kubernetes.client import ApiClient

TIMEOUT_SECONDS = (5.0, 30.0)
"""To connect, to answer."""
UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 401, 403, 404, 409


class Cluster:
    """Requests to one API server. Safe for threads."""

    def __init__(self, kubeconfig: str = "", context: str = "") -> None:
        """Read the kubeconfig at this path; "" means KUBECONFIG of the environment, then `~/.kube/config`.

        Raises:
            Unreachable: no usable kubeconfig.
        """
        # Half a second of imports that the program, which never calls, does not need.
        from kubernetes.client import Configuration  # noqa: PLC0415
        from kubernetes.config import ConfigException  # noqa: PLC0415
        from yaml import YAMLError  # noqa: PLC0415

        from dynamic_providers.cluster.api_client import client_without_files  # noqa: PLC0415

        try:
            self._client: ApiClient = client_without_files(kubeconfig or None, context or None, Configuration())
        except (ConfigException, OSError, YAMLError, ValueError) as error:
            where = kubeconfig or "KUBECONFIG"
            raise Unreachable(f"read kubeconfig {where}, context {context or 'current'}", _first_line(error)) from None

    def get(self, path: str, query: "Mapping[str, str] | None" = None) -> Json | None:
        """Return the object or list at `path`; None when there is none."""
        return self._request("GET", path, query=query)

    def items(self, path: str, query: "Mapping[str, str] | None" = None) -> list[Json]:
        """Return the members of a list; none when its kind is not served."""
        return list((self.get(path, query) or {}).get("items") or [])

    def patch(self, path: str, body: Json) -> Json | None:
        """Merge `body` into the object at `path`."""
        return self._request("PATCH", path, body=body)

    def create(self, collection: str, body: Json) -> None:
        """Make the object `body` in a collection."""
        self._request("POST", collection, body=body)

    def delete(self, path: str) -> None:
        """Delete the object at `path` with its dependents; none there is fine."""
        self._request("DELETE", path, body={"propagationPolicy": "Background"})

    def path(self, api_version: str, kind: str, namespace: str, name: str) -> str | None:
        """Return the path of an object, asking the API server for the plural; None when the kind is not served."""
        root = f"/apis/{api_version}" if "/" in api_version else f"/api/{api_version}"
        for resource in (self.get(root) or {}).get("resources", []):
            if resource["kind"] == kind and "/" not in resource["name"]:
                place = f"/namespaces/{namespace}" if resource["namespaced"] else ""
                return f"{root}{place}/{resource['name']}/{name}"
        return None

    def _request(
        self, method: str, path: str, *, query: "Mapping[str, str] | None" = None, body: Json | None = None
    ) -> Json | None:
        from urllib3.exceptions import HTTPError  # noqa: PLC0415 - see `__init__`

        asked = f"{method} {path}"
        kind = "application/merge-patch+json" if method == "PATCH" else "application/json"
        serialized = self._client.param_serialize(
            method,
            path,
            query_params=list((query or {}).items()),
            header_params={"Accept": "application/json", "Content-Type": kind},
            body=body,
            auth_settings=["BearerToken"],
        )
        try:
            response = self._client.call_api(*serialized, _request_timeout=TIMEOUT_SECONDS)
            return _object(asked, response.status, response.response.data)
        except (HTTPError, OSError) as error:
            raise Unreachable(asked, f"no answer of {self._client.configuration.host} ({_cause(error)})") from None


def _object(asked: str, status: int, content: bytes) -> Json | None:
    """Return the object of an answer; None for 404."""
    try:
        data: Any = json.loads(content)
    except ValueError:
        data = {}
    if status == NOT_FOUND:
        return None
    sentence = str(data.get("message") or f"status {status}").rstrip(".")
    if status in (UNAUTHORIZED, FORBIDDEN):
        raise Forbidden(asked, sentence)
    if status == CONFLICT or status >= 500:  # noqa: PLR2004 - server errors
        raise Unreachable(asked, f"status {status}: {sentence}")
    if status >= 400:  # noqa: PLR2004 - client errors
        raise ClusterError(asked, sentence, "Allowed is what the sentence says", "Correct it and run again")
    return dict(data)


def _cause(error: Exception) -> str:
    seen: BaseException | None = error
    deepest = type(error).__name__
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            deepest = seen.strerror
        seen = getattr(seen, "reason", None) if isinstance(getattr(seen, "reason", None), Exception) else seen.__cause__
    return deepest


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".") or type(error).__name__


_opening = threading.Lock()


@functools.cache
def _shared(kubeconfig: str, context: str) -> Cluster:
    return Cluster(kubeconfig, context)


def cluster(settings: "Mapping[str, str]") -> Cluster:
    """Return the process's one client for these inputs of a provider instance: kubeconfig (a path), context."""
    with _opening:
        return _shared(settings.get("kubeconfig", ""), settings.get("context", ""))
