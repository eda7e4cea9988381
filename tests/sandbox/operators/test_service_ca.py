from __future__ import annotations

import base64
import ssl
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from sandbox.operators import service_ca
from sandbox.operators.kinds import CONFIG_MAP, NAMESPACE, SECRET, SERVICE
from tests.sandbox.operators.picture import applied, named, view

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ASKING = named(SERVICE, "minio", "minio", metadata={"annotations": {service_ca.ASKS: "minio-tls"}})


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SANDBOX_DIR", str(tmp_path))
    service_ca._authority.cache_clear()
    yield
    service_ca._authority.cache_clear()


def test_a_service_that_asks_gets_a_certificate_for_its_names() -> None:
    secret = applied(service_ca.certificates(ASKING, view(ASKING)), "Secret", "minio-tls")
    certificate = x509.load_pem_x509_certificate(base64.b64decode(secret["data"]["tls.crt"]))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert secret["type"] == "kubernetes.io/tls"
    assert set(names.get_values_for_type(x509.DNSName)) == {"minio.minio.svc", "minio.minio.svc.cluster.local"}
    assert base64.b64decode(secret["data"]["tls.key"]).startswith(b"-----BEGIN")


def test_a_service_with_a_longer_name_than_a_title_may_have_gets_one_too() -> None:
    name, space = "rook-ceph-rgw-ocs-storagecluster-cephobjectstore", "openshift-storage"
    asking = named(SERVICE, name, space, metadata={"annotations": {service_ca.ASKS: "rgw-tls"}})
    secret = applied(service_ca.certificates(asking, view(asking)), "Secret", "rgw-tls")
    certificate = x509.load_pem_x509_certificate(base64.b64decode(secret["data"]["tls.crt"]))
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    assert f"{name}.{space}.svc" in names.get_values_for_type(x509.DNSName)


def test_a_service_that_has_one_or_asks_for_none_is_left_alone() -> None:
    quiet = named(SERVICE, "minio", "minio")
    there = named(SECRET, "minio-tls", "minio")

    assert not service_ca.certificates(quiet, view(quiet)).create
    assert not service_ca.certificates(ASKING, view(ASKING, there)).create


def test_every_namespace_learns_whom_to_trust() -> None:
    space = named(NAMESPACE, "llm-hosting")
    config_map = applied(service_ca.published(space, view(space)), "ConfigMap", "openshift-service-ca.crt")

    ssl.create_default_context(cadata=config_map["data"]["service-ca.crt"])
    leaving = named(NAMESPACE, "llm-hosting", metadata={"deletionTimestamp": "now"})
    there = named(CONFIG_MAP, service_ca.PUBLISHED, "llm-hosting")
    assert not service_ca.published(leaving, view(leaving)).create
    assert not service_ca.published(space, view(space, there)).create
