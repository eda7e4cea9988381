"""`python -m sandbox.s3`: an object store on loopback ports, as the pod of MinIO or of a gateway."""

from __future__ import annotations

import asyncio
import json
import os
import ssl
from pathlib import Path

from aiohttp import web

from sandbox.request_log import RequestLog
from sandbox.s3.keys import Derived, Keys, Listed
from sandbox.s3.server import ObjectServer
from sandbox.s3.store import Store

_CERTIFICATES = (
    ("/certs", "public.crt", "private.key"),
    ("/etc/s3-secret", "tls.crt", "tls.key"),
    ("/etc/ceph/private", "tls.crt", "tls.key"),
)
"""Folder, certificate and key as MinIO, the Multicloud Object Gateway and Ceph's own gateway read them."""


def keys(environment: dict[str, str]) -> Keys:
    """The keys that the pod's environment gives: a gateway's root, or MinIO's first user."""
    if root := environment.get("NOOBAA_ROOT_SECRET") or environment.get("RGW_ROOT_SECRET"):
        return Derived(root)
    return Listed({environment["MINIO_ROOT_USER"]: environment["MINIO_ROOT_PASSWORD"]})


def context(environment: dict[str, str]) -> ssl.SSLContext | None:
    """TLS with the certificate that the pod mounts; None without one."""
    mounts: dict[str, str] = json.loads(environment.get("SANDBOX_MOUNTS") or "{}")
    for folder, certificate, key in _CERTIFICATES:
        if folder in mounts:
            found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            found.load_cert_chain(Path(mounts[folder]) / certificate, Path(mounts[folder]) / key)
            return found
    return None


async def serve(environment: dict[str, str]) -> None:
    """Serve until the process is ended."""
    folder = Path(environment["SANDBOX_DIR"]) / "buckets"
    folder.mkdir(exist_ok=True)
    log = RequestLog(environment.get("SANDBOX_CONTROL_URL"), "s3")
    runner = web.AppRunner(ObjectServer(Store(folder), keys(environment), log).application(), access_log=None)
    await runner.setup()
    port = int(environment.get("SANDBOX_PORT_9000") or environment.get("SANDBOX_PORT_6443") or 0)
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context(environment)).start()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
        log.close()


if __name__ == "__main__":
    asyncio.run(serve(dict(os.environ)))
