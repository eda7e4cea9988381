"""An API server of scripted objects on loopback: an object may look different at each reading."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

import yaml

from tests.support.plugin_host import Json

CANARY = "canary-2342-bearer"
GONE: Json = {}
"""A look that finds nothing."""
KINDS = {
    "/apis/batch/v1": [("jobs", "Job", True)],
    "/apis/operators.coreos.com/v1alpha1": [("subscriptions", "Subscription", True)],
    "/apis/example.com/v1": [
        ("widgets", "Widget", True),
        ("widgets/status", "Widget", True),
        ("worlds", "World", False),
    ],
}


class FakeApi:
    """What the server holds: path → the looks of an object, oldest first; the last one stays."""

    def __init__(self) -> None:
        self.looks: dict[str, list[Json | int]] = {}
        self.status: dict[str, int] = {}
        """Path → a status answered instead of anything else."""
        self.lists: dict[str, list[Json]] = {}
        self.asked: list[str] = []
        self.lingers = 1
        """Readings for which a deleted object is still seen."""

    def put(self, path: str, *looks: Json | int) -> None:
        """Let an object be seen in these looks, one after the other; a number is a status that is answered instead."""
        self.looks[path] = list(looks)

    def answer(self, method: str, path: str, body: Json) -> tuple[int, Any]:
        """Return status and document."""
        self.asked.append(f"{method} {path}")
        if path in self.status:
            return self.status[path], {"message": "events is forbidden: no verb list"}
        if path in KINDS:
            kinds = [{"name": name, "kind": kind, "namespaced": namespaced} for name, kind, namespaced in KINDS[path]]
            return 200, {"resources": kinds}
        if path in self.lists:
            return 200, {"items": self.lists[path]}
        if method == "POST":
            self.looks[f"{path}/{body['metadata']['name']}"] = [body]
            return 201, body
        looks = self.looks.get(path, [GONE])
        look = looks.pop(0) if len(looks) > 1 else looks[0]
        if isinstance(look, int):
            return look, {"message": "the server is away"}
        if method == "PATCH":
            self._patch(path, body)
        if method == "DELETE" and look:
            leaving = look | {
                "metadata": look["metadata"] | {"deletionTimestamp": "now", "finalizers": ["olm/cleanup"]}
            }
            self.looks[path] = [*[leaving] * self.lingers, GONE]
        return (200, look) if look else (404, {"message": "not found"})

    def _patch(self, path: str, body: Json) -> None:
        for one in [*self.looks.get(path, []), *(one for held in self.lists.values() for one in held)]:
            if isinstance(one, dict) and one and path.endswith(f"/{one['metadata']['name']}"):
                for part in body:
                    change(one.setdefault(part, {}), body[part])


def change(item: Json, patch: Json) -> None:
    """Merge a patch into an object: null removes, lists are replaced whole (RFC 7386)."""
    for key, value in patch.items():
        if value is None:
            item.pop(key, None)
        elif isinstance(value, dict):
            change(item.setdefault(key, {}), value)
        else:
            item[key] = value


def _handler(api: FakeApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        types: ClassVar[list[str]] = []

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, document = api.answer(self.command, urlsplit(self.path).path, json.loads(body or b"{}"))
            data = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    return Handler


@contextmanager
def fake_api(folder: Path) -> Iterator[FakeApi]:
    """Serve an empty API; `folder/kubeconfig` leads there."""
    api = FakeApi()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler(api)) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "main",
            "contexts": [{"name": "main", "context": {"cluster": "main", "user": "main"}}],
            "clusters": [{"name": "main", "cluster": {"server": f"http://127.0.0.1:{server.server_address[1]}"}}],
            "users": [{"name": "main", "user": {"token": CANARY}}],
        }
        (folder / "kubeconfig").write_text(yaml.safe_dump(config))
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()
