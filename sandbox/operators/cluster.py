"""The connection to the API server: list, watch, apply, create, patch, status and delete, over the official client."""

from __future__ import annotations

import json
import ssl
import tempfile
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from kubernetes import client, config
from urllib3.util.ssl_ import create_urllib3_context

from sandbox.operators.kinds import Kind, kind_of
from sandbox.operators.store import Manifest, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUEST_SECONDS = (5.0, 30.0)
_WATCH_SECONDS = 240
_APPLY = "application/apply-patch+yaml"
_MERGE = "application/merge-patch+json"


class ClusterError(Exception):
    """The API server's refusal: its status, its reason word and its sentence. The text never quotes the object."""

    def __init__(self, *, asked: str, status: int, reason: str, message: str) -> None:
        super().__init__(f"{asked}: {status} {reason}: {message}")
        self.status = status
        self.reason = reason


class Expired(Exception):  # noqa: N818 - the API's own word for it, "Expired" (410)
    """A watch's starting point is gone: list again."""


class Watch:
    """One stream of events."""

    def __init__(self, kind: Kind, response: Any) -> None:  # noqa: ANN401 - urllib3's response through an untyped client
        self._kind = kind
        self._response = response

    def events(self) -> Iterator[tuple[str, Manifest]]:
        """Events (`ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`) until the server ends the stream.

        Raises:
            Expired: the starting point is gone.
            ClusterError: refused.
        """
        try:
            for line in _lines(self._response.stream(amt=None, decode_content=True)):
                event = json.loads(line)
                if event["type"] == "ERROR":
                    raise _watch_error(self._kind, event["object"])
                yield event["type"], event["object"]
        finally:
            self._response.close()

    def stop(self) -> None:
        """End the stream from another thread."""
        self._response.shutdown()


class Cluster:
    """One API server."""

    def __init__(self, kubeconfig: str, connections: int) -> None:
        settings = client.Configuration()
        tls = _read(kubeconfig, settings)
        settings.connection_pool_maxsize = connections
        # A restart of the API server is the watcher's business: it lists again.
        settings.retries = False
        self._client = client.ApiClient(settings)
        self._client.rest_client.pool_manager.connection_pool_kw["ssl_context"] = tls

    def snapshot(self, kind: Kind) -> tuple[list[Manifest], str]:
        """All objects of a kind and the resource version to watch from.

        Raises:
            ClusterError: refused; 404 when the kind is not served.
        """
        answer = self._call("GET", kind.path())
        # Items of a list carry no kind of their own.
        named = {"apiVersion": kind.api_version, "kind": kind.kind}
        return [{**item, **named} for item in answer["items"]], answer["metadata"]["resourceVersion"]

    def watch(self, kind: Kind, version: str) -> Watch:
        """The events of a kind after a resource version.

        Raises:
            ClusterError: refused.
        """
        query = f"?watch=1&allowWatchBookmarks=true&resourceVersion={version}&timeoutSeconds={_WATCH_SECONDS}"
        answer = self._send("GET", kind.path() + query, seconds=(_REQUEST_SECONDS[0], _WATCH_SECONDS + 30.0))
        return Watch(kind, answer.response)

    def close(self) -> None:
        """Close every idle connection."""
        manager = self._client.rest_client.pool_manager
        for key in list(manager.pools.keys()):
            # Clearing the manager alone leaves the sockets to the garbage collector.
            manager.pools[key].close()
        manager.clear()

    def apply(self, manifest: Manifest, manager: str) -> Manifest:
        """Server-side apply as `manager`, taking over its fields from others."""
        path = kind_of(manifest).path(*name_of(manifest))
        answer: Manifest = self._call("PATCH", f"{path}?fieldManager={manager}&force=true", manifest, _APPLY)
        return answer

    def create(self, manifest: Manifest, manager: str) -> Manifest:
        """Create an object; 409 when it is there."""
        namespace, _ = name_of(manifest)
        path = kind_of(manifest).path(namespace)
        answer: Manifest = self._call("POST", f"{path}?fieldManager={manager}", manifest)
        return answer

    def patch(self, manifest: Manifest, patch: Manifest, manager: str, *, status: bool = False) -> Manifest:
        """Merge patch; a patch with `metadata.resourceVersion` is refused (409) after a change by somebody else."""
        path = kind_of(manifest).path(*name_of(manifest)) + ("/status" if status else "")
        answer: Manifest = self._call("PATCH", f"{path}?fieldManager={manager}", patch, _MERGE)
        return answer

    def delete(self, manifest: Manifest) -> None:
        """Delete exactly this object, its dependents by garbage collection."""
        body = {"preconditions": {"uid": manifest["metadata"]["uid"]}, "propagationPolicy": "Background"}
        self._call("DELETE", kind_of(manifest).path(*name_of(manifest)), body)

    def _call(self, method: str, path: str, body: object = None, content: str = "application/json") -> Any:  # noqa: ANN401 - JSON of any kind
        return json.loads(self._send(method, path, body, content).read())

    def _send(
        self,
        method: str,
        path: str,
        body: object = None,
        content: str = "application/json",
        seconds: tuple[float, float] = _REQUEST_SECONDS,
    ) -> Any:  # noqa: ANN401 - the client has no types
        headers = {"Accept": "application/json", "Content-Type": content}
        self._client.update_params_for_auth(headers, [], ["BearerToken"], path, method, None)
        answer: Any = self._client.call_api(
            method,
            self._client.configuration.host + path,
            header_params=headers,
            body=body,
            _request_timeout=seconds,
        )
        if answer.status >= HTTPStatus.BAD_REQUEST:
            raise _refusal(f"{method} {path.partition('?')[0]}", answer.status, answer.read())
        return answer


def _read(kubeconfig: str, settings: client.Configuration) -> ssl.SSLContext:
    """Fill the settings; the client's own files with inline keys would outlive a process that a signal ends."""
    with tempfile.TemporaryDirectory(prefix="kubeconfig-") as folder:
        config.load_kube_config(  # type: ignore[no-untyped-call] # the client has no types here
            kubeconfig, client_configuration=settings, temp_file_path=folder
        )
        tls = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED if settings.verify_ssl else ssl.CERT_NONE)
        if settings.ssl_ca_cert:
            tls.load_verify_locations(settings.ssl_ca_cert)
        else:
            tls.load_default_certs()
        if settings.cert_file:
            tls.load_cert_chain(settings.cert_file, settings.key_file, password="")
    settings.ssl_ca_cert = settings.cert_file = settings.key_file = None
    return tls


def _lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        yield from whole


def _refusal(asked: str, status: int, body: bytes) -> ClusterError:
    try:
        answer = json.loads(body)
    except ValueError:
        answer = {}
    return ClusterError(
        asked=asked, status=status, reason=answer.get("reason", ""), message=answer.get("message", "no explanation")
    )


def _watch_error(kind: Kind, status: Manifest) -> Exception:
    if status.get("code") == HTTPStatus.GONE:
        return Expired(kind.kind)
    return ClusterError(
        asked=f"watch {kind.kind}",
        status=status.get("code", 0),
        reason=status.get("reason", ""),
        message=status.get("message", ""),
    )
