"""The life of one value: an unlikely number walks from the stack file to everything that shows it."""

import json

from tests.support.platform import MODEL, program


def test_the_longest_context_reaches_the_server_the_page_and_the_catalogue() -> None:
    found = program(models={MODEL: {"maxModelLen": 7919}})
    runtime = found.one("kubernetes:serving.kserve.io/v1alpha1:ServingRuntime")

    assert "--max-model-len=7919" in runtime.inputs["spec"]["containers"][0]["args"]
    assert found.outputs["models"][0]["max_model_len"] == 7919
    page = found.one("pulumi-python:dynamic/threescale:ActiveDoc")
    assert "7919 tokens" in page.inputs["document"]["info"]["description"]
    assert sum("7919" in json.dumps(one.inputs) for one in found.resources) == 2


def test_a_limit_reaches_the_plan_and_nothing_else() -> None:
    found = program(plans={"standard": {"limits": {"total_tokens per month": 7919}}})

    shown = [one for one in found.resources if "7919" in json.dumps(one.inputs)]

    assert [one.type for one in shown] == ["pulumi-python:dynamic/threescale:ApplicationPlan"]
    assert shown[0].inputs["limits"]["total_tokens per month"] == {"value": 7919}


def test_a_read_timeout_reaches_the_policy_chain_and_changes_the_promotion() -> None:
    before, after = program(), program(apiDefaults={"upstream": {"readTimeout": 7919}})

    (chain,) = [one for one in after.resources if "7919" in json.dumps(one.inputs)]
    assert chain.type == "pulumi-python:dynamic/threescale:PolicyChain"
    promotion = "pulumi-python:dynamic/threescale:ProxyPromotion"
    assert before.one(promotion).inputs["fingerprint"] != after.one(promotion).inputs["fingerprint"]
