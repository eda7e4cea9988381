"""Every deliberately wrong gateway is caught, by the shapes and the verdict that name its mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from metering_suite import Verdict
from tests.metering_suite import wrong_gateways, wrong_passages, wrong_readings
from tests.metering_suite.measured import report_on

if TYPE_CHECKING:
    from tests.metering_suite.reference_gateway import ReferenceGateway

SEEN = {**wrong_gateways.SEEN, **wrong_passages.SEEN, **wrong_readings.SEEN}


@pytest.mark.parametrize("gateway", SEEN, ids=lambda gateway: gateway.__name__)
def test_a_wrong_gateway_is_caught_by_name(gateway: type[ReferenceGateway]) -> None:
    verdict, shapes = SEEN[gateway]
    report = report_on(gateway, (*shapes, "models"))
    assert not report.passed
    for shape in shapes:
        assert verdict in {found for result in report.of(shape) for found in result.verdicts}, (shape, report.of(shape))
    assert not any(result.failing for result in report.of("models")), "it is blamed for what it does right"


def test_every_mistake_that_fails_a_gateway_is_made_by_one_of_them() -> None:
    assert {verdict for verdict, _ in SEEN.values()} == {verdict for verdict in Verdict if verdict.failing}
