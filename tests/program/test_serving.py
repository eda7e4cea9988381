"""A platform that serves every kind of model, under the recorder."""

import json
from typing import Any

import pytest

from tests.support.model_servers import GRANITE_8B, KINDS, on_pool, pool_stack, served
from tests.support.platform import MODEL, program_of
from tests.support.recorder import DYNAMIC, Recording
from tests.support.stack_file import CANARIES

KEY = "canary-model-key"


def platform(*, secrets: dict[str, str] | None = None, **server: object) -> Recording:
    models: dict[str, Any] = {engine: served(engine) for engine in KINDS if engine != "vllm"}
    # A server that others run, so that the pool has room for one more.
    models["image"] = served("image", server={"gpus": 0})
    stack = pool_stack({**models, "granite": on_pool(server, weights=GRANITE_8B)}, {"pricePerHour": 1.2})
    return program_of(stack, secrets={**CANARIES, **(secrets or {})})


@pytest.fixture(scope="module")
def found() -> Recording:
    return platform()


@pytest.mark.row("S-078")
def test_every_kind_of_model_has_a_server_and_an_api(found: Recording) -> None:
    names = {MODEL, "granite", *KINDS} - {"vllm"}

    assert {one.name for one in found.of("maas:serving:ModelServer")} == names
    assert {one.name for one in found.of(f"{DYNAMIC}threescale:Product")} == names


def test_a_server_on_a_pool_waits_for_its_nodes(found: Recording) -> None:
    service = found.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime", "granite-runtime")

    gates = [urn for urn in service.dependencies if "a10g" in urn]
    assert len(gates) == 1


def test_a_model_costs_at_most_eight_resources_of_kubernetes() -> None:
    measured = platform(monitoring=True)
    server = measured.urn("maas:serving:ModelServer", "granite")

    assert len([one for one in measured.resources if one.parent == server]) == 5


def test_the_outputs_tell_addresses_room_and_cost(found: Recording) -> None:
    assert found.outputs["model_internal_urls"]["granite"] == "http://granite-predictor.llm-hosting.svc.cluster.local"
    assert found.outputs["model_fit"]["granite"]["headroom_gib"] == 2.05
    assert found.outputs["model_costs"]["granite"]["per_month"] == 876.0


@pytest.mark.row("S-073")
def test_a_servers_key_is_nowhere_in_plain_text() -> None:
    keyed = platform(secrets={"modelApiKey": KEY}, requireApiKey=True)

    secret = keyed.one("kubernetes:core/v1:Secret", "serving-key")
    assert (
        secret.urn in keyed.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime", "granite-runtime").dependencies
    )
    for one in keyed.resources:
        plain = json.dumps({name: value for name, value in one.inputs.items() if name not in {"data", "policies"}})
        assert KEY not in plain, one.urn
    assert KEY not in json.dumps(keyed.outputs)
