from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.sso_integration import (
    SsoIntegration,
    SsoIntegrationArgs,
    SsoIntegrationProvider,
)
from tests.dynamic_providers.threescale.conformance import LostAnswers
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import UNKNOWN, PluginError
from tests.support.recorder import DYNAMIC, recorded, secret

CLIENT_SECRET = "canary-client-secret"
PATH = "authentication_providers"
TYPE = "pulumi-python:dynamic/threescale:SsoIntegration"


def served(tenant: Tenant) -> list[Json]:
    return list(tenant.api.pages(PATH, PATH))


@pytest.mark.row("S-177", "S-178")
class TestSsoIntegration(LostAnswers):
    provider = SsoIntegrationProvider
    recorded = "dynamic_providers.threescale.sso_integration.SsoIntegrationProvider"
    change: ClassVar[Json] = {
        "client_id": "portal",
        "client_secret": "canary-another-secret",
        "site": "https://sso.example/realms/other",
        "automatically_approve_accounts": False,
        "skip_ssl_certificate_verification": True,
    }
    lost_post = r"/authentication_providers\.json$"
    test_gone_on_the_server_is_gone = None  # type: ignore[assignment]  # nobody can delete one

    @pytest.fixture
    def tenant(self, fresh: Tenant) -> Iterator[Tenant]:
        """A tenant without integrations, of which there can be one."""
        yield fresh
        fresh.clear()
        # One that was adopted is spared one deletion; the plugin process goes on, and the next tenant has its id.
        for one in served(fresh):
            fresh.host.delete(self.provider, Held(str(one["id"]), {}, self.example(fresh)))

    def example(self, tenant: Tenant) -> Json:  # noqa: ARG002 - there can be one only
        return {
            "name": "Red Hat Single Sign-On",
            "system_name": "keycloak",
            "client_id": "3scale",
            "client_secret": CLIENT_SECRET,
            "site": "https://sso.example/realms/maas",
            "kind": "keycloak",
            "published": True,
            "automatically_approve_accounts": True,
            "skip_ssl_certificate_verification": False,
            "adopt": False,
        }

    def assert_no_duplicate(self, tenant: Tenant, held: Held) -> None:
        assert [str(one["id"]) for one in served(tenant)] == [held.id]

    @pytest.mark.row("S-179")
    def test_the_address_to_come_back_to_follows_from_the_name(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert held.outs["callback_url"] == "https://maas.apps.maas.test/auth/keycloak/callback"

    @pytest.mark.parametrize("published", [True, False])
    @pytest.mark.parametrize("kind", ["reset_after", "truncated"])
    def test_an_unpublished_one_whose_answer_was_lost_is_found_too(
        self, tenant: Tenant, kind: str, *, published: bool
    ) -> None:
        tenant.fault(kind, "POST", self.lost_post)
        held = tenant.host.create(self.provider, self.example(tenant) | {"published": published})
        assert tenant.host.read(self.provider, held) == held
        self.assert_no_duplicate(tenant, held)

    def test_destroying_unpublishes_and_says_that_it_stays(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.forget()
        tenant.host.delete(self.provider, held)
        assert [one["published"] for one in served(tenant)] == [False]
        (said,) = tenant.host.lines
        assert f"'keycloak' (id {held.id}) is unpublished and stays: 3scale cannot delete it" in said

    def test_creating_after_a_destroy_takes_over_what_stayed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.delete(self.provider, held)
        again = tenant.host.create(self.provider, self.example(tenant) | self.change)
        assert again.id == held.id
        assert tenant.host.read(self.provider, again) == again
        assert [one["published"] for one in served(tenant)] == [True]

    def test_a_published_one_is_refused_with_the_id_and_the_switch(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        told = rf"already taken by SSO integration id {held.id}\..*`adopt: true`, which is `threescale\.adopt`"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, self.example(tenant) | self.change)
        assert tenant.host.read(self.provider, held) == held

    def test_adoption_writes_nothing_where_nothing_differs(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        adopted = tenant.host.create(self.provider, self.example(tenant) | {"adopt": True})
        assert (tenant.writes(), adopted.id) == ([], held.id)

    def test_what_a_run_has_adopted_stays_published_when_that_run_deletes_the_older_record(
        self, tenant: Tenant
    ) -> None:
        older = tenant.host.create(self.provider, self.example(tenant))
        adopted = tenant.host.create(self.provider, self.example(tenant) | {"adopt": True})
        tenant.host.delete(self.provider, older)
        assert tenant.host.read(self.provider, adopted) == adopted
        tenant.host.delete(self.provider, adopted)
        assert not tenant.host.read(self.provider, adopted).inputs["published"]

    def test_adoption_leaves_the_next_preview_empty(self, tenant: Tenant) -> None:
        tenant.host.create(self.provider, self.example(tenant))
        wanted = self.example(tenant) | self.change
        adopted = tenant.host.create(self.provider, wanted | {"adopt": True})
        assert tenant.host.read(self.provider, adopted) == adopted
        again = tenant.host.check(self.provider, wanted, adopted.inputs)
        assert tenant.host.diff(self.provider, adopted, again.inputs).changed == frozenset()

    @pytest.mark.parametrize("name", ["system_name", "name"])
    def test_what_stayed_under_other_names_is_refused_with_them(self, tenant: Tenant, name: str) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.delete(self.provider, held)
        told = rf"`{name}` is 'another', but SSO integration id {held.id} .* Declare the {name} '{held.inputs[name]}'"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, self.example(tenant) | {name: "another", "adopt": True})

    @pytest.mark.parametrize(("name", "value"), [("kind", "auth0"), ("system_name", "other"), ("name", "Other")])
    def test_what_can_never_change_is_refused_in_preview_and_no_replacement(
        self, tenant: Tenant, name: str, value: str
    ) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        failures = tenant.host.check(self.provider, self.example(tenant) | {name: value}, held.inputs).failures
        assert failures.keys() == {name}
        assert f"{value!r} is refused" in failures[name]
        assert f"Declare {held.inputs[name]!r} again" in failures[name]
        assert tenant.host.diff(self.provider, held, held.inputs | {name: value}).replaces == []
        unsure = tenant.host.check(self.provider, self.example(tenant) | {name: UNKNOWN}, held.inputs)
        assert unsure.failures == {}

    def test_a_hand_edit_shows_as_an_input(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        edit = {"published": False, "client_secret": "canary-by-hand"}
        tenant.api.call("PUT", f"{PATH}/{held.id}", {"authentication_provider": edit})
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | edit
        assert tenant.host.update(self.provider, drifted, held.inputs) == held

    def test_another_kind_stands_beside_it(self, tenant: Tenant) -> None:
        tenant.host.create(self.provider, self.example(tenant))
        other = self.example(tenant) | {"kind": "auth0", "system_name": "auth0"}
        tenant.host.create(self.provider, other)
        assert {one["kind"] for one in served(tenant)} == {"keycloak", "auth0"}

    def test_one_of_four_at_once_is_made_and_the_others_are_refused(self, tenant: Tenant) -> None:
        def create(_: int) -> str:
            try:
                return tenant.host.create(self.provider, self.example(tenant)).id
            except PluginError as refusal:
                return str(refusal)

        with ThreadPoolExecutor(4) as pool:
            outcomes = list(pool.map(create, range(4)))
        (only,) = served(tenant)
        assert outcomes.count(str(only["id"])) == 1
        assert sum("taken" in outcome for outcome in outcomes) == 3

    @pytest.mark.parametrize("value", ["", CLIENT_SECRET * 20, 471147114711])
    def test_a_refused_secret_is_not_quoted(self, tenant: Tenant, value: object) -> None:
        failures = tenant.host.check(self.provider, self.example(tenant) | {"client_secret": value}).failures
        assert failures.keys() == {"client_secret"}
        assert not [part for part in ("4711", "canary") if part in failures["client_secret"]]

    def test_the_secret_is_in_no_text_and_no_address(self, tenant: Tenant) -> None:
        tenant.host.create(self.provider, self.example(tenant))
        with pytest.raises(PluginError) as taken:
            tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "PUT", PATH, status=422)
        with pytest.raises(PluginError) as refused:
            tenant.host.create(self.provider, self.example(tenant) | self.change | {"adopt": True})
        texts = [str(taken.value), str(refused.value), *tenant.host.lines, *tenant.requests()]
        assert not [text for text in texts if "canary" in text]

    def test_the_secret_is_one_even_where_nobody_marked_it(self) -> None:
        args = SsoIntegrationArgs(
            name="Log in",
            system_name="keycloak",
            client_id="3scale",
            client_secret=CLIENT_SECRET,
            site="https://a.example",
        )
        found = recorded(lambda: SsoIntegration("sso", args)).one(f"{DYNAMIC}threescale:SsoIntegration")
        assert found.inputs["client_secret"] == secret(CLIENT_SECRET)
        # A refresh puts what it read into inputs and outputs; this is what keeps it secret there.
        assert found.additional_secret_outputs == ("client_secret",)

    @pytest.mark.parametrize("site", ["sso.example/realms/maas", "https://sso.example/a b", "ftp://sso.example", ""])
    def test_an_address_that_3scale_refuses_is_refused_in_preview(self, tenant: Tenant, site: str) -> None:
        assert tenant.host.check(self.provider, self.example(tenant) | {"site": site}).failures.keys() == {"site"}

    def test_after_a_crash_only_a_published_one_needs_recovery(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        assert natural_key.lookup(TYPE, tenant.api, example) is None
        held = tenant.host.create(self.provider, example)
        assert natural_key.lookup(TYPE, tenant.api, example) == held.id
        assert natural_key.matches(TYPE, tenant.api, held.id, example)
        assert not natural_key.matches(TYPE, tenant.api, held.id, example | {"client_secret": "other"})
        tenant.host.delete(self.provider, held)
        assert natural_key.lookup(TYPE, tenant.api, example) is None
