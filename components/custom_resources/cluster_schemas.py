"""The cluster's own definitions: is every field of a manifest one that this cluster's release of the kind knows?"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from components.custom_resources.validation import CustomResourceError, Manifest

_KIND = "x-kubernetes-group-version-kind"
_PRESERVES = "x-kubernetes-preserve-unknown-fields"

Fetch = Callable[[str], Mapping[str, Any] | None]
"""Answers the OpenAPI v3 document of an API group and version (`apps.3scale.net/v1alpha1`), or nothing."""


class ClusterSchemas:
    """Judges manifests against the cluster's OpenAPI; a kind whose definition is not there yet passes."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._documents: dict[str, Mapping[str, Any] | None] = {}

    def check(self, manifest: Manifest) -> None:
        """Refuses fields that this cluster would drop.

        Raises:
            CustomResourceError: with the path of every unknown field.
        """
        document = self._document(manifest["apiVersion"])
        schema = _definition(document, manifest) if document is not None else None
        if document is None or schema is None:
            return
        spec = _resolved(document, schema.get("properties", {}).get("spec", {}))
        faults = list(_unknown(document, spec, manifest.get("spec", {}), "spec"))
        if faults:
            raise CustomResourceError(manifest, faults)

    def _document(self, group_version: str) -> Mapping[str, Any] | None:
        if group_version not in self._documents:
            self._documents[group_version] = self._fetch(group_version)
        return self._documents[group_version]


def _definition(document: Mapping[str, Any], manifest: Manifest) -> Mapping[str, Any] | None:
    group, _, version = manifest["apiVersion"].rpartition("/")
    wanted = {"group": group, "version": version, "kind": manifest["kind"]}
    schemas: Mapping[str, Mapping[str, Any]] = document.get("components", {}).get("schemas", {})
    return next((schema for schema in schemas.values() if wanted in schema.get(_KIND, [])), None)


def _unknown(document: Mapping[str, Any], schema: Mapping[str, Any], value: object, path: str) -> Iterator[str]:
    """Yields a sentence for every field of `value` that `schema` does not name."""
    schema = _resolved(document, schema)
    if isinstance(value, list):
        for position, member in enumerate(value):
            yield from _unknown(document, schema.get("items", {}), member, f"{path}[{position}]")
    if not isinstance(value, dict):
        return
    properties: Mapping[str, Any] = schema.get("properties", {})
    if schema.get(_PRESERVES) or (not properties and "additionalProperties" not in schema):
        return
    for name, member in value.items():
        if name in properties:
            yield from _unknown(document, properties[name], member, f"{path}.{name}")
        elif not (extra := schema.get("additionalProperties")):
            yield f"{path}.{name}: this cluster does not know the field; it knows {', '.join(sorted(properties))}"
        elif isinstance(extra, Mapping):
            yield from _unknown(document, extra, member, f"{path}.{name}")


def _resolved(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema itself behind `$ref` and a lone `allOf`."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif len(schema.get("allOf", ())) == 1:
            schema = schema["allOf"][0]
        else:
            return schema
