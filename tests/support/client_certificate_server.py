"""An HTTPS server on loopback that wants a client certificate, and a kubeconfig with all keys inline."""

import base64
import datetime as dt
import ipaddress
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Greeting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = json.dumps({"kind": "Greeting"}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing on stderr."""


def _pair() -> tuple[bytes, bytes]:
    """A self-signed certificate for 127.0.0.1 and `api.test`, and its key, both PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    names = [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.DNSName("api.test")]
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoded = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return certificate.public_bytes(serialization.Encoding.PEM), encoded


def _written(path: Path, cluster: dict[str, object], user: dict[str, str]) -> Path:
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "main",
        "clusters": [{"name": "c", "cluster": cluster}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "main", "context": {"cluster": "c", "user": "u"}}],
    }
    path.write_text(yaml.safe_dump(document))
    return path


@contextmanager
def client_certificate_server(folder: Path, **cluster: object) -> Iterator[Path]:
    """Serve any GET to whoever shows the certificate; yields the kubeconfig, `cluster` added to its cluster."""
    certificate, key = _pair()
    (folder / "pair.pem").write_bytes(certificate + key)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "pair.pem"))
    context.load_cert_chain(folder / "pair.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Greeting)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    inline = base64.b64encode(certificate).decode()
    place: dict[str, object] = {"server": f"https://127.0.0.1:{server.server_port}", **cluster}
    if not cluster.get("insecure-skip-tls-verify"):
        place["certificate-authority-data"] = inline
    user = {"client-certificate-data": inline, "client-key-data": base64.b64encode(key).decode()}
    kubeconfig = _written(folder / "inline.kubeconfig", place, user)
    try:
        yield kubeconfig
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
