"""No secret is ever in plain inputs, outputs or texts; each is where it belongs and nowhere else."""

import base64
import json
from collections.abc import Iterator, Mapping

import pytest

from components.site.instances import instance_of
from tests.support.platform import MODEL, program_of
from tests.support.recorder import SECRET_SIGNATURE, Recording
from tests.support.stack_file import CANARIES, dev_stack

ALL_CANARIES = {
    **CANARIES,
    "portalAccessCode": "canary-access-code",
    "userKey": "canary-user-key",
    "automationToken": "canary-automation-token",
    "clientSecret": "canary-client-secret",
}


def spellings(value: str) -> Iterator[str]:
    yield value
    yield base64.b64encode(value.encode()).decode().rstrip("=")


def without_secrets(value: object) -> object:
    """The value with everything that is marked secret taken out."""
    if isinstance(value, Mapping):
        if SECRET_SIGNATURE in value:
            return "[secret]"
        return {key: without_secrets(member) for key, member in value.items()}
    if isinstance(value, list):
        return [without_secrets(member) for member in value]
    return value


@pytest.fixture(scope="module")
def found() -> Recording:
    return program_of(dev_stack(), secrets={**CANARIES, "portalAccessCode": ALL_CANARIES["portalAccessCode"]})


@pytest.mark.parametrize("name", sorted(ALL_CANARIES))
def test_a_secret_is_never_in_plain_inputs_or_outputs(found: Recording, name: str) -> None:
    plain = {one.urn: json.dumps(without_secrets(one.inputs)) for one in found.resources}
    plain["outputs"] = json.dumps(found.outputs)

    for spelling in spellings(ALL_CANARIES[name]):
        assert [urn for urn, text in plain.items() if spelling in text] == []


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("threescaleAccessToken", {"threescale", instance_of(MODEL), "threescale-gate"}),
        ("portalAccessCode", {"tenant-account"}),
        ("automationToken", {"tenant-token"}),
        ("clientSecret", {"tenant-sso"}),
        ("threescaleSeedToken", {"threescale-seed"}),
        ("threescaleAdminPassword", {"threescale-seed"}),
        ("threescaleMasterToken", {"threescale-seed"}),
        ("threescaleMasterPassword", {"threescale-seed"}),
        ("keycloakAdminClientSecret", {"maas-admin", "identity-automation"}),
        ("userKey", {"dev1.first-steps-key"}),
    ],
)
def test_a_secret_is_only_where_it_belongs(found: Recording, name: str, owners: set[str]) -> None:
    holders = {
        one.name
        for one in found.resources
        for spelling in spellings(ALL_CANARIES[name])
        if spelling in json.dumps(one.inputs)
    }

    assert holders == owners


def test_the_providers_code_is_a_reference_and_holds_no_secret(found: Recording) -> None:
    for one in found.resources:
        if "__provider" in one.inputs:
            assert isinstance(one.inputs["__provider"], str), one.type
            assert len(base64.b64decode(one.inputs["__provider"])) < 200, one.type
