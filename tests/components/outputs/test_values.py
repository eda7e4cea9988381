"""What other teams read."""

from typing import Any

import pytest

from components.config.outputs import OUTPUTS
from components.outputs import stack_outputs
from tests.components.config.test_validation import MODEL, settings
from tests.support.platform import an_offer
from tests.support.recorder import recorded


def values(**changes: object) -> dict[str, Any]:
    found: dict[str, Any] = {}
    recorded(lambda: found.update(stack_outputs(settings(**changes), {MODEL: an_offer()}, {})))
    return found


def test_every_described_output_has_a_value() -> None:
    assert set(values()) == {output.name for output in OUTPUTS}


def test_a_model_without_an_offer_is_a_mistake_of_the_program() -> None:
    with pytest.raises(KeyError):
        stack_outputs(settings(), {}, {})


def test_ids_and_versions_are_found_by_the_models_system_name() -> None:
    found = values(models={MODEL: {"systemName": "other"}})

    for name in ("product_ids", "backend_ids", "plan_ids", "proxy_versions", "model_endpoints"):
        assert list(found[name]) == ["other"], name
    assert found["stats_api"]["base_url"] == "https://maas-admin.apps.maas.test/stats"
    assert found["stats_api"]["service_ids"] == found["product_ids"]


def test_a_page_that_nobody_sees_has_no_address() -> None:
    assert values()["models"][0]["docs_url"] == f"https://maas.apps.maas.test/swagger/spec/{MODEL}.json"
    for docs in ({"enabled": False}, {"publish": False}):
        assert values(models={MODEL: {"docs": docs}})["models"][0]["docs_url"] is None


def test_an_exact_apis_operations_are_its_methods() -> None:
    api = {"methods": {"rank": {"displayName": "Rank"}}, "rules": {"POST /rank": {"metric": "rank", "position": 1}}}

    assert values(models={MODEL: {"api": api}})["models"][0]["operations"] == ["rank"]


def test_without_an_identity_server_there_is_no_callback() -> None:
    assert values()["portal_sso_callback_url"] == "https://maas.apps.maas.test/auth/keycloak/callback"
    assert values(identity=None)["portal_sso_callback_url"] is None
