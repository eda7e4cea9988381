"""Groups say who gets which plan; people for tests have complete profiles and first passwords of their own."""

import json

import pulumi
import pytest

from components.config.identity import MaintainedRealm
from components.maas_realm import MaasRealm, MaasRealmArgs
from components.site import Site
from tests.support.platform import placed_with
from tests.support.recorder import Recording, secret
from tests.support.stack_file import CANARIES

GROUP = "keycloak:index/group:Group"
DEFAULT_GROUPS = "keycloak:index/defaultGroups:DefaultGroups"
USER = "keycloak:index/user:User"
USER_GROUPS = "keycloak:index/userGroups:UserGroups"
ATTRIBUTE_MAPPER = "keycloak:openid/userAttributeProtocolMapper:UserAttributeProtocolMapper"
SECRET = "kubernetes:core/v1:Secret"

GROUPS = {"free": {"plan": "standard", "default": True}, "gold": {"plan": "golden"}}
USERS = {
    "dev1": {"email": "dev1@example.com", "group": "gold"},
    "dev2": {"email": "dev2@example.com", "temporary": False},
}
GOLDEN = {"golden": {"displayName": "Golden", "systemName": "golden_plan"}}


def _component(site: Site, gate: pulumi.Resource) -> None:
    assert isinstance(site.settings.identity, MaintainedRealm)
    namespace = pulumi.CustomResource("test:index:Namespace", "namespace")
    args = MaasRealmArgs(site=site, identity=site.settings.identity, server=gate, consumers=namespace)
    MaasRealm("maas", args)


@pytest.fixture(scope="module")
def found() -> Recording:
    passwords = {"testUserPassword.dev1": "canary-password-1", "testUserPassword.dev2": "canary-password-2"}
    identity = {"groups": GROUPS, "testUsers": USERS}
    return placed_with({**CANARIES, **passwords}, _component, identity=identity, plans=GOLDEN)


def test_a_group_carries_its_tier(found: Recording) -> None:
    tiers = {one.inputs["name"]: one.inputs["attributes"] for one in found.of(GROUP)}

    assert tiers == {"free": {"tier": "standard"}, "gold": {"tier": "golden_plan"}}
    assert found.one(DEFAULT_GROUPS).inputs["groupIds"] == ["maas-group-free-id"]


def test_the_tier_is_a_claim_of_access_tokens_that_the_portal_does_not_see(found: Recording) -> None:
    mapper = found.one(ATTRIBUTE_MAPPER, "maas-tier").inputs

    assert (mapper["userAttribute"], mapper["claimName"]) == ("tier", "tier")
    assert (mapper["addToAccessToken"], mapper["addToUserinfo"], mapper["addToIdToken"]) == (True, False, False)


@pytest.mark.row("S-100", "S-101", "C-06", "C-41")
def test_people_for_tests_have_complete_profiles_and_must_choose_a_password(found: Recording) -> None:
    user = found.one(USER, "maas-user-dev1")

    assert user.inputs["emailVerified"] is True
    assert user.inputs["email"] == "dev1@example.com"
    assert all(user.inputs[name] for name in ("firstName", "lastName"))
    assert user.inputs["requiredActions"] == ["UPDATE_PASSWORD"]
    assert user.ignore_changes == ("requiredActions", "initialPassword")
    assert user.inputs["initialPassword"] == {"temporary": True, "value": secret("canary-password-1")}
    lasting = found.one(USER, "maas-user-dev2")
    assert lasting.inputs["initialPassword"]["temporary"] is False
    assert lasting.inputs["requiredActions"] == []


def test_people_come_after_the_default_group_which_only_later_users_join(found: Recording) -> None:
    default = found.urn(DEFAULT_GROUPS)

    assert all(default in one.dependencies for one in found.of(USER))
    membership = found.one(USER_GROUPS)
    assert membership.inputs["groupIds"] == ["maas-group-gold-id"]
    assert (membership.inputs["userId"], membership.inputs["exhaustive"]) == ("maas-user-dev1-id", False)


def test_testers_read_the_first_password_from_a_secret_and_nowhere_else(found: Recording) -> None:
    secrets = {one.name: one for one in found.of(SECRET)}

    assert set(secrets) == {"maas-user-dev1-password", "maas-user-dev2-password"}
    first = secrets["maas-user-dev1-password"]
    assert first.inputs["metadata"] == {"name": "test-user.first.dev1", "namespace": "maas-consumers"}
    assert first.dependencies == {found.urn("test:index:Namespace")}
    # A later password is nobody's: the server takes the first one only.
    assert first.ignore_changes == ("data",)
    for one in found.resources:
        if one.type != USER:
            assert "canary-password" not in json.dumps(one.inputs)
