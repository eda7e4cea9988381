from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import ClassVar

import pytest
import requests

from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.access_token import AccessToken, AccessTokenProvider
from tests.dynamic_providers.threescale.conformance import LostAnswers
from tests.dynamic_providers.threescale.tenant import CANARY, Held, Json, Tenant
from tests.support.plugin_host import UNKNOWN, PluginError, PluginHost

PATH = "personal/access_tokens"
TYPE = "pulumi-python:dynamic/threescale:AccessToken"
ADMIN: Json = {"scopes": ["account_management", "cms", "policy_registry"], "permission": "rw"}
"""Rights with which this program could be working."""


def tokens(tenant: Tenant, name: str) -> list[Json]:
    return [one for one in tenant.api.pages(PATH, "access_tokens") if one["name"] == name]


def made(tenant: Tenant, name: str, **rights: object) -> str:
    """Return the id of a token made by hand."""
    fields = {"name": name, "scopes": ["stats"], "permission": "ro", **rights}
    return str(tenant.api.item("POST", PATH, {"token": fields})["id"])


@pytest.mark.row("S-135")
class TestAccessToken(LostAnswers):
    provider = AccessTokenProvider
    recorded = "dynamic_providers.threescale.access_token.AccessTokenProvider"
    spelled: ClassVar[Json] = {"scopes": ["stats", "cms", "stats"]}
    lost_post = r"/access_tokens\.json$"
    test_an_update_happens_in_place = None  # type: ignore[assignment]  # see the next test

    def example(self, tenant: Tenant) -> Json:
        name = tenant.unique("token")
        return {"name": name, "scopes": ["cms", "stats"], "permission": "ro", "expires_at": "", "adopt": False}

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        tenant.api.call("DELETE", f"{PATH}/{held.id}")

    def assert_no_duplicate(self, tenant: Tenant, held: Held) -> None:
        assert [str(one["id"]) for one in tokens(tenant, held.inputs["name"])] == [held.id]
        assert self.opens(tenant, held.outs["value"])

    def opens(self, tenant: Tenant, value: str) -> bool:
        """Tell whether a token with the scope `cms` is good."""
        url = f"{tenant.url}/admin/api/cms/sections.json"
        return requests.get(url, auth=("", value), timeout=5).status_code == 200

    def test_every_change_replaces_and_the_old_one_goes_first(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        changes: Json = {"scopes": ["stats"], "permission": "rw", "expires_at": "2031-01-01T00:00:00Z", "name": "x"}
        for name, value in changes.items():
            diff = tenant.host.diff(self.provider, held, held.inputs | {name: value})
            assert (diff.replaces, diff.delete_before_replace) == ([name], True)

    def test_the_value_is_good_and_is_kept_where_nobody_can_read_it_again(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert self.opens(tenant, held.outs["value"])
        assert tenant.host.read(self.provider, held).outs["value"] == held.outs["value"]
        assert "value" not in tokens(tenant, held.inputs["name"])[0]
        assert AccessToken.secret_outputs == ("value",)
        tenant.host.delete(self.provider, held)
        assert not self.opens(tenant, held.outs["value"])

    def test_the_value_is_never_told(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.fault("status", "DELETE", PATH, status=422)
        with pytest.raises(PluginError) as refused:
            tenant.host.delete(self.provider, held)
        assert not [text for text in (str(refused.value), *tenant.host.lines) if held.outs["value"] in text]
        assert not [path for path in tenant.requests() if held.outs["value"] in path]

    def test_a_taken_name_is_refused_with_the_id_and_the_switch(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        with pytest.raises(
            PluginError,
            match=rf"already taken by access token id {held.id}, .*`adopt: true`, which is `threescale.adopt`",
        ):
            tenant.host.create(self.provider, held.inputs)
        self.assert_no_duplicate(tenant, held)

    def test_adoption_revokes_what_has_the_name_and_makes_another(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        old = [made(tenant, example["name"], permission=permission) for permission in ("ro", "rw")]
        held = tenant.host.create(self.provider, example | {"adopt": True})
        assert held.id not in old
        self.assert_no_duplicate(tenant, held)
        again = tenant.host.check(self.provider, example | {"adopt": False}, held.inputs)
        assert tenant.host.diff(self.provider, held, again.inputs).changed == frozenset()

    def test_adoption_revokes_nothing_that_this_program_may_be_working_with(self, tenant: Tenant) -> None:
        example = self.example(tenant) | {"adopt": True}
        kept = [made(tenant, example["name"]), made(tenant, example["name"], **ADMIN)]
        told = rf"revoke access token id {kept[1]}: it has the rights of the one that this program works with"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, example)
        assert [str(one["id"]) for one in tokens(tenant, example["name"])] == kept

    def test_what_lacks_a_right_of_this_program_is_another_token(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        made(tenant, example["name"], scopes=["account_management", "cms"], permission="rw")
        self.assert_no_duplicate(tenant, tenant.host.create(self.provider, example | {"adopt": True}))

    def test_the_token_that_this_program_works_with_is_not_revoked(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | ADMIN)
        own = {"adminUrl": tenant.url, "accessToken": held.outs["value"], "caBundle": ""}
        with PluginHost(own) as host:
            with pytest.raises(PluginError, match=rf"access token id {held.id}: it is the one that this program"):
                host.delete(self.provider, held)
            assert held.outs["value"] not in "".join([*host.transcript, *host.lines])
            assert host.read(self.provider, held) == held
        tenant.host.delete(self.provider, held)

    def test_four_at_once_are_made_once_each(self, tenant: Tenant) -> None:
        examples = [self.example(tenant) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            made_at_once = list(pool.map(lambda example: tenant.host.create(self.provider, example), examples))
        assert [held.inputs for held in made_at_once] == examples
        assert len({held.outs["value"] for held in made_at_once}) == 4

    @pytest.mark.parametrize(
        ("field", "value"),
        [("scopes", []), ("scopes", ["everything"]), ("permission", "write"), ("expires_at", "tomorrow")],
    )
    def test_what_3scale_refuses_is_refused_in_preview(self, tenant: Tenant, field: str, value: object) -> None:
        failures = tenant.host.check(self.provider, self.example(tenant) | {field: value}).failures
        assert [path.partition("[")[0] for path in failures] == [field]


class TestEndOfAToken:
    def example(self, tenant: Tenant) -> Json:
        end = {"expires_at": "2031-01-31T02:00:00+02:00"}
        return {"name": tenant.unique("token"), "scopes": ["stats"], "permission": "ro"} | end

    def test_an_end_is_a_point_in_time_however_it_is_written(self, fresh: Tenant) -> None:
        held = fresh.host.create(AccessTokenProvider, self.example(fresh))
        assert held.inputs["expires_at"] == "2031-01-31T00:00:00Z"
        assert fresh.host.read(AccessTokenProvider, held) == held

    def test_an_end_without_a_zone_is_refused(self, fresh: Tenant) -> None:
        wrong = self.example(fresh) | {"expires_at": "2031-01-31T00:00:00"}
        assert "with its zone" in fresh.host.check(AccessTokenProvider, wrong).failures["expires_at"]

    def test_a_release_that_ignores_the_end_is_refused_and_no_token_is_left(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        with pytest.raises(PluginError, match=r"ignored `expires_at` 2031-01-31T00:00:00Z, so .* never end.*2\.16 on"):
            tenant.host.create(AccessTokenProvider, example)
        assert tokens(tenant, example["name"]) == []


class Later(AccessTokenProvider):
    """The same at a later time."""

    @staticmethod
    def clock() -> datetime:
        return datetime(2031, 6, 1, tzinfo=UTC)


class TestEndThatIsOver:
    end = "2031-01-31T00:00:00Z"
    inputs: ClassVar[Json] = {"name": "t", "scopes": ["stats"], "permission": "ro", "expires_at": end}

    def refusals(self, provider: AccessTokenProvider, olds: Json, **changes: object) -> dict[str, str]:
        failures = provider.check(olds, self.inputs | changes).failures
        return {failure.property: failure.reason for failure in failures}

    def test_of_a_new_token_it_is_refused(self) -> None:
        told = self.refusals(Later(), {})["expires_at"]
        assert told.startswith("'2031-01-31T00:00:00Z' is refused, because it is in the past")
        assert told.endswith("`threescale.automationToken.expiresAt`")
        assert self.refusals(Later(), {}, expires_at="2031-06-01T00:00:00Z")

    def test_of_a_token_that_is_made_anew_it_is_refused(self) -> None:
        assert set(self.refusals(Later(), self.inputs, scopes=["cms"])) == {"expires_at"}
        assert set(self.refusals(Later(), self.inputs, expires_at="2031-02-01T00:00:00Z")) == {"expires_at"}

    def test_of_a_token_that_came_to_its_end_it_passes(self) -> None:
        assert self.refusals(Later(), self.inputs) == {}
        assert self.refusals(Later(), self.inputs, adopt=True) == {}

    @pytest.mark.parametrize("end", ["2031-06-01T00:00:01Z", "2031-06-01T01:00:00-02:00", "", UNKNOWN])
    def test_another_end_passes(self, end: str) -> None:
        assert self.refusals(Later(), {}, expires_at=end) == {}

    def test_what_cannot_be_read_is_refused_once(self) -> None:
        assert "with its zone" in self.refusals(Later(), {}, expires_at="tomorrow")["expires_at"]

    def test_without_another_clock_the_present_counts(self, tenant: Tenant) -> None:
        checked = tenant.host.check(AccessTokenProvider, self.inputs | {"expires_at": "2001-01-01T00:00:00Z"})
        assert "in the past" in checked.failures["expires_at"]


class TestAfterACrash:
    def test_the_newest_token_of_the_name_is_found_and_matches_what_was_declared(self, tenant: Tenant) -> None:
        inputs: Json = {"name": tenant.unique("token"), "scopes": ["stats"], "permission": "ro"}
        assert natural_key.lookup(TYPE, tenant.api, inputs) is None
        made(tenant, inputs["name"])
        id_ = made(tenant, inputs["name"])
        assert natural_key.lookup(TYPE, tenant.api, inputs) == id_
        assert natural_key.matches(TYPE, tenant.api, id_, inputs | {"adopt": True})
        assert not natural_key.matches(TYPE, tenant.api, id_, inputs | {"permission": "rw"})
        assert not natural_key.matches(TYPE, tenant.api, "999999", inputs)

    def test_it_is_discarded_because_its_value_is_lost(self, tenant: Tenant) -> None:
        inputs: Json = {"name": tenant.unique("token"), "scopes": ["stats"], "permission": "ro"}
        id_ = made(tenant, inputs["name"])
        assert natural_key.is_told_once(TYPE)
        natural_key.discard(TYPE, tenant.api, id_, inputs)
        natural_key.discard(TYPE, tenant.api, id_, inputs)
        assert tokens(tenant, inputs["name"]) == []

    def test_a_token_with_the_programs_rights_is_of_the_create_where_an_older_one_was_there(
        self, fresh: Tenant
    ) -> None:
        inputs = {"name": "automation", **ADMIN}
        id_ = made(fresh, "automation", **ADMIN)
        assert natural_key.matches(TYPE, fresh.api, id_, inputs)

    def test_the_only_token_that_can_be_the_programs_own_is_not_of_a_create(self, fresh: Tenant) -> None:
        (own,) = fresh.api.pages(PATH, "access_tokens")
        inputs = {"name": own["name"], "scopes": own["scopes"], "permission": own["permission"]}
        assert natural_key.lookup(TYPE, fresh.api, inputs) == str(own["id"])
        assert not natural_key.matches(TYPE, fresh.api, str(own["id"]), inputs)

    def test_other_entities_are_taken_over_and_not_discarded(self, tenant: Tenant) -> None:
        backend = "pulumi-python:dynamic/threescale:Backend"
        assert not natural_key.is_told_once(backend)
        with pytest.raises(TypeError, match="taken over"):
            natural_key.discard(backend, tenant.api, "1", {"system_name": "b"})


def test_the_canary_is_the_token_that_the_tests_work_with(tenant: Tenant) -> None:
    assert tenant.api.works_with(CANARY)
    assert not tenant.api.works_with(CANARY[:-1])
