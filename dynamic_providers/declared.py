"""What every dynamic resource shares: it is declared, checked and compared. Nothing here uses the network.

One shape per resource, a `Props` model, settles at the boundary what the wire blurs: whole numbers that arrive as
floats, null entries that vanish, defaults. What a program declares and what a server answers pass through the same
model, so two spellings of one value never meet in a diff.
"""

import sys
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pulumi import Output, ResourceOptions
from pulumi.dynamic import CheckFailure, CheckResult, ConfigureRequest, DiffResult, Resource, ResourceProvider
from pulumi.output import Unknown
from pulumi.runtime import rpc
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from dynamic_providers.json_object import Json

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from pydantic.fields import FieldInfo
    from pydantic_core import ErrorDetails

TYPE_PREFIX = "pulumi-python:dynamic/"
"""How the type token of every dynamic resource begins."""

SHOWN_CHARACTERS = 80
"""A refused value is quoted up to this length."""
WHOLE = frozenset({"dict_type", "list_type", "model_type", "model_attributes_type"})
"""What pydantic calls a value that should have been a mapping or a list."""


class Props(BaseModel):
    """The canonical inputs of one resource. Keys it does not know are ignored: the engine adds `__provider`."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Member(BaseModel):
    """One value of a mapping among the inputs; an unknown key is a mistake in the stack file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def plain(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    """Return `value` with whole floats as integers and null entries of mappings left out.

    Everything crosses the engine as a double, and 3scale leaves null properties out of its answers.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:  # noqa: ANN401 - any JSON value
    """Tell whether `value` contains one that is only known after `up`, at any depth."""
    if isinstance(value, Mapping):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(has_unknown(item) for item in value)
    return isinstance(value, Unknown) or value == rpc.UNKNOWN


@cache
def _adapters(props: type[Props]) -> dict[str, TypeAdapter[Any]]:
    """Return field name → validator of that field alone, so that one unknown field does not hide the others."""
    return {name: _adapter(field) for name, field in props.model_fields.items()}


def _adapter(field: "FieldInfo") -> TypeAdapter[Any]:
    kind: Any = field.annotation
    for constraint in field.metadata:
        kind = Annotated[kind, constraint]
    return TypeAdapter(kind)


def _path(name: str, error: "ErrorDetails") -> str:
    steps = [f'["{step}"]' if isinstance(step, str) else f"[{step}]" for step in error["loc"]]
    return name + "".join(steps)


def _reason(error: "ErrorDetails") -> str:
    # A text where a mapping or list belongs may be a whole document with a credential in it.
    whole = error["type"] in WHOLE and isinstance(error["input"], str)
    shown = "a text" if whole else repr(error["input"])[:SHOWN_CHARACTERS]
    rule = error["msg"].removeprefix("Value error, ").rstrip(".")
    return f"{shown} is refused. {rule}. Correct it where it is declared"


def canonical(props: type[Props], raw: Mapping[str, Any]) -> tuple[Json, list[tuple[str, str]]]:
    """Return the canonical form of `raw` and what is wrong with it, as (property path, reason) pairs.

    A field that is refused or not yet known keeps its raw value; the parts of it that are known are judged all the
    same.
    """
    values: Json = {}
    problems: list[tuple[str, str]] = []
    for name, adapter in _adapters(props).items():
        field, value = props.model_fields[name], plain(raw.get(name))
        if value is None and field.is_required():
            problems.append((name, "nothing was given. A value is required. Declare one"))
            continue
        if value is None:
            value = field.get_default(call_default_factory=True)
        if isinstance(value, Unknown):
            values[name] = value
            continue
        try:
            clean = adapter.validate_python(value)
            known = not has_unknown(value)
            values[name] = adapter.dump_python(clean, mode="json", exclude_none=True) if known else value
        except ValidationError as refusal:
            values[name] = value
            found = refusal.errors(include_url=False)
            problems += [(_path(name, error), _reason(error)) for error in found if not has_unknown(error["input"])]
    return plain(values), problems


class DeclaredProvider(ResourceProvider):
    """Check and diff of one kind of resource. Stateless until `configure`, which only the plugin process calls."""

    serialize_as_secret_always = False
    """The pickle is a module path and a class name; encrypting it would only clutter the state."""
    props: type[Props]
    replace_on: ClassVar[frozenset[str]] = frozenset()
    """Fields that the server cannot change."""
    at_creation: ClassVar[frozenset[str]] = frozenset()
    """Fields that only matter while the resource is created; a later change of them is no change."""
    side_by_side: ClassVar[bool] = False
    """True when a replacement has to exist before the old one can go; by default the old one goes first."""

    def configure(self, req: ConfigureRequest) -> None:
        """Keep the inputs of the explicit provider instance, and shorten errors to their last line."""
        sys.tracebacklimit = 0
        # `Config.get` puts the project's name before a key without a namespace, so the inputs of an explicit provider
        # instance are reachable in the raw mapping only (pulumi 3.259, dynamic/config.py).
        raw = req.config._props  # noqa: SLF001 - see above; a test in the real plugin process guards it
        self.settings = {key: str(value) for key, value in raw.items() if ":" not in key}

    def canonical(self, raw: Mapping[str, Any]) -> Json:
        """Return `raw` as canonical inputs; what the model refuses is kept as it is, to be shown as a difference."""
        return canonical(self.props, raw)[0]

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs, and a failure per value that is refused."""
        values, problems = canonical(self.props, news)
        # A replacement is a creation: what is declared for it now counts, not what was for the one before.
        if not (_olds and self._replacing(self.canonical(_olds), values)):
            values |= {name: plain(_olds[name]) for name in self.at_creation if name in _olds}
        return CheckResult(values, [CheckFailure(path, reason) for path, reason in problems])

    def diff(self, _id: str, _olds: Json, _news: Json) -> DiffResult:
        """Say what replaces; the engine compares the inputs itself and names each member of a mapping."""
        olds, news = self.canonical(_olds), self.canonical(_news)
        replaces = self._replacing(olds, news)
        # A forced replacement keeps its natural key, so the old one has to go first in any case.
        return DiffResult(changes=None, replaces=replaces, delete_before_replace=not (self.side_by_side and replaces))

    def _replacing(self, olds: Json, news: Json) -> list[str]:
        """Return the fields that the server cannot change and that differ."""
        return sorted(name for name in self.replace_on if olds.get(name) != news.get(name))


class DeclaredResource(Resource):
    """A resource whose inputs are the fields of one dataclass and whose other annotations are outputs."""

    secret_outputs: ClassVar[tuple[str, ...]] = ()
    """What stays ciphertext in the state; an input among them is a secret also where a caller forgot to mark it."""

    def __init__(
        self, provider: DeclaredProvider, name: str, args: "DataclassInstance", opts: ResourceOptions | None = None
    ) -> None:
        outputs = {output for output, kind in type(self).__annotations__.items() if "Output[" in str(kind)}
        inputs = {field.name: self._marked(field.name, getattr(args, field.name)) for field in fields(args)}
        ours = ResourceOptions(
            additional_secret_outputs=list(self.secret_outputs),
            # The engine asks no provider about a replacement that a person forces, and would create first.
            delete_before_replace=None if provider.side_by_side else True,
        )
        super().__init__(provider, name, dict.fromkeys(outputs) | inputs, ResourceOptions.merge(ours, opts))

    def _marked(self, name: str, value: Any) -> Any:  # noqa: ANN401 - any input
        """Return the input as a secret where it is one; what is left out stays left out."""
        return Output.secret(value) if name in self.secret_outputs and value is not None else value
