from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from toolchain.stand_ins.kubernetes.awaiting import conditions

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.values import Value


def an_object(generation: int = 1, observed: int | None = None, **status: str) -> dict[str, Value]:
    """An object whose conditions have these statuses."""
    found: dict[str, Value] = {"conditions": [{"type": key, "status": value} for key, value in status.items()]}
    if observed is not None:
        found["observedGeneration"] = observed
    return {"metadata": {"generation": generation}, "status": {**found, "phase": "Running", "ready": True}}


@pytest.mark.parametrize(
    ("annotation", "ready"),
    [
        ("condition=Available", True),
        ("condition=Available=True", True),
        ("condition=Available=False", False),
        ("condition=Other", False),
        ("jsonpath={.status.phase}", True),
        ("jsonpath={ .status.phase }=Running", True),
        ("jsonpath={.status.phase}=Failed", False),
        ("jsonpath={.status.missing}", False),
        ("jsonpath={.status.ready}=true", True),
        ("jsonpath={.status.conditions}", True),
        ('jsonpath={.status.conditions[?(@.type=="Available")].status}=True', True),
        ('["jsonpath={.status.conditions}","condition=Available"]', True),
        ('["jsonpath={.status.conditions}","condition=Available=False"]', False),
    ],
)
def test_wait_for(annotation: str, *, ready: bool) -> None:
    assert conditions.named(annotation)(an_object(Available="True")).ready is ready


@pytest.mark.parametrize(
    ("annotation", "told"),
    [
        ("jsonpath=.status.x", r"\.status\.x should be wrapped in brackets \{ \.\.\. \}"),
        ("jsonpath='{.status.x}'=y", "should omit shell quotes"),
        ("jsonpath={.status.x}=", r"\{\.status\.x\}= requires a value"),
        ("jsonpath={.status.x}=a=b", "format should be"),
        ("jsonpath={.status.x[}", "parsing"),
        ("Available", 'expected a "jsonpath=" or "condition=" prefix, got "Available"'),
        ("[]", "at least one condition"),
    ],
)
def test_a_wrong_expression_is_refused(annotation: str, told: str) -> None:
    with pytest.raises(conditions.BadExpression, match=told):
        conditions.named(annotation)


def test_a_path_does_not_believe_a_status_older_than_the_spec() -> None:
    look = conditions.named("jsonpath={.status.phase}=Running")
    assert not look(an_object(generation=2, observed=1)).ready
    assert look(an_object(generation=2, observed=2)).ready


def test_an_object_without_conditions_says_so() -> None:
    assert conditions.named("condition=Available")({}).progress == "Has no .status.conditions"


@pytest.mark.parametrize(
    ("live", "ready"),
    [
        ({}, True),
        ({"metadata": {"generation": 1}}, True),
        (an_object(Ready="True"), True),
        (an_object(Ready="False"), False),
        (an_object(Ready="Unknown"), False),
        (an_object(Reconciling="True"), False),
        (an_object(Stalled="True"), False),
        (an_object(generation=3, observed=2, Ready="True"), False),
    ],
)
def test_readiness_as_any_status_tells_it(live: dict[str, Value], *, ready: bool) -> None:
    assert conditions.status_says_ready(live).ready is ready
