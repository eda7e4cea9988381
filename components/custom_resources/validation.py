"""Judges a manifest before it is placed; pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from components.custom_resources.schemas import SPECS
from components.custom_resources.shapes import TEXT, TEXT_MAP, Schema, record

Manifest = dict[str, Any]
"""A Kubernetes object as plain values: `apiVersion`, `kind`, `metadata`, `spec`."""

_METADATA = record("name", name=TEXT, namespace=TEXT, labels=TEXT_MAP, annotations=TEXT_MAP)


class CustomResourceError(Exception):
    """A manifest holds what its kind does not have; the API server would drop it without a word."""

    def __init__(self, manifest: Mapping[str, Any], faults: Iterable[str]) -> None:
        name = manifest.get("metadata", {}).get("name", "without a name")
        lines = [f"The custom resource {manifest.get('kind')} {name} cannot be written as asked:"]
        lines += [f"  {fault}" for fault in faults]
        lines.append("Nothing was changed. Correct the manifest, or install an operator release that knows the field.")
        super().__init__("\n".join(lines))


def validated(manifest: Manifest) -> Manifest:
    """The same manifest, once its kind is known and every field of it is one this product means to write.

    Raises:
        CustomResourceError: with each fault's path, value and what is allowed.
    """
    kind = (str(manifest.get("apiVersion")), str(manifest.get("kind")))
    if kind not in SPECS:
        raise CustomResourceError(manifest, [f"{' '.join(kind)}: no schema; add it to components/custom_resources"])
    errors = sorted(_validator(kind).iter_errors(manifest), key=lambda error: error.json_path)
    if errors:
        raise CustomResourceError(manifest, [fault for error in errors for fault in _faults(error)])
    return manifest


def digest(*manifests: Manifest) -> str:
    """A short fingerprint of manifests: 16 hexadecimal digits that change with any field."""
    text = json.dumps(manifests, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def _validator(kind: tuple[str, str]) -> Draft202012Validator:
    schema: Schema = record(
        "apiVersion", "kind", "metadata", "spec", apiVersion=TEXT, kind=TEXT, metadata=_METADATA, spec=SPECS[kind]
    )
    return Draft202012Validator(schema)


def _faults(error: ValidationError) -> list[str]:
    path = error.json_path.removeprefix("$.") or "manifest"
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema["properties"]  # type: ignore[index]  # only a mapping has this keyword
        unknown = sorted(set(error.instance) - set(known))
        return [f"{path}.{name}: unknown field; allowed are {', '.join(sorted(known))}" for name in unknown]
    return [f"{path}: {error.message}"]
