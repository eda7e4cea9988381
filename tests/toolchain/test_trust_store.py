"""The machine's trusted certificates, as Java reads them."""

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from toolchain import trust_store


def authority(name: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begin = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 1, begin, begin + dt.timedelta(3650))
    return builder.sign(key, hashes.SHA256())


def bundle(*certificates: x509.Certificate) -> str:
    pem = (certificate.public_bytes(serialization.Encoding.PEM).decode() for certificate in certificates)
    return "# a comment\n" + "\n".join(pem)


def test_every_certificate_of_the_bundle_is_in_the_store() -> None:
    certificates = [authority("one"), authority("two")]
    content = trust_store.store(bundle(*certificates))
    assert content[:12].hex() == "feedfeed" + "00000002" + "00000002"
    for certificate in certificates:
        encoded = certificate.public_bytes(serialization.Encoding.DER)
        assert len(encoded).to_bytes(4, "big") + encoded in content


def test_java_reads_the_store(tmp_path: Path) -> None:
    keytool = shutil.which("keytool")
    if keytool is None:
        pytest.skip("there is no keytool on the PATH")
    certificate = authority("site")
    (tmp_path / "trust.jks").write_bytes(trust_store.store(bundle(certificate)))
    command = [keytool, "-list", "-keystore", str(tmp_path / "trust.jks"), "-storepass", trust_store.PASSWORD]
    environ = {**os.environ, "JAVA_TOOL_OPTIONS": "-XX:-UsePerfData"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, env=environ)
    assert "Your keystore contains 1 entry" in answer.stdout
    assert certificate.fingerprint(hashes.SHA256()).hex(":").upper() in answer.stdout


def test_the_configured_bundle_wins(tmp_path: Path) -> None:
    (tmp_path / "site.pem").write_text(bundle(authority("site")), encoding="utf-8")
    options = trust_store.options({"SSL_CERT_FILE": str(tmp_path / "site.pem")}, tmp_path)
    assert options[0] == f"-Djavax.net.ssl.trustStore={tmp_path}/trust.jks"
    assert (tmp_path / "trust.jks").read_bytes()[8:12] == (1).to_bytes(4, "big")
