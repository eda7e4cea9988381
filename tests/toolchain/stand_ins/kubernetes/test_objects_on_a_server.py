from __future__ import annotations

import pytest


def config_map(namespace, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c", "namespace": namespace}, "data": data}


def test_life_of_a_config_map(provider, plane, namespace):
    inputs = provider.check(config_map(namespace, a="1"))
    resource_id, state = provider.create(inputs)
    assert resource_id == f"{namespace}/c"
    assert state["__inputs"] == inputs
    news = provider.check(config_map(namespace, a="2"), olds=inputs)
    assert dict(provider.diff(state, news).detailedDiff).keys() == {"data.a"}
    state = provider.update(resource_id, state, news)
    assert plane.get("v1", "ConfigMap", "c", namespace)["data"] == {"a": "2"}
    provider.delete(resource_id, state)
    assert plane.get("v1", "ConfigMap", "c", namespace) is None
