"""Certificate authorities and certificates.

An authority is made once per sandbox and kept; the certificates it issues are made anew at every start, so that none
expires. Keys are P-256: making one takes no noticeable time.
"""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sandbox.layout import write_private

_AUTHORITY_DAYS = 3650
_CERTIFICATE_DAYS = 365


@dataclass(frozen=True)
class Pair:
    """Paths of a certificate and its key, both PEM."""

    certificate: Path
    key: Path

    def server_context(self) -> ssl.SSLContext:
        """A TLS context that serves this certificate and speaks HTTP/1.1."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        context.set_alpn_protocols(["http/1.1"])
        return context


class Authority:
    """A certificate authority whose key and certificate lie in `folder` as `<name>.key` and `<name>.crt`."""

    def __init__(self, folder: Path, name: str) -> None:
        self.pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
        self._folder = folder
        if not self.pair.key.exists() or not self.pair.certificate.exists():
            self._create(name)
        loaded = serialization.load_pem_private_key(self.pair.key.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise TypeError(f"{self.pair.key} holds no elliptic-curve key")
        self._key = loaded
        self._certificate = x509.load_pem_x509_certificate(self.pair.certificate.read_bytes())

    @property
    def pem(self) -> str:
        """The authority's certificate."""
        return self.pair.certificate.read_text(encoding="ascii")

    def issue(self, file: str, common_name: str, *, organization: str = "", hosts: tuple[str, ...] = ()) -> Pair:
        """A certificate for a server (`hosts`: names and addresses) or a client (no hosts), as `<file>.crt`."""
        pair = Pair(self._folder / f"{file}.crt", self._folder / f"{file}.key")
        key = ec.generate_private_key(ec.SECP256R1())
        attributes = [x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
        if organization:
            attributes.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization))
        purpose = ExtendedKeyUsageOID.SERVER_AUTH if hosts else ExtendedKeyUsageOID.CLIENT_AUTH
        builder = (
            _builder(x509.Name(attributes), self._certificate.subject, key.public_key(), _CERTIFICATE_DAYS)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )
        if hosts:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([_name(host) for host in hosts]), critical=False
            )
        _write_key(pair.key, key)
        write_private(pair.certificate, _pem(builder.sign(self._key, hashes.SHA256())))
        return pair

    def _create(self, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"sandbox {name}")])
        builder = (
            _builder(subject, subject, key.public_key(), _AUTHORITY_DAYS)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(sign_certificates=True), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        )
        _write_key(self.pair.key, key)
        write_private(self.pair.certificate, _pem(builder.sign(key, hashes.SHA256())))


def signing_key(folder: Path) -> Path:
    """The key that signs service account tokens, made once; tokens stay valid over a restart."""
    path = folder / "service-accounts.key"
    if not path.exists():
        _write_key(path, ec.generate_private_key(ec.SECP256R1()))
    return path


def bundle(authority_pem: str) -> str:
    """The machine's trusted authorities followed by ours.

    The caller's own SSL_CERT_FILE is not asked: it may be the bundle of another sandbox.
    """
    paths = ssl.get_default_verify_paths()
    for candidate in (os.environ.get("SANDBOX_SYSTEM_CAS"), paths.openssl_cafile, "/etc/ssl/certs/ca-certificates.crt"):
        if candidate and Path(candidate).is_file():
            return Path(candidate).read_text(encoding="utf-8").rstrip("\n") + "\n" + authority_pem
    return authority_pem


def _builder(
    subject: x509.Name, issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, days: int
) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        # An hour back: the clocks of a machine and its containers differ now and then.
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    # SEC1: the API server reads its signing key in no other form.
    text = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    ).decode("ascii")
    write_private(path, text)
