"""Promises of what a tenant has once and of what it shall not have. Both have no list, no id and no taken name."""

from abc import abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar

import pytest

from dynamic_providers.threescale.absent import AbsentProvider
from dynamic_providers.threescale.singleton import SingletonProvider
from tests.dynamic_providers.threescale.conformance import Conformance
from tests.dynamic_providers.threescale.tenant import Json, Tenant
from tests.support.plugin_host import PluginError


class SingletonConformance(Conformance):
    """Promises of a single object that nobody can make or delete."""

    provider: ClassVar[type[SingletonProvider]]
    others: ClassVar[Json]
    """Fields that the example does not declare → a value that differs from the tenant's."""
    test_gone_on_the_server_is_gone = None  # type: ignore[assignment]  # it cannot go

    @pytest.fixture
    def tenant(self, fresh: Tenant) -> Tenant:
        """A tenant of its own: what is set here counts for everything in it."""
        return fresh

    def served(self, tenant: Tenant) -> Json:
        """Return the object as an administrator sees it, without the stamp of the last write."""
        item = tenant.api.item("GET", self.provider.singleton.path)
        return {name: value for name, value in item.items() if name != "updated_at"}

    def set_by_hand(self, tenant: Tenant, fields: Json) -> None:
        singleton = self.provider.singleton
        tenant.api.call("PUT", singleton.path, {singleton.wrapper: fields})

    def test_only_declared_fields_are_written(self, tenant: Tenant) -> None:
        before, example = self.served(tenant), self.example(tenant)
        declared = {name: example[name] for name in example if name != "restore"}
        tenant.host.create(self.provider, example)
        assert self.served(tenant) == before | declared

    def test_a_field_that_nobody_declared_may_change_by_hand(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.set_by_hand(tenant, self.others)
        assert tenant.host.read(self.provider, held) == held

    def test_destroying_puts_back_what_was_there(self, tenant: Tenant) -> None:
        before = self.served(tenant)
        held = tenant.host.create(self.provider, self.example(tenant))
        updated = tenant.host.update(self.provider, held, held.inputs | self.change)
        assert self.served(tenant) != before
        tenant.host.delete(self.provider, updated)
        assert self.served(tenant) == before

    def test_destroying_leaves_what_is_there_where_that_is_declared(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | {"restore": False})
        before = self.served(tenant)
        tenant.clear()
        tenant.host.delete(self.provider, held)
        assert (tenant.writes(), self.served(tenant)) == ([], before)

    def test_a_field_declared_later_is_put_back_too(self, tenant: Tenant) -> None:
        before = self.served(tenant)
        held = tenant.host.create(self.provider, self.example(tenant))
        updated = tenant.host.update(self.provider, held, held.inputs | self.others)
        assert tenant.host.read(self.provider, updated) == updated
        tenant.host.delete(self.provider, updated)
        assert self.served(tenant) == before

    def test_a_field_no_longer_declared_is_put_back_at_once(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        before = self.served(tenant)
        wider = tenant.host.update(self.provider, held, held.inputs | self.others)
        narrow = tenant.host.update(self.provider, wider, held.inputs)
        assert self.served(tenant) == before
        assert narrow.outs == held.outs

    def test_a_field_no_longer_declared_stays_where_that_is_declared(self, tenant: Tenant) -> None:
        example = self.example(tenant) | {"restore": False}
        wider = tenant.host.create(self.provider, example | self.others)
        before = self.served(tenant)
        narrow = tenant.host.update(self.provider, wider, example)
        assert self.served(tenant) == before
        assert tenant.host.read(self.provider, narrow) == narrow

    def test_a_hand_edit_shows_as_an_input_and_is_repaired_without_forgetting(self, tenant: Tenant) -> None:
        before = self.served(tenant)
        held = tenant.host.create(self.provider, self.example(tenant))
        self.set_by_hand(tenant, self.change)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | self.change
        repaired = tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, repaired) == held
        tenant.host.delete(self.provider, repaired)
        assert self.served(tenant) == before

    def test_what_is_as_declared_is_not_written(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        tenant.host.create(self.provider, example)
        tenant.clear()
        again = tenant.host.create(self.provider, example)
        tenant.host.delete(self.provider, again)
        assert tenant.writes() == []

    @pytest.mark.parametrize("kind", ["reset_after", "reset_before", "truncated", "html"])
    def test_a_write_whose_answer_was_lost_is_repeated(self, tenant: Tenant, kind: str) -> None:
        before, example = self.served(tenant), self.example(tenant)
        tenant.fault(kind, "PUT", f"/{self.provider.singleton.path}\\.json$")
        held = tenant.host.create(self.provider, example)
        assert tenant.host.read(self.provider, held) == held
        tenant.host.delete(self.provider, held)
        assert self.served(tenant) == before


class AbsentConformance(Conformance):
    """Promises of what is removed and stays away."""

    provider: ClassVar[type[AbsentProvider]]
    test_gone_on_the_server_is_gone = None  # type: ignore[assignment]  # it is gone all the time

    @abstractmethod
    def sample(self, tenant: Tenant, inputs: Json) -> str:
        """Make what `inputs` describe, and return its id."""

    @abstractmethod
    def exists(self, tenant: Tenant, inputs: Json) -> bool:
        """Tell whether something holds the permanent name."""

    def test_the_sample_is_removed_and_its_name_is_free(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        self.sample(tenant, example)
        held = tenant.host.create(self.provider, example)
        assert (held.outs["present"], self.exists(tenant, example)) == (False, False)
        self.sample(tenant, example)

    def test_what_is_not_there_is_not_missed(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        tenant.clear()
        tenant.host.create(self.provider, example)
        tenant.host.create(self.provider, example)
        assert tenant.writes() == []

    def test_another_title_is_somebodys_and_stays(self, tenant: Tenant) -> None:
        example = self.example(tenant)
        id_ = self.sample(tenant, example | {self.provider.label: "Ours"})
        with pytest.raises(PluginError, match=rf"id {id_} of this name is titled 'Ours' and not .*Keep it with"):
            tenant.host.create(self.provider, example)
        assert self.exists(tenant, example)

    def test_a_sample_that_came_back_is_drift_and_is_removed_again(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.sample(tenant, held.inputs)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs == held.inputs | {"present": True}
        assert tenant.host.diff(self.provider, drifted, held.inputs).changed == {"present"}
        tenant.host.update(self.provider, drifted, held.inputs)
        assert not self.exists(tenant, held.inputs)

    def test_what_others_made_under_the_name_since_is_no_drift(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        self.sample(tenant, held.inputs | {self.provider.label: "Ours"})
        assert tenant.host.read(self.provider, held) == held

    def test_destroying_does_nothing_and_says_so(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        tenant.clear()
        tenant.host.forget()
        tenant.host.delete(self.provider, held)
        assert tenant.requests() == []
        (said,) = tenant.host.lines
        assert "stays removed" in said

    @pytest.mark.parametrize("kind", ["reset_after", "reset_before"])
    def test_a_removal_whose_answer_was_lost_is_repeated(self, tenant: Tenant, kind: str) -> None:
        example = self.example(tenant)
        self.sample(tenant, example)
        tenant.fault(kind, "DELETE", "")
        tenant.host.create(self.provider, example)
        assert not self.exists(tenant, example)

    def test_four_at_once_are_removed_once_each(self, tenant: Tenant) -> None:
        examples = [self.example(tenant) for _ in range(4)]
        for example in examples:
            self.sample(tenant, example)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda example: tenant.host.create(self.provider, example), examples))
        assert not [example for example in examples if self.exists(tenant, example)]
