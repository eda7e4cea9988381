"""TLS to a gateway: by its own authority, under the name that it is asked for."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from metering_suite.http.client import Answered, Request, answers
from metering_suite.http.connection import Address
from metering_suite.http.wire import head_bytes
from metering_suite.shapes.model import Client

if TYPE_CHECKING:
    from pathlib import Path

NAME = "tiny.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `NAME` that is its own authority, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    file = tmp_path / "gateway.pem"
    file.write_bytes(made.public_bytes(pem) + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    return file


def _found(certificate: Path, name: str, ca_file: str) -> Answered:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(head_bytes("HTTP/1.1 200 OK", [("Content-Length", "0")]))
        await writer.drain()
        writer.close()

    async def run() -> Answered:
        async with await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context) as server:
            port = server.sockets[0].getsockname()[1]
            address = Address.of(f"https://127.0.0.1:{port}", name=name, ca_file=ca_file)
            request = Request(request_id="", method="GET", target="/", headers=(("Host", name),), body=b"")
            return (await answers(address, [request], Client(), 5))[0]

    return asyncio.run(run())


def test_a_gateway_is_asked_under_its_name_with_its_authority(certificate: Path) -> None:
    assert _found(certificate, NAME, str(certificate)).status == 200


def test_another_name_is_refused(certificate: Path) -> None:
    found = _found(certificate, "other.example", str(certificate))
    assert found.status == 0
    assert "mismatch" in found.problem


def test_an_unknown_authority_is_refused(certificate: Path) -> None:
    assert "certificate" in _found(certificate, NAME, "").problem
