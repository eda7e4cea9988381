import pytest

from dynamic_providers.cluster import conditions
from tests.support.plugin_host import Json

READY = {"type": "Ready", "status": "False", "reason": "Pulling", "message": "image"}
ITEM: Json = {
    "metadata": {"name": "x", "generation": 3},
    "spec": {"replicas": 2},
    "status": {
        "phase": "Up",
        "conditions": [READY],
        "addresses": [{"url": "http://a"}, {"url": "http://b"}],
        "empty": None,
    },
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status.phase", "Up"),
        ("spec.replicas", "2"),
        ("status.addresses[1].url", "http://b"),
        ("status.addresses[7].url", ""),
        ("status.addresses.url", ""),
        ("status.phase.deeper", ""),
        ("status.empty", ""),
        ("status.nothing", ""),
    ],
)
def test_a_field_is_read_by_its_path(path: str, value: str) -> None:
    assert conditions.field(ITEM, path) == value


@pytest.mark.parametrize(
    ("demand", "met"),
    [
        ("Ready", False),
        ("Ready=False", True),
        ("Ready=False/Pulling", True),
        ("Ready=False/Broken", False),
        ("Other", False),
        ("status.phase=Up", True),
        ("status.phase=Down", False),
        ("spec.replicas=2", True),
    ],
)
def test_a_demand_is_met_or_not(demand: str, met: bool) -> None:  # noqa: FBT001 - the expected answer
    assert conditions.is_met(ITEM, conditions.demand(demand)) is met


@pytest.mark.parametrize("demand", ["", "Ready=", "is ready", "Ready=True/", "=True"])
def test_what_is_no_demand_is_refused(demand: str) -> None:
    if demand == "Ready=":
        assert not conditions.is_met(ITEM, demand)
        return
    with pytest.raises(ValueError, match="Allowed are"):
        conditions.demand(demand)


def test_conditions_of_an_older_generation_are_not_heard() -> None:
    old = {**ITEM, "status": {**ITEM["status"], "observedGeneration": 2}}
    assert conditions.conditions(old) == []
    assert conditions.conditions({**ITEM, "status": {"conditions": [{**READY, "observedGeneration": 2}]}}) == []
    assert conditions.conditions({**ITEM, "status": {"conditions": [{**READY, "observedGeneration": 3}]}}) != []
    assert conditions.conditions({"metadata": {"name": "x"}}) == []


def test_what_is_missing_is_told_with_what_is_said_instead() -> None:
    missing = conditions.unmet(ITEM, ["Ready", "Other", "status.phase=Down"], ["status.url", "status.phase"])
    assert missing == [
        "Ready (Ready=False Pulling image)",
        "Other (not reported yet)",
        "status.phase=Down (is Up)",
        "status.url (empty)",
    ]


def test_the_first_terminal_state_is_told() -> None:
    assert conditions.terminal(ITEM, ["Other=True", "Ready=False/Pulling", "Ready=False"]) == "Ready=False/Pulling"
    assert conditions.terminal(ITEM, []) == ""


def test_conditions_that_nobody_demands_tell_what_they_have_to_say() -> None:
    errors = {"type": "HasErrors", "status": "True", "reason": "", "message": "no such host"}
    silent = {"type": "Progressing", "status": "True", "reason": "Rolling"}
    again = READY | {"type": "PodsReady"}
    told = [READY, errors, silent, again, errors | {"type": "Degraded"}]
    item: Json = {"metadata": {"name": "x"}, "status": {"conditions": told}}

    assert conditions.unasked(item, ["Ready=False/Pulled", "status.phase=Up"]) == "HasErrors=True no such host"
    assert conditions.unasked(item, ["Ready", "HasErrors=False", "Degraded=False"]) == ""
