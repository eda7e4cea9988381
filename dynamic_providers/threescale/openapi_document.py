"""What is wrong with an OpenAPI document, found without asking anybody: no reference leads out of the document."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pulumi.output import Unknown
from pulumi.runtime import rpc

from dynamic_providers.declared import SHOWN_CHARACTERS, has_unknown
from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

TOLD = 5
"""So many problems are told at once; the first is often the cause of the rest."""
REMEDY = "Correct the document where it is declared"
Problem = tuple[str, str]
"""Path inside the document, such as `["paths"]["/a"]`, and the reason."""


def problems(document: Mapping[str, Any], *, skip: bool) -> list[Problem]:
    """Return what 3scale, or a reader of the portal, could not use; parts that are not known yet pass.

    With `skip`, only the server is judged, as in 3scale (porta, app/models/api_docs/service.rb).
    """
    known = _known(document)
    found = list(_servers(known))
    if not skip:
        found += _version(known) or _contents(known)
    return found[:TOLD]


def _known(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` with a text in every place that is not known yet."""
    if isinstance(value, Mapping):
        return {key: _known(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return rpc.UNKNOWN if isinstance(value, Unknown) else value


def _servers(document: Json) -> Iterator[Problem]:
    match document.get("servers"):
        case [{"url": str(url)}, *_] if not has_unknown(url):
            path = '["servers"][0]["url"]'
        case _:
            return
    host = urlsplit(url).hostname or ""
    if not host:
        yield path, f"{url!r} is refused. 3scale allows a whole address only. {REMEDY}"
    elif host == "localhost" or host.startswith("127."):
        yield path, f"{url!r} is refused. 3scale allows no address of its own machine. {REMEDY}"


def _version(document: Json) -> list[Problem]:
    version = document.get("openapi")
    if has_unknown(version) or str(version).startswith("3.0."):
        return []
    allowed = "Allowed is OpenAPI 3.0, which every release of 3scale checks and shows"
    remedy = "Declare such a document, or `skip_swagger_validations: true` to have it taken as it is"
    return [('["openapi"]', f"{version!r} is refused. {allowed}. {remedy}")]


def _contents(document: Json) -> list[Problem]:
    """Return what breaks the specification: its schema first, and only then what the schema cannot say."""
    # The program imports this module too, and it checks nothing: the validator's start-up time is spared there.
    from jsonschema_path import SchemaPath  # noqa: PLC0415
    from openapi_spec_validator import OpenAPIV30SpecValidator  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    # Without handlers nothing is fetched, neither from the network nor from a file.
    validator = OpenAPIV30SpecValidator(SchemaPath.from_dict(document, handlers={}))
    if found := _told(validator.schema_validator.iter_errors(document)):
        return found
    try:
        return _told(validator.root_validator(validator.schema_path))
    except Unresolvable as nowhere:
        if has_unknown(document):
            return []
        return [("", f"{_short(nowhere.ref)} is refused. A `$ref` names a part of the document itself. {REMEDY}")]
    except RecursionError:
        return [("", f"a chain of `$ref` that ends nowhere is refused. A `$ref` names a value. {REMEDY}")]


def _told(errors: "Iterator[ValidationError]") -> list[Problem]:
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - as above

    closest = ((error, best_match([error]) or error) for error in errors if not has_unknown(error.instance))
    return [(_path(cause.absolute_path or error.absolute_path), _reason(cause)) for error, cause in closest]


def _reason(error: "ValidationError") -> str:
    return f"{_short(error.message)} and is refused. Allowed is what OpenAPI 3.0 says. {REMEDY}"


def _path(steps: Sequence[str | int]) -> str:
    return "".join(f'["{step}"]' if isinstance(step, str) else f"[{step}]" for step in steps)


def _short(text: str) -> str:
    return text if len(text) <= 2 * SHOWN_CHARACTERS else f"{text[: 2 * SHOWN_CHARACTERS]}…"
