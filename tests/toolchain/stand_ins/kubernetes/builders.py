"""Objects that tests create."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Tree, Value


def built(kind: str, name: str, namespace: str, api_version: str = "v1", **fields: Value) -> Tree:
    """An object; the keyword `annotations` goes into its metadata."""
    metadata: Tree = {"name": name, "namespace": namespace}
    if "annotations" in fields:
        metadata["annotations"] = {f"pulumi.com/{key}": value for key, value in fields.pop("annotations").items()}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def config_map(namespace: str, name: str = "c", **data: str) -> Tree:
    return built("ConfigMap", name, namespace, data=data)


def widget(namespace: str, name: str = "w", annotations: Tree | None = None, **spec: Value) -> Tree:
    more = {"annotations": annotations} if annotations else {}
    return built("Widget", name, namespace, "test.example/v1", spec=spec, **more)


def pods(image: str = "none", replicas: int = 0) -> Tree:
    """The spec of a Deployment or StatefulSet."""
    template = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": image}]}}
    return {"replicas": replicas, "selector": {"matchLabels": {"a": "b"}}, "template": template}
