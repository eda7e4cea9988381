"""The authority of Services: a certificate for each Service that asks for one, and its own in every namespace."""

from __future__ import annotations

import base64
import os
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sandbox.kube.pki import Authority
from sandbox.operators.kinds import CONFIG_MAP, NAMESPACE, SECRET, SERVICE
from sandbox.operators.reconcile import Operator, Outcome, deleted, owner

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest

ASKS = "service.beta.openshift.io/serving-cert-secret-name"
PUBLISHED = "openshift-service-ca.crt"
ENTRY = "service-ca.crt"


def authority() -> Authority:
    """The authority, kept in the operators' folder over a restart; several workers ask at the same time."""
    with _making:
        return _authority()


_making = threading.Lock()
_LONGEST = 64
"""Characters of a certificate's title (RFC 5280, ub-common-name); clients compare the host with its other names."""


@cache
def _authority() -> Authority:
    folder = Path(os.environ.get("SANDBOX_DIR") or tempfile.mkdtemp(prefix="service-ca-")) / "service-ca"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Authority(folder, "service-ca")


def certificates(service: Manifest, view: View) -> Outcome:
    """Sign a certificate for the Service's names, once."""
    metadata = service["metadata"]
    title = (metadata.get("annotations") or {}).get(ASKS)
    if not title or deleted(service) or view.store.get(SECRET, metadata["namespace"], title) is not None:
        return Outcome()
    host = f"{metadata['name']}.{metadata['namespace']}.svc"
    pair = authority().issue(metadata["uid"], host[:_LONGEST], hosts=(host, f"{host}.cluster.local"))
    files = {"tls.crt": pair.certificate, "tls.key": pair.key}
    secret = {
        "apiVersion": SECRET.api_version,
        "kind": SECRET.kind,
        "type": "kubernetes.io/tls",
        "metadata": {"name": title, "namespace": metadata["namespace"], "ownerReferences": [owner(service)]},
        "data": {name: base64.b64encode(path.read_bytes()).decode() for name, path in files.items()},
    }
    return Outcome(create=(secret,))


def published(namespace: Manifest, view: View) -> Outcome:
    """Put the authority's certificate into the namespace."""
    name = namespace["metadata"]["name"]
    if deleted(namespace) or view.store.get(CONFIG_MAP, name, PUBLISHED) is not None:
        return Outcome()
    annotations = {"service.beta.openshift.io/inject-cabundle": "true"}
    config_map = {
        "apiVersion": CONFIG_MAP.api_version,
        "kind": CONFIG_MAP.kind,
        "metadata": {"name": PUBLISHED, "namespace": name, "annotations": annotations},
        "data": {ENTRY: authority().pem},
    }
    return Outcome(create=(config_map,))


OPERATOR = Operator(
    name="service-ca-operator",
    # Part of every OpenShift cluster.
    package="",
    reconcilers={SERVICE: certificates, NAMESPACE: published},
    writes=frozenset({SECRET, CONFIG_MAP}),
)
