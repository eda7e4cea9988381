from __future__ import annotations

import datetime as dt
import ipaddress
import socket
import ssl
import stat
import threading
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from sandbox.kube.pki import Authority, Pair, bundle, signing_key

if TYPE_CHECKING:
    from pathlib import Path


def _read(pair: Pair) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pair.certificate.read_bytes())


def test_a_server_certificate_names_its_hosts_and_addresses(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "ca").issue("server", "x", hosts=("*.apps.maas.test", "127.0.0.1", "::1"))
    names = _read(pair).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["*.apps.maas.test"]
    assert names.get_values_for_type(x509.IPAddress) == [ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1")]


def test_a_client_certificate_carries_user_and_group(tmp_path: Path) -> None:
    certificate = _read(Authority(tmp_path, "ca").issue("admin", "admin", organization="system:masters"))
    assert certificate.subject.rfc4514_string() == "O=system:masters,CN=admin"
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.CLIENT_AUTH]


def test_an_authority_is_made_once_and_its_certificates_stay_valid(tmp_path: Path) -> None:
    first = Authority(tmp_path, "ca")
    pair = first.issue("server", "x", hosts=("localhost",))
    second = Authority(tmp_path, "ca")
    assert second.pem == first.pem
    _read(pair).verify_directly_issued_by(x509.load_pem_x509_certificate(second.pem.encode()))


def test_a_new_certificate_lasts_longer_than_any_run(tmp_path: Path) -> None:
    certificate = _read(Authority(tmp_path, "ca").issue("server", "x", hosts=("localhost",)))
    assert certificate.not_valid_after_utc > dt.datetime.now(dt.UTC) + dt.timedelta(days=300)
    assert certificate.not_valid_before_utc < dt.datetime.now(dt.UTC)


def test_keys_are_the_owners_alone(tmp_path: Path) -> None:
    pair = Authority(tmp_path, "ca").issue("server", "x", hosts=("localhost",))
    for path in (tmp_path / "ca.key", pair.key, signing_key(tmp_path)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_token_signing_key_survives_a_restart(tmp_path: Path) -> None:
    assert signing_key(tmp_path).read_bytes() == signing_key(tmp_path).read_bytes()


def test_the_bundle_keeps_the_systems_authorities(tmp_path: Path) -> None:
    pem = Authority(tmp_path, "ca").pem
    text = bundle(pem)
    assert text.endswith(pem)
    context = ssl.create_default_context(cadata=text)
    assert len(context.get_ca_certs()) >= 1


def test_a_strict_client_accepts_what_the_authority_issued(tmp_path: Path) -> None:
    authority = Authority(tmp_path, "ca")
    server_context = authority.issue("server", "x", hosts=("*.apps.maas.test",)).server_context()
    client_context = ssl.create_default_context(cadata=authority.pem)
    client_context.verify_flags |= ssl.VERIFY_X509_STRICT
    left, right = socket.socketpair()

    def serve() -> None:
        with server_context.wrap_socket(left, server_side=True) as secured:
            secured.sendall(b"hello")

    thread = threading.Thread(target=serve)
    thread.start()
    with client_context.wrap_socket(right, server_hostname="sso.apps.maas.test") as secured:
        assert secured.recv(5) == b"hello"
    thread.join()
