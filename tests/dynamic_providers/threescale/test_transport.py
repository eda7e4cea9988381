import datetime as dt
import ipaddress
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from dynamic_providers.threescale.errors import Unavailable
from tests.dynamic_providers.threescale.scripted import Reply, in_turn, scripted


def own_authority(file: Path) -> tuple[str, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody knows, and a server context with it; `file` is for both keys."""
    key, now = ec.generate_private_key(ec.SECP256R1()), dt.datetime.now(dt.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "own authority")])
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(hours=1))
    built = built.not_valid_after(now + dt.timedelta(hours=1))
    built = built.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    hosts = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    pem = built.add_extension(hosts, critical=False).sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return pem.decode(), context


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[str, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody knows, and a server context with it."""
    return own_authority(tmp_path / "server.pem")


@pytest.fixture
def another(tmp_path: Path) -> str:
    """The certificate of an authority that has signed nothing here."""
    return own_authority(tmp_path / "other.pem")[0]


def test_the_configured_authority_is_trusted(certificate: tuple[str, ssl.SSLContext]) -> None:
    pem, context = certificate
    with scripted(in_turn(Reply(body={"ok": 1})), context) as server:
        assert server.api(ca_bundle=pem).call("GET", "provider") == {"ok": 1}


@pytest.mark.parametrize("configured", [False, True], ids=["alone", "beside a configured one"])
def test_the_systems_authorities_are_trusted(
    certificate: tuple[str, ssl.SSLContext],
    another: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    configured: bool,
) -> None:
    system = tmp_path / "system.pem"
    system.write_text(certificate[0])
    monkeypatch.setenv("SSL_CERT_FILE", str(system))
    with scripted(in_turn(Reply(body={"ok": 1})), certificate[1]) as server:
        assert server.api(ca_bundle=another if configured else "").call("GET", "provider") == {"ok": 1}


@pytest.mark.row("S-185", "C-35", "C-44")
def test_an_unknown_authority_is_refused_and_the_remedy_named(certificate: tuple[str, ssl.SSLContext]) -> None:
    with scripted(in_turn(Reply()), certificate[1]) as server:
        with pytest.raises(
            Unavailable, match=r"certificate is not trusted \(self.signed certificate.*`caBundle`"
        ) as told:
            server.api().call("GET", "provider")
        assert told.value.hopeless


def test_the_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(in_turn(Reply(body={"through": "proxy"}))) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        api = proxy.api()
        api.admin_url = "http://maas-admin.apps.maas.test"
        assert api.call("GET", "provider") == {"through": "proxy"}
    assert proxy.asked == [("GET", "http://maas-admin.apps.maas.test/admin/api/provider.json")]
