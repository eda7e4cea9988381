"""What is left to do by hand, for whom."""

from collections.abc import Mapping
from typing import Any

import pytest

from components.config import Settings
from components.config.validation import validated
from components.outputs.manual_steps import manual_steps
from tests.components.config.test_identity import GOOGLE, LEGACY, OIDC, OPENSHIFT, SAML
from tests.components.config.test_validation import ALL_SECRETS, MODEL, settings
from tests.support.stack_file import dev_stack

ADMIN = "https://maas-admin.apps.maas.test"


@pytest.mark.row("C-40")
def test_a_tenant_has_two_steps_that_no_program_can_take() -> None:
    assert [step.partition(": ")[0] for step in manual_steps(settings())] == [
        f"{ADMIN}, Account Settings",
        f"{ADMIN}, Audience, Legal Terms",
    ]


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        ({"plans": {"standard": {"costPerMonth": 1.5}}}, f"{ADMIN}, Audience, Billing: "),
        ({"plans": {"standard": {"setupFee": 5.0}}}, f"{ADMIN}, Audience, Billing: "),
        ({"plans": {"standard": {"prices": {"hits from 1": 0.1}}}}, f"{ADMIN}, Audience, Billing: "),
        ({"promotion": {"production": False}}, f"Promote to production, once staging is right: {MODEL}."),
        ({"models": {MODEL: {"promotion": {"production": False}}}}, "Promote to production"),
        ({"threescale": {"gatewayPolicy": {"secretName": "llm"}}}, "Namespace 3scale, while the first `up` waits"),
        (
            {"identity": {"tlsSecret": "sso-tls"}},
            "Namespace keycloak, while the first `up` waits for the identity server",
        ),
        ({"identity": LEGACY}, "https://keycloak-keycloak.apps.maas.test/auth/admin/master/console/, realm maas: add"),
    ],
)
def test_a_further_step_follows_from_the_stack_file(changes: dict[str, Any], step: str) -> None:
    steps = manual_steps(settings(**changes))

    assert len(steps) == 3
    assert steps[2].startswith(step)


def test_addresses_that_nobody_vouches_for_are_verified_by_hand() -> None:
    trusted: dict[str, dict[str, Any]] = {"corp": OIDC | {"trustEmail": True}, "google": GOOGLE}
    doubted: dict[str, dict[str, Any]] = {"campus": SAML, "cluster": OPENSHIFT}

    (step,) = (one for one in manual_steps(identified(**trusted, **doubted)) if "verify the address" in one)
    assert step.endswith("realm maas: verify the address of everybody who comes from campus, cluster.")
    assert not [one for one in manual_steps(identified(**trusted)) if "verify the address" in one]


def identified(**providers: Mapping[str, Any]) -> Settings:
    secrets = {*ALL_SECRETS, *(f"identityProviderSecret.{name}" for name in providers if name != "campus")}
    return validated(dev_stack(identity={"providers": providers}), frozenset(secrets))


def test_a_stack_without_an_identity_server_has_no_step_there() -> None:
    assert len(manual_steps(settings(identity=None))) == 2
