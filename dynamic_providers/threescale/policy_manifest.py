"""What 3scale demands of the manifest of a custom policy (porta, app/lib/three_scale/policies)."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from dynamic_providers.declared import has_unknown

SUMMARY_CHARACTERS = 75
VERSION = r"(\d+\.){1,2}\d+"
SCHEMAS = r"http://apicast\.io/policy-v1(\.1)?/schema(#manifest)?#?"
"""Kinds of manifest that 3scale knows; the newest refuse every other `$schema` (…/policies/specification.rb)."""
TEXTS = ("name", "version", "summary")
REMEDY = "Correct the manifest where it is declared"
Problem = tuple[str, str]
"""Path inside the manifest, such as `["summary"]`, and the reason."""


def problems(manifest: Mapping[str, Any], version: object) -> Iterator[Problem]:
    """Yield what 3scale would refuse; parts that are not known yet pass. `version` is the one of the definition."""
    for name in (*TEXTS, "configuration"):
        value = manifest.get(name)
        if not has_unknown(value) and not isinstance(value, str if name in TEXTS else Mapping):
            what = "a text" if name in TEXTS else "a JSON schema of what a chain configures"
            yield f'["{name}"]', f"{value!r} is refused. Every manifest has {what} here. {REMEDY}"
    summary, own, kind = (manifest.get(name) for name in ("summary", "version", "$schema"))
    if isinstance(summary, str) and len(summary) > SUMMARY_CHARACTERS:
        yield '["summary"]', f"{len(summary)} characters are refused. Allowed are {SUMMARY_CHARACTERS}. {REMEDY}"
    if isinstance(own, str) and not has_unknown([own, version]):
        yield from _version(own, version)
    if kind is not None and not has_unknown(kind) and not re.fullmatch(SCHEMAS, str(kind)):
        allowed = "Allowed is http://apicast.io/policy-v1/schema#manifest#, or nothing"
        yield '["$schema"]', f"{kind!r} is refused. {allowed}. {REMEDY}"
    yield from _configuration(manifest.get("configuration"))


def _version(own: str, version: object) -> Iterator[Problem]:
    if not re.fullmatch(VERSION, own):
        yield '["version"]', f"{own!r} is refused. Allowed are numbers such as 0.1 or 1.2.3. {REMEDY}"
    elif own != version:
        yield '["version"]', f"{own!r} is refused. It is the same as `version`, {version!r}. {REMEDY}"


def _configuration(schema: object) -> Iterator[Problem]:
    # The program imports this module too, and it checks nothing: the validator's start-up time is spared there.
    from jsonschema import Draft7Validator  # noqa: PLC0415
    from jsonschema.exceptions import best_match  # noqa: PLC0415

    if not isinstance(schema, Mapping) or has_unknown(schema):
        return
    meta = Draft7Validator(Draft7Validator.META_SCHEMA)
    if (cause := best_match(meta.iter_errors(schema))) is not None:
        path = "".join(f"[{step!r}]" for step in cause.absolute_path).replace("'", '"')
        yield f'["configuration"]{path}', f"{cause.message} and is refused. Allowed is JSON schema, draft 7. {REMEDY}"
