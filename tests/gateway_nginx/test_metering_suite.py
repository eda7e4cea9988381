"""The whole conformance suite against the policy on nginx: every token once, nothing changed."""

import asyncio
from pathlib import Path

import pytest

import metering_suite
from sandbox.nginx import Gateway, Installation, Service
from sandbox.nginx.configuration import DECODERS
from sandbox.nginx.service import APICAST
from tests.gateway_nginx.packages import unpacked
from tests.gateway_nginx.world import POLICY, llm
from tests.metering_suite.measured import failing

WORKERS = 2
AT_A_TIME = 4


async def report_of(nginx: Path, decoder: str) -> tuple[metering_suite.Report, str]:
    """What the suite says of the gateway, and the gateway's log."""
    async with metering_suite.parts() as here:
        chain = (llm(), APICAST)
        service = Service(upstream=here.engine_url, backend=here.backend_url, chain=chain)
        gateway = Gateway(Installation(nginx), service, {"llm-metrics": POLICY}, workers=WORKERS, decoder=decoder)
        with gateway:
            report = await here.run(metering_suite.Gateway(url=gateway.url), workers=AT_A_TIME)
            return report, gateway.error_log.read_text()


@pytest.mark.slow
@pytest.mark.parametrize("decoder", DECODERS)
def test_no_token_is_lost_and_no_byte_changed(decoder: str) -> None:
    report, log = asyncio.run(report_of(unpacked("nginx"), decoder))
    assert failing(report) == []
    assert report.passed
    assert len(report.results) >= 2 * 60
    assert "dropped error" not in log
