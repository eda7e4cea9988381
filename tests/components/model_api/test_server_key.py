"""A model server's own key: known to the gateway, shown to nobody."""

import json

import pulumi
import pytest

from components.config.validation import validated
from components.model_api import ModelApi, ModelApiArgs
from components.model_api.definition import api_definition
from components.model_api.policies import with_key
from components.site import ServerKey, Site
from tests.components.config.test_validation import ALL_SECRETS
from tests.support.model_servers import served, serving_stack
from tests.support.platform import placed_with
from tests.support.recorder import DYNAMIC, SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES

KEY = "canary-model-key"


def stack(*, asks: bool, **model: object) -> dict[str, object]:
    return serving_stack({"granite": served(server={"requireApiKey": asks}, **model)})  # type: ignore[arg-type]  # keys of a stack file


def recording(*, asks: bool) -> Recording:
    def component(site: Site, gate: pulumi.Resource) -> None:
        ModelApi("granite", ModelApiArgs(site=site, key="granite", ready=gate, installation=gate))

    return placed_with({**CANARIES, "modelApiKey": KEY}, component, **stack(asks=asks))


@pytest.mark.row("S-073")
def test_the_gateway_sends_the_servers_key_after_it_has_read_the_developers() -> None:
    links = api_definition(validated(stack(asks=True), ALL_SECRETS), "granite").policies

    assert [link["name"] for link in links][-2:] == ["apicast", "headers"]
    assert with_key(links, KEY)[-1]["configuration"] == {
        "request": [{"op": "set", "header": "Authorization", "value_type": "plain", "value": f"Bearer {KEY}"}],
        "response": [],
    }
    assert with_key(links, KEY)[:-1] == links[:-1]


def test_what_is_compared_and_shown_has_no_key() -> None:
    asking, open_ = (api_definition(validated(stack(asks=asks), ALL_SECRETS), "granite") for asks in (True, False))

    assert KEY not in json.dumps(asking.policies)
    assert asking.fingerprint != open_.fingerprint
    assert with_key(open_.policies, KEY) == open_.policies


def test_the_chain_is_a_secret_only_where_a_key_is_in_it() -> None:
    keyed = recording(asks=True).one(f"{DYNAMIC}threescale:PolicyChain").inputs["policies"]
    plain = recording(asks=False).one(f"{DYNAMIC}threescale:PolicyChain").inputs["policies"]

    assert SECRET_SIGNATURE in keyed
    assert KEY in json.dumps(keyed["value"])
    assert isinstance(plain, list)


def test_a_chain_that_is_declared_word_by_word_is_left_alone() -> None:
    own = {"policies": [{"name": "apicast"}]}
    found = api_definition(validated(stack(asks=True, api=own), ALL_SECRETS), "granite")

    assert [link["name"] for link in found.policies] == ["apicast"]


def test_another_key_is_sent_when_the_server_takes_it_and_is_promoted() -> None:
    def component(site: Site, gate: pulumi.Resource) -> None:
        server = pulumi.CustomResource("test:index:Server", "server")
        key = ServerKey(version=pulumi.Output.from_input("serving-key-2"), ready=server)
        ModelApi("granite", ModelApiArgs(site=site, key="granite", ready=gate, installation=gate, server_key=key))

    found = placed_with({**CANARIES, "modelApiKey": KEY}, component, **stack(asks=True))

    assert found.urn("test:index:Server") in found.one(f"{DYNAMIC}threescale:PolicyChain").dependencies
    assert found.one(f"{DYNAMIC}threescale:ProxyPromotion").inputs["fingerprint"].endswith("-serving-key-2")
