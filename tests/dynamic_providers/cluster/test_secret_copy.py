import pytest

from dynamic_providers.cluster.secret_copy import COPY_OF, STALE, SecretCopyProvider
from tests.dynamic_providers.cluster.conftest import Gates
from tests.dynamic_providers.cluster.fake_api import GONE
from tests.support.plugin_host import Held, Json, PluginError

ORIGINAL = "/api/v1/namespaces/openshift-config/secrets/pull-secret"
COPY = "/api/v1/namespaces/3scale/secrets/threescale-registry-auth"
CONTENTS: Json = {"type": "kubernetes.io/dockerconfigjson", "data": {".dockerconfigjson": "Y2FuYXJ5LXB1bGw="}}
INPUTS: Json = {
    "from_namespace": "openshift-config",
    "from_name": "pull-secret",
    "namespace": "3scale",
    "name": "threescale-registry-auth",
}


HELD = Held("3scale/threescale-registry-auth", INPUTS, INPUTS)


def original(**other: object) -> Json:
    return {"metadata": {"name": "pull-secret"}, **CONTENTS, **other}


def copy(**other: object) -> Json:
    annotations = {COPY_OF: "openshift-config.pull-secret"}
    return {"metadata": {"name": "threescale-registry-auth", "annotations": annotations}, **CONTENTS, **other}


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    recorded = "dynamic_providers.cluster.secret_copy.SecretCopyProvider"
    assert f"{SecretCopyProvider.__module__}.{SecretCopyProvider.__qualname__}" == recorded


@pytest.mark.row("S-019")
def test_a_copy_is_made_and_its_contents_stay_out_of_the_state(gates: Gates) -> None:
    gates.api.put(ORIGINAL, original())
    held = gates.host.create(SecretCopyProvider, INPUTS)
    assert held.id == "3scale/threescale-registry-auth"
    assert "Y2FuYXJ5LXB1bGw" not in str(held.outs)
    assert gates.api.looks[COPY] == [{"apiVersion": "v1", "kind": "Secret", **copy()}]


def test_an_original_that_does_not_exist_is_refused(gates: Gates) -> None:
    with pytest.raises(PluginError, match="the original does not exist"):
        gates.host.create(SecretCopyProvider, INPUTS)


def test_a_secret_of_somebody_else_is_left_alone(gates: Gates) -> None:
    gates.api.put(ORIGINAL, original())
    gates.api.put(COPY, copy(metadata={"name": "threescale-registry-auth"}))
    with pytest.raises(PluginError, match="there is another Secret of that name"):
        gates.host.create(SecretCopyProvider, INPUTS)
    gates.host.delete(SecretCopyProvider, HELD)
    assert not [asked for asked in gates.api.asked if asked.startswith(("DELETE", "PATCH", "POST"))]


def test_a_copy_that_is_old_is_found_and_written_again(gates: Gates) -> None:
    gates.api.put(ORIGINAL, original(data={".dockerconfigjson": "bmV3"}))
    gates.api.put(COPY, copy())
    found = gates.host.read(SecretCopyProvider, HELD)
    assert found.outs["fingerprint"] == STALE
    assert gates.host.diff(SecretCopyProvider, found, INPUTS).announced


def test_a_copy_that_is_gone_is_gone(gates: Gates) -> None:
    gates.api.put(ORIGINAL, original())
    gates.api.put(COPY, GONE)
    assert not gates.host.read(SecretCopyProvider, HELD).id


def test_deletion_takes_the_copy(gates: Gates) -> None:
    gates.api.put(COPY, copy())
    gates.host.delete(SecretCopyProvider, HELD)
    assert f"DELETE {COPY}" in gates.api.asked
