from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest

from sandbox.node.environment import ConfigError, Environment, arguments, expand, field_value

_POD: dict[str, Any] = {
    "metadata": {"name": "p", "namespace": "ns", "uid": "u", "labels": {"a.b/c": "d"}, "annotations": {}},
    "spec": {"nodeName": "worker-0", "serviceAccountName": "sa"},
    "status": {"podIP": "10.128.0.5", "hostIP": "10.0.0.10"},
}
_OBJECTS: dict[tuple[str, str], dict[str, Any]] = {
    ("secrets", "s"): {"data": {"token": base64.b64encode(b"canary").decode()}},
    ("configmaps", "c"): {"data": {"level": "info", "file.txt": "x"}},
    ("configmaps", "empty"): {},
}


async def _read(collection: str, name: str) -> dict[str, Any] | None:
    return _OBJECTS.get((collection, name))


def _resolve(container: dict[str, Any], pod: dict[str, Any] | None = None) -> dict[str, str]:
    return asyncio.run(Environment(pod or _POD, _read).resolve(container))


def _reference(kind: str, **fields: object) -> dict[str, Any]:
    return {"name": "V", "valueFrom": {kind: fields}}


def test_secrets_config_maps_and_fields_are_resolved() -> None:
    found = _resolve(
        {
            "env": [
                {"name": "PLAIN", "value": "x"},
                {"name": "EMPTY"},
                {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "s", "key": "token"}}},
                {"name": "LEVEL", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "level"}}},
                {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                {"name": "LABEL", "valueFrom": {"fieldRef": {"fieldPath": "metadata.labels['a.b/c']"}}},
            ]
        }
    )
    assert found == {"PLAIN": "x", "EMPTY": "", "TOKEN": "canary", "LEVEL": "info", "IP": "10.128.0.5", "LABEL": "d"}


def test_env_wins_over_env_from_and_prefixes_are_put_in_front() -> None:
    container = {
        "envFrom": [{"prefix": "P_", "configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}],
        "env": [{"name": "token", "value": "own"}],
    }
    assert _resolve(container) == {"P_level": "info", "P_file.txt": "x", "token": "own"}


def test_references_to_earlier_variables_are_expanded() -> None:
    env = [{"name": "HOST", "value": "h"}, {"name": "URL", "value": "http://$(HOST):$(PORT)/$$(HOST)"}]
    assert _resolve({"env": env})["URL"] == "http://h:$(PORT)/$(HOST)"


def test_limits_are_passed_down() -> None:
    container = {
        "resources": {"limits": {"memory": "2Gi"}},
        "env": [{"name": "V", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory"}}}],
    }
    assert _resolve(container) == {"V": "2Gi"}


@pytest.mark.parametrize(
    ("variable", "why"),
    [
        (_reference("secretKeyRef", name="none", key="x"), 'secret "none" not found'),
        (_reference("configMapKeyRef", name="none", key="x"), 'configmap "none" not found'),
        (_reference("secretKeyRef", name="s", key="x"), "couldn't find key x in Secret ns/s"),
        (_reference("configMapKeyRef", name="empty", key="x"), "couldn't find key x in ConfigMap ns/empty"),
        (_reference("fieldRef", fieldPath="status.moon"), "field label not supported: status.moon"),
    ],
)
def test_what_is_missing_is_told_in_the_kubelets_words(variable: dict[str, Any], why: str) -> None:
    with pytest.raises(ConfigError) as missing:
        _resolve({"env": [variable]})
    assert str(missing.value) == why
    assert "canary" not in str(missing.value)


@pytest.mark.parametrize(
    "variable",
    [
        _reference("secretKeyRef", name="none", key="x", optional=True),
        _reference("configMapKeyRef", name="c", key="none", optional=True),
    ],
)
def test_an_optional_reference_leaves_the_variable_out(variable: dict[str, Any]) -> None:
    assert _resolve({"env": [variable]}) == {}


def test_a_missing_volume_source_is_found_before_the_start() -> None:
    pod = _POD | {"spec": {"volumes": [{"name": "v", "secret": {"secretName": "none"}}]}}
    with pytest.raises(ConfigError, match='volume "v" : secret "none" not found'):
        asyncio.run(Environment(pod, _read).check_volumes())
    optional = _POD | {"spec": {"volumes": [{"name": "v", "configMap": {"name": "none", "optional": True}}]}}
    asyncio.run(Environment(optional, _read).check_volumes())


def test_command_and_arguments_are_one_list_with_variables_in_place() -> None:
    container = {"command": ["python", "-m"], "args": ["--served-model-name=$(NAME)", "$$x"]}
    assert arguments(container, {"NAME": "tiny"}) == ["python", "-m", "--served-model-name=tiny", "$x"]


def test_an_unknown_reference_stays_as_written() -> None:
    assert expand("$(A)-$(B)-$", {"A": "1"}) == "1-$(B)-$"
    assert field_value(_POD, "metadata.annotations['none']") == ""
