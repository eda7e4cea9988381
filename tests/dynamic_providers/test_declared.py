import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi.output import Unknown
from pydantic import Field, PositiveInt

from dynamic_providers.declared import DeclaredProvider, DeclaredResource, Member, Props, canonical, has_unknown, plain
from tests.support.plugin_host import UNKNOWN

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class Thing(Member):
    size: PositiveInt
    note: str = ""


class Sample(Props):
    name: Annotated[str, Field(min_length=2)]
    things: dict[str, Thing] = Field(default_factory=dict)
    free: dict[str, Any] = Field(default_factory=dict)
    adopt: bool = False


class SampleProvider(DeclaredProvider):
    props = Sample
    replace_on = frozenset({"name"})
    at_creation = frozenset({"adopt"})


def test_defaults_floats_and_nulls_have_one_form() -> None:
    raw = {
        "name": "ab",
        "things": {"x": {"size": 5.0, "note": None}},
        "free": {"a": [1.0, 1.5, None]},
        "__provider": "p",
    }
    assert canonical(Sample, raw) == (
        {"name": "ab", "things": {"x": {"size": 5, "note": ""}}, "free": {"a": [1, 1.5, None]}, "adopt": False},
        [],
    )


@given(JSON)
def test_the_plain_form_is_final_and_crosses_the_wire_unchanged(value: object) -> None:
    once = plain(value)
    assert plain(once) == once
    assert plain(_as_doubles(once)) == once


def _as_doubles(value: Any) -> Any:  # noqa: ANN401 - any JSON value
    if isinstance(value, Mapping):
        return {key: _as_doubles(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_doubles(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize("unknown", [UNKNOWN, Unknown()])  # type: ignore[no-untyped-call] # the SDK's own
def test_a_field_with_something_unknown_keeps_its_form_and_is_judged_where_it_is_known(unknown: object) -> None:
    raw = {"name": "ab", "things": {"x": {"size": unknown}, "y": {"size": 0}}}
    values, problems = canonical(Sample, raw)
    assert values["things"] == raw["things"]
    assert [path for path, _ in problems] == ['things["y"]["size"]']
    assert has_unknown(values)


def test_a_refusal_names_path_value_rule_and_remedy() -> None:
    ((path, reason),) = canonical(Sample, {"name": "ab", "things": {"x": {"size": 0}}})[1]
    assert path == 'things["x"]["size"]'
    assert reason == "0 is refused. Input should be greater than 0. Correct it where it is declared"


def test_an_unknown_member_key_is_refused_and_a_long_value_cut() -> None:
    raw = {"name": "ab", "things": {"x": {"size": 1, "seize": "z" * 500}}}
    ((path, reason),) = canonical(Sample, raw)[1]
    assert path == 'things["x"]["seize"]'
    assert len(reason) < 200


def test_a_change_of_what_matters_at_creation_only_is_no_change() -> None:
    checked = SampleProvider().check({"name": "ab", "adopt": True}, {"name": "ab", "adopt": False})
    assert checked.inputs["adopt"] is True
    assert SampleProvider().check({}, {"name": "ab", "adopt": True}).inputs["adopt"] is True


def test_what_matters_at_creation_is_taken_as_declared_where_a_replacement_follows() -> None:
    for before, now in ((False, True), (True, False)):
        checked = SampleProvider().check({"name": "ab", "adopt": before}, {"name": "cd", "adopt": now})
        assert checked.inputs["adopt"] is now


def test_a_state_of_an_older_release_without_a_field_replaces_nothing() -> None:
    olds = {"name": "ab", "__provider": "p"}
    assert SampleProvider().diff("1", olds, {"name": "ab", "things": {}, "free": {}, "adopt": False}).replaces == []


def test_numbers_are_compared_by_value() -> None:
    assert not math.isnan(plain(1.0))
    assert isinstance(plain(1.0), int)
    assert isinstance(plain(True), bool)


@dataclass(frozen=True, kw_only=True)
class SampleArgs:
    name: pulumi.Input[str]
    things: pulumi.Input[Mapping[str, Any]] = field(default_factory=dict)


class SampleResource(DeclaredResource, module="test", name="Sample"):
    secret_outputs: ClassVar[tuple[str, ...]] = ("key",)
    name: pulumi.Output[str]
    key: pulumi.Output[str]

    def __init__(self, name: str, args: SampleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(SampleProvider(), name, args, opts)


def test_a_resource_sends_its_arguments_and_a_reference_to_its_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: dict[str, Any] = {}

    def record(_self: object, kind: str, name: str, props: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
        sent.update(kind=kind, name=name, props=props, opts=opts)

    monkeypatch.setattr(pulumi.CustomResource, "__init__", record)
    SampleResource("s", SampleArgs(name="ab"), pulumi.ResourceOptions(protect=True))
    assert sent["kind"] == "pulumi-python:dynamic/test:Sample"
    assert sent["props"].keys() == {"name", "things", "key", "__provider"}
    assert (sent["props"]["name"], sent["props"]["key"]) == ("ab", None)
    assert isinstance(sent["props"]["__provider"], str)
    assert len(sent["props"]["__provider"]) < 150
    assert sent["opts"].additional_secret_outputs == ["key"]
    assert sent["opts"].delete_before_replace is True
    assert sent["opts"].protect is True


def test_a_text_where_a_mapping_belongs_is_refused_without_being_quoted() -> None:
    (problem,) = canonical(Sample, {"name": "ab", "free": "Authorization: Bearer canary"})[1]
    assert problem[0] == "free"
    assert problem[1].startswith("a text is refused. ")
