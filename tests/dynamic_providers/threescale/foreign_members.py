"""What every set promises about members that nobody declared. A test of a set tells how one is added by hand."""

from typing import ClassVar

from dynamic_providers.threescale.entity import TenantProvider
from tests.dynamic_providers.threescale.tenant import Held, Json, Tenant

KEEP = {"foreign": "keep"}


class ForeignMembers:
    """Promises of one set of a resource."""

    provider: ClassVar[type[TenantProvider]]
    set_name: ClassVar[str]
    """The input that carries the set."""
    goes_with_its_owner: ClassVar[bool] = False
    """True when the resource is more than its sets, and its deletion takes every member with it."""

    def example(self, tenant: Tenant) -> Json:
        """Return inputs in canonical form, with at least one member of the set."""
        raise NotImplementedError

    def add_by_hand(self, tenant: Tenant, held: Held) -> str:
        """Add a member past the provider; return its name."""
        raise NotImplementedError

    def served(self, tenant: Tenant, held: Held) -> set[str]:
        """Return the names of all members on the server, asked past the provider."""
        raise NotImplementedError

    def test_a_foreign_member_is_shown_by_name_and_removed_by_the_next_update(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        name = self.add_by_hand(tenant, held)
        drifted = tenant.host.read(self.provider, held)
        assert drifted.inputs[self.set_name].keys() - held.inputs[self.set_name].keys() == {name}
        assert drifted.inputs | {self.set_name: held.inputs[self.set_name]} == held.inputs
        tenant.host.update(self.provider, drifted, held.inputs)
        assert tenant.host.read(self.provider, held) == held
        assert self.served(tenant, held) == set(held.inputs[self.set_name])

    def test_a_foreign_member_that_is_kept_is_neither_shown_nor_touched(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | KEEP)
        name = self.add_by_hand(tenant, held)
        assert tenant.host.read(self.provider, held) == held
        emptied = tenant.host.update(self.provider, held, held.inputs | {self.set_name: {}})
        assert self.served(tenant, held) == {name}
        assert tenant.host.read(self.provider, emptied) == emptied
        again = tenant.host.update(self.provider, emptied, held.inputs)
        assert tenant.host.read(self.provider, again) == again
        assert self.served(tenant, held) == {name, *held.inputs[self.set_name]}

    def test_what_a_create_finds_is_kept_or_removed(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        name = self.add_by_hand(tenant, held)
        again = held.inputs | ({"adopt": True} if "adopt" in held.inputs else {})
        kept = tenant.host.create(self.provider, again | KEEP)
        assert self.served(tenant, held) == {name, *held.inputs[self.set_name]}
        assert tenant.host.read(self.provider, kept) == kept
        tenant.host.create(self.provider, again)
        assert self.served(tenant, held) == set(held.inputs[self.set_name])

    def test_destroying_spares_a_foreign_member_that_has_a_place_to_stay(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | KEEP)
        name = self.add_by_hand(tenant, held)
        tenant.host.delete(self.provider, held)
        if self.goes_with_its_owner:
            assert tenant.host.read(self.provider, held).id == ""
        else:
            assert self.served(tenant, held) == {name}

    def test_what_a_refresh_found_is_spared_when_it_is_to_be_kept_from_now_on(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant))
        name = self.add_by_hand(tenant, held)
        drifted = tenant.host.read(self.provider, held)
        kept = tenant.host.update(self.provider, drifted, held.inputs | KEEP)
        assert name in self.served(tenant, held)
        assert tenant.host.read(self.provider, kept) == kept

    def test_what_was_kept_is_removed_when_nothing_is_to_be_kept_any_more(self, tenant: Tenant) -> None:
        held = tenant.host.create(self.provider, self.example(tenant) | KEEP)
        self.add_by_hand(tenant, held)
        wanted = held.inputs | {"foreign": "remove"}
        strict = tenant.host.update(self.provider, held, wanted)
        found = tenant.host.read(self.provider, strict)
        tenant.host.update(self.provider, found, wanted)
        assert self.served(tenant, held) == set(held.inputs[self.set_name])
