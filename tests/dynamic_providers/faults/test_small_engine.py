from collections.abc import Iterator
from dataclasses import replace

import pytest

from dynamic_providers.threescale.backend import BackendProvider
from dynamic_providers.threescale.backend_usages import BackendUsagesProvider
from dynamic_providers.threescale.product import ProductProvider
from operations.recover import lookup
from sandbox.threescale.faults import Fault, Kind
from tests.dynamic_providers.faults.cell import Proof
from tests.dynamic_providers.faults.emulator import Aim, Call
from tests.support.small_engine import Declared, Killed, Ref, RunFailed, SmallEngine, State

BACKEND = Declared(
    name="backend",
    provider=BackendProvider,
    inputs={"system_name": "tiny", "name": "Tiny", "private_endpoint": "http://tiny.svc:80"},
)
PRODUCT = Declared(
    name="product", provider=ProductProvider, inputs={"system_name": "tiny", "name": "Tiny"}, after=("backend",)
)
USAGES = Declared(
    name="usages",
    provider=BackendUsagesProvider,
    inputs={"product_id": Ref("product"), "usages": {"/": {"backend_id": Ref("backend")}}},
    deleted_with="product",
)
PROGRAM = (BACKEND, PRODUCT, USAGES)
POST_PRODUCT = Call("POST", "/admin/api/services.json", 1)
POST_USAGE = Call("POST", "/admin/api/services/3/backend_usages.json", 1)
"""Of the product made third, after the sample and the one of the program."""


def changed(program: tuple[Declared, ...], name: str, /, **inputs: object) -> list[Declared]:
    return [replace(one, inputs={**one.inputs, **inputs}) if one.name == name else one for one in program]


@pytest.fixture
def engine(proof: Proof) -> Iterator[SmallEngine]:
    """An engine whose program is up, and which has forgotten the steps of that."""
    with proof.host() as host:
        engine = SmallEngine(host)
        engine.up(PROGRAM)
        engine.steps.clear()
        proof.tenant.aimed.begin()
        yield engine


def test_a_second_up_does_nothing_and_asks_nothing(proof: Proof, engine: SmallEngine) -> None:
    engine.up(PROGRAM)
    assert (engine.steps, proof.tenant.aimed.calls) == ([], [])


def test_an_output_of_another_resource_arrives_as_an_input(engine: SmallEngine) -> None:
    product = engine.state.live("product")
    usages = engine.state.live("usages")
    assert product
    assert usages
    assert usages.held.inputs["product_id"] == product.held.id


def test_what_depends_on_a_replacement_side_by_side_is_itself_deleted_first(engine: SmallEngine) -> None:
    engine.up(changed(PROGRAM, "product", system_name="small"))
    assert engine.steps == ["create product", "delete usages", "create usages", "delete product"]


def test_a_replacement_side_by_side_deletes_the_old_one_at_the_end(engine: SmallEngine) -> None:
    engine.up(changed(PROGRAM, "backend", system_name="small"))
    assert engine.steps == ["create backend", "update usages", "delete backend"]


def test_what_is_no_longer_declared_is_deleted_last_to_first(engine: SmallEngine) -> None:
    engine.up([BACKEND])
    assert engine.steps == ["delete usages", "delete product"]
    engine.destroy()
    assert engine.state == State()


def test_the_first_error_ends_the_run_and_keeps_what_was_done(proof: Proof) -> None:
    with proof.host() as host:
        engine = SmallEngine(host)
        proof.tenant.aimed.begin(Aim(POST_PRODUCT, lambda: Fault(Kind.STATUS, status=422)))
        with pytest.raises(RunFailed, match=r"product: .* 3scale refused it"):
            engine.up(PROGRAM)
        assert [entry.declared.name for entry in engine.state.entries] == ["backend"]
        assert engine.state.pending == []


def test_what_was_deleted_to_be_made_again_is_made_by_the_next_run(proof: Proof, engine: SmallEngine) -> None:
    program = changed(PROGRAM, "product", system_name="small")
    proof.tenant.aimed.begin(Aim(POST_USAGE, lambda: Fault(Kind.STATUS, status=422)))
    with pytest.raises(RunFailed):
        engine.up(program)
    assert [entry.declared.name for entry in engine.state.entries if entry.gone] == ["usages"]
    engine.steps.clear()
    engine.up(program)
    assert engine.steps == ["create usages", "delete product"]


def test_a_kill_leaves_the_create_pending_and_recover_takes_over_what_it_made(proof: Proof) -> None:
    state = State()
    with proof.host() as host:
        proof.tenant.aimed.begin(Aim(POST_PRODUCT, host.kill))
        with pytest.raises(Killed):
            SmallEngine(host, state).up(PROGRAM)
    assert [declared.name for declared, _ in state.pending] == ["product"]
    with proof.host() as host:
        engine = SmallEngine(host, state)
        engine.recover(lookup.threescale(proof.settings), proof.settings)
        engine.up(PROGRAM)
    assert engine.steps == ["take over product", "update product", "create usages"]
    assert state.pending == []


def test_recover_gives_up_what_was_not_made_and_leaves_to_a_person_what_is_otherwise(proof: Proof) -> None:
    with proof.host() as host:
        SmallEngine(host).up(PROGRAM)
        other = changed(PROGRAM, "product", name="Other")[1]
        engine = SmallEngine(host, State(pending=[(other, other.inputs)]))
        with pytest.raises(RunFailed, match="product exists, but not as declared"):
            engine.recover(lookup.threescale(proof.settings), proof.settings)
        absent = changed(PROGRAM, "product", system_name="absent")[1]
        engine = SmallEngine(host, State(pending=[(absent, absent.inputs)]))
        engine.recover(lookup.threescale(proof.settings), proof.settings)
        assert engine.state == State()


def test_a_refresh_shows_a_hand_edit_and_forgets_what_is_gone(proof: Proof, engine: SmallEngine) -> None:
    product, usages = engine.state.live("product"), engine.state.live("usages")
    assert product
    assert usages
    with proof.host() as host:
        by_hand = replace(product.held, inputs=product.held.inputs | {"name": "By hand"})
        host.update(ProductProvider, by_hand, by_hand.inputs)
        host.delete(BackendUsagesProvider, usages.held)
    engine.refresh()
    engine.up(PROGRAM)
    assert engine.steps == ["update product", "update usages"]
    engine.destroy()
    engine.refresh()
    assert engine.state == State()
