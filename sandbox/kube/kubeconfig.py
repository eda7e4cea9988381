"""Kubeconfig files: one for the person, one for the operators, one for the controller manager."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from sandbox.layout import write_private

if TYPE_CHECKING:
    from pathlib import Path

    from sandbox.kube.pki import Pair


def write_kubeconfig(path: Path, *, server: str, authority: str, client: Pair, user: str) -> None:
    """Write a kubeconfig (0600) with everything inside it, so that it can be copied elsewhere.

    Args:
        path: The file.
        server: The API server's URL.
        authority: PEM of the authority that signed the server's certificate.
        client: The client certificate to log in with.
        user: The name shown for that login.
    """
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": "sandbox", "cluster": {"server": server, "certificate-authority-data": _encoded(authority)}}
        ],
        "users": [
            {
                "name": user,
                "user": {
                    "client-certificate-data": _encoded(client.certificate.read_text(encoding="ascii")),
                    "client-key-data": _encoded(client.key.read_text(encoding="ascii")),
                },
            }
        ],
        "contexts": [{"name": "sandbox", "context": {"cluster": "sandbox", "user": user, "namespace": "default"}}],
        "current-context": "sandbox",
    }
    # JSON is YAML: no library is needed to write it and every reader takes it.
    write_private(path, json.dumps(content, indent=2) + "\n")


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")
