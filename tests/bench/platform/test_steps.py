"""What the engine tells while it works becomes steps with a begin and an end."""

from typing import Any

from bench.platform.steps import Step, Told, written_objects

URN = "urn:pulumi:dev::maas::maas:threescale:ModelApi$pulumi-python:dynamic/threescale:Product::granite-product"
COMPONENT = "urn:pulumi:dev::maas::maas:threescale:ModelApi::granite"


def before(urn: str, op: str = "create") -> dict[str, Any]:
    return {"resourcePreEvent": {"metadata": {"urn": urn, "op": op, "type": "any"}}}


def after(urn: str, op: str = "create") -> dict[str, Any]:
    return {"resOutputsEvent": {"metadata": {"urn": urn, "op": op, "type": "any"}}}


def test_a_step_lasts_from_its_first_event_to_its_outputs() -> None:
    told = Told()
    told.take(1.0, before(URN))
    told.take(3.5, after(URN))

    assert told.steps == [Step(urn=URN, op="create", began=1.0, ended=3.5)]
    assert (told.steps[0].name, told.steps[0].took) == ("granite-product", 2.5)
    assert told.steps[0].type == "pulumi-python:dynamic/threescale:Product"


def test_steps_come_by_their_end_and_what_told_no_end_ended_as_it_began() -> None:
    told = Told()
    for seconds, event in [(1.0, before(COMPONENT)), (2.0, before(URN)), (4.0, after(URN))]:
        told.take(seconds, event)

    assert [(step.name, step.ended) for step in told.steps] == [("granite", 1.0), ("granite-product", 4.0)]


def test_a_component_is_only_a_name_for_others() -> None:
    kinds = [Step(urn=urn, op="create", began=0, ended=0).is_component for urn in (COMPONENT, URN)]

    assert kinds == [True, False]


def test_only_errors_are_kept_of_what_is_said() -> None:
    told = Told()
    for severity in ("debug", "info", "error"):
        told.take(1.0, {"diagnosticEvent": {"severity": severity, "message": f"an {severity}"}})

    assert told.errors == ["an error"]
    assert told.steps == []


def test_an_object_of_the_cluster_that_is_left_alone_takes_no_write() -> None:
    secret = "urn:pulumi:dev::maas::maas:platform:Monitoring$kubernetes:core/v1:Secret::key"
    steps = [Step(urn=secret, op=op, began=0, ended=1) for op in ("create", "update", "same", "read")]

    assert written_objects([*steps, Step(urn=URN, op="create", began=0, ended=1)]) == 2
