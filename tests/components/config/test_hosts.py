"""Every host is computed from the wildcard domain."""

import pytest

from components.config import hosts
from tests.components.config.test_validation import MODEL, settings


def test_urls_of_the_dev_stack() -> None:
    found = settings()

    assert hosts.portal_url(found) == "https://maas.apps.maas.test"
    assert hosts.threescale_admin_url(found) == "https://maas-admin.apps.maas.test"
    assert hosts.identity_issuer_url(found) == "https://sso.apps.maas.test/realms/maas"
    assert hosts.gateway_url(found, MODEL, "staging") == f"https://{MODEL}-maas-apicast-staging.apps.maas.test"
    assert hosts.model_base_url(found, MODEL) == f"http://{MODEL}-predictor.llm-hosting.svc.cluster.local"


@pytest.mark.row("C-29")
def test_a_host_shows_dashes_and_small_letters() -> None:
    assert hosts.gateway_label("mistral-7b-Instruct-v0_3", "maas", "production") == (
        "mistral-7b-instruct-v0-3-maas-apicast-production"
    )


def test_an_external_server_keeps_its_own_address() -> None:
    found = settings(models={"other": {"source": {"external": "http://x.example:8000/v/"}, "plans": ["standard"]}})

    assert hosts.model_base_url(found, "other") == "http://x.example:8000/v"


def test_without_an_identity_server_there_is_no_issuer() -> None:
    assert hosts.identity_issuer_url(settings(identity=None)) is None
