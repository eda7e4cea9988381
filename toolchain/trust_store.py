"""The machine's trusted certificates in the form that Java reads.

A fetched Java brings certificates of its own and would not trust a site's certificate authority that everything else on
the machine trusts. The format is Sun's "JKS", version 2, with trusted certificates only (OpenJDK,
sun.security.provider.JavaKeyStore).
"""

from __future__ import annotations

import hashlib
import re
import ssl
import struct
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD = "changeit"  # noqa: S105 - Java's own customary value; it only guards against accidents
"""Password of the store, which holds public certificates only."""

_BUNDLES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_MAGIC, _VERSION, _TRUSTED = 0xFEEDFEED, 2, 2


def options(environ: Mapping[str, str], folder: Path) -> list[str]:
    """Java's options that make it trust what the machine trusts, by a store in `folder`; none without a bundle."""
    configured = environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    bundle = next((Path(name) for name in (configured, *_BUNDLES) if name and Path(name).is_file()), None)
    if bundle is None:
        return []
    path = folder / "trust.jks"
    path.write_bytes(store(bundle.read_text(encoding="utf-8", errors="replace")))
    return [
        f"-Djavax.net.ssl.trustStore={path}",
        "-Djavax.net.ssl.trustStoreType=JKS",
        f"-Djavax.net.ssl.trustStorePassword={PASSWORD}",
    ]


def store(bundle: str) -> bytes:
    """The store with every certificate of a PEM bundle."""
    certificates = [ssl.PEM_cert_to_DER_cert(match[0]) for match in _PEM.finditer(bundle)]
    entries = [_entry(f"certificate-{number}", content) for number, content in enumerate(certificates)]
    content = struct.pack(">III", _MAGIC, _VERSION, len(entries)) + b"".join(entries)
    # The format's own integrity check; nobody's secret depends on it.
    check = hashlib.sha1(PASSWORD.encode("utf-16-be") + b"Mighty Aphrodite" + content, usedforsecurity=False)
    return content + check.digest()


def _entry(alias: str, certificate: bytes) -> bytes:
    time_milliseconds = 0
    head = struct.pack(">I", _TRUSTED) + _text(alias) + struct.pack(">q", time_milliseconds) + _text("X.509")
    return head + struct.pack(">I", len(certificate)) + certificate


def _text(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode("ascii")
