"""What every entity promises, each promise stated once. A test of an entity gives provider, example and change."""

import contextlib
import re
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from dynamic_providers.threescale import natural_key
from dynamic_providers.threescale.entity import EntityProvider, TenantProvider
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant
from tests.support.plugin_host import UNKNOWN, PluginError


class Conformance:
    """Promises of every resource of a tenant."""

    provider: ClassVar[type[TenantProvider]]
    recorded: ClassVar[str]
    """Module path and class name as they stand in states; a change of this line breaks every stack."""
    change: ClassVar[Json]
    """Inputs that are updated in place."""
    spelled: ClassVar[Json] = {}
    """Other spellings of inputs of the example, which must not show as a difference."""

    def example(self, tenant: Tenant) -> Json:
        """Return inputs in canonical form, in which every field is given."""
        raise NotImplementedError

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        """Delete what was made, past the provider."""
        raise NotImplementedError

    def test_the_state_of_existing_stacks_finds_the_class(self) -> None:
        assert f"{self.provider.__module__}.{self.provider.__qualname__}" == self.recorded

    def test_a_second_preview_is_empty(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        again = tenant.host.check(self.provider, example, held.inputs)
        diff = tenant.host.diff(self.provider, held, again.inputs)
        assert (diff.changed, diff.replaces, again.failures) == (frozenset(), [], {})

    def test_a_refresh_after_up_finds_no_difference(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        refreshed = tenant.host.read(self.provider, held)
        assert refreshed == held

    def test_an_update_happens_in_place(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        wanted = held.inputs | self.change
        diff = tenant.host.diff(self.provider, held, wanted)
        assert (diff.changed, diff.replaces) == (frozenset(self.change), [])
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated
        assert held.outs.keys() == updated.outs.keys()

    def test_each_identity_field_replaces(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        for name in self.provider.replace_on:
            for value in ("another", UNKNOWN):
                assert tenant.host.diff(self.provider, held, held.inputs | {name: value}).replaces == [name]

    def test_a_forced_replacement_deletes_first(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.host.diff(self.provider, held, held.inputs).delete_before_replace

    def test_gone_on_the_server_is_gone(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.remove_by_hand(tenant, held)
        assert tenant.host.read(self.provider, held).id == ""

    def test_deleting_twice_is_fine(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.host.delete(self.provider, held)
        tenant.host.delete(self.provider, held)

    def test_an_unknown_input_passes_check(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        for name in example:
            checked = tenant.host.check(self.provider, example | {name: UNKNOWN})
            assert checked.failures == {}
            assert checked.inputs.keys() == example.keys()

    def test_a_missing_input_is_refused_by_name(self, tenant: Tenant) -> None:
        required = [name for name, field in self.provider.props.model_fields.items() if field.is_required()]
        assert set(tenant.host.check(self.provider, {}).failures) == set(required)

    def test_another_spelling_is_no_difference(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        checked = tenant.host.check(self.provider, example | self.spelled)
        assert (checked.inputs, checked.failures) == (example, {})

    def assert_no_duplicate(self, tenant: Tenant, held: Held) -> None:
        """Nothing more to prove for a set: reading shows a duplicate as a foreign member."""


class LostAnswers(Conformance):
    """Promises of what is made by POST, which may not simply be repeated."""

    lost_post: ClassVar[str]
    """Pattern of the path of the POST whose answer gets lost."""

    @pytest.mark.parametrize("kind", ["reset_after", "reset_before", "truncated"])
    def test_a_create_whose_answer_was_lost_is_healed(self, tenant: Tenant, kind: str) -> None:
        example = self.example(tenant)
        tenant.fault(kind, "POST", self.lost_post)
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held
        self.assert_no_duplicate(tenant, held)


class EntityConformance(LostAnswers):
    """Promises of what has a natural key."""

    provider: ClassVar[type[EntityProvider]]
    switch: ClassVar[str] = "models.<key>.adopt"
    """Path of `adopt` in the stack's configuration."""
    later: ClassVar[frozenset[str]] = frozenset()
    """Inputs of `change` that a create sets after its first call."""

    def listing(self, held: Held) -> tuple[str, str]:
        """Return path and envelope of the list that contains the entity."""
        entity = self.provider.entity
        return entity.path.format(**held.inputs), entity.collection

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        tenant.api.call("DELETE", f"{self.provider.entity.path.format(**held.inputs)}/{held.id}")

    def ids(self, tenant: Tenant, held: Held) -> list[str]:
        """Return the ids of all entities that carry the natural key of `held`."""
        path, collection = self.listing(held)
        key = self.provider.entity.natural_key
        return [str(one["id"]) for one in tenant.api.pages(path, collection) if one.get(key) == held.inputs[key]]

    def assert_no_duplicate(self, tenant: Tenant, held: Held) -> None:
        assert self.ids(tenant, held) == [held.id]

    def test_a_taken_name_is_refused_with_the_id_and_the_switch(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        told = rf"(?s)already taken by .* id {held.id}\b.*`adopt: true`, which is `{re.escape(self.switch)}`"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, example)

    def test_adoption_writes_nothing_where_nothing_differs(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        tenant.clear()
        adopted = tenant.host.create(self.provider, example | {"adopt": True})
        assert tenant.writes() == []
        assert adopted.id == held.id
        assert adopted.outs == held.outs | {"adopt": True}

    def test_adoption_leaves_the_next_preview_empty(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        tenant.host.create(self.provider, example)
        adopted = tenant.host.create(self.provider, example | self.change | {"adopt": True})
        assert tenant.host.read(self.provider, adopted) == adopted
        for switch in (True, False):
            again = tenant.host.check(self.provider, example | self.change | {"adopt": switch}, adopted.inputs)
            assert tenant.host.diff(self.provider, adopted, again.inputs).changed == frozenset()

    def test_what_a_run_has_adopted_stays_when_that_run_deletes_the_older_record_of_it(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        older = tenant.host.create(self.provider, example)
        adopted = tenant.host.create(self.provider, example | {"adopt": True})
        tenant.host.delete(self.provider, older)
        assert tenant.host.read(self.provider, adopted) == adopted
        tenant.host.delete(self.provider, adopted)
        assert tenant.host.read(self.provider, adopted).id == ""

    def test_a_hand_edit_shows_as_an_input(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        held = tenant.host.create(self.provider, example)
        tenant.host.update(self.provider, held, held.inputs | self.change)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | self.change
        repaired = tenant.host.update(self.provider, drifted, example)
        assert tenant.host.read(self.provider, repaired).inputs == held.inputs

    def test_only_what_a_create_of_these_inputs_can_have_made_matches(self, tenant: Tenant) -> None:
        token = f"pulumi-python:dynamic/threescale:{self.provider.__name__.removesuffix('Provider')}"
        held = tenant.host.create(self.provider, self.example(tenant))
        assert natural_key.matches(token, tenant.api, held.id, held.inputs | {"__provider": "x", "adopt": True})
        for name, value in self.change.items():
            other = held.inputs | {name: value}
            assert natural_key.matches(token, tenant.api, held.id, other) == (name in self.later), name
        self.remove_by_hand(tenant, held)
        assert not natural_key.matches(token, tenant.api, held.id, held.inputs)

    def test_four_at_once_are_made_once_each(self, tenant: Tenant) -> None:
        examples = [self.example(tenant) for _ in range(4)]
        with ThreadPoolExecutor(4) as pool:
            made = list(pool.map(lambda example: tenant.host.create(self.provider, example), examples))
        assert len({held.id for held in made}) == 4
        assert [held.inputs for held in made] == examples


class MadeInSteps(EntityConformance):
    """Promises of what needs more than one call to be complete."""

    second_call: ClassVar[tuple[str, str]]
    """Method and path pattern of a call that comes after the first one."""

    def test_a_create_that_fails_in_the_middle_leaves_nothing(self, tenant: Tenant) -> None:
        method, pattern = self.second_call
        example = self.example(tenant)
        tenant.fault("status", method, pattern, status=422)
        with pytest.raises(PluginError, match="3scale refused it"):
            tenant.host.create(self.provider, example)
        held = tenant.host.create(self.provider, example)
        self.assert_no_duplicate(tenant, held)

    def test_what_cannot_be_taken_back_is_named_with_its_id_and_the_switch(self, tenant: Tenant) -> None:
        method, pattern = self.second_call
        example = self.example(tenant)
        tenant.fault("status", method, pattern, status=422)
        tenant.fault("status", "DELETE", "", status=403)
        told = rf"id \d+ was made, then: .* `adopt: true`, which is `{re.escape(self.switch)}`"
        with pytest.raises(PluginError, match=told):
            tenant.host.create(self.provider, example)
        completed = tenant.host.create(self.provider, example | {"adopt": True})
        assert tenant.host.read(self.provider, completed) == completed


class OwnedConformance(Conformance):
    """Promises of what a product holds exactly once."""

    def remove_by_hand(self, tenant: Tenant, held: Held) -> None:
        """Delete the product: only with it such a resource disappears."""
        tenant.api.call("DELETE", f"services/{held.id}")

    def test_creating_again_changes_nothing(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        assert tenant.host.create(self.provider, held.inputs) == held

    def test_an_update_that_broke_off_is_healed_by_the_next(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            tenant.fault("status", method, f"/services/{held.id}/", status=422)
        wanted = held.inputs | self.change
        for _ in range(4):
            with contextlib.suppress(PluginError):
                tenant.host.update(self.provider, held, wanted)
        updated = tenant.host.update(self.provider, held, wanted)
        assert tenant.host.read(self.provider, updated) == updated
