"""The whole conformance suite against the sandbox's gateway, which runs the policy's own sources in LuaJIT."""

import asyncio

import pytest

import metering_suite
from components.model_api.definition import api_definition
from sandbox.gateway.alone import gateway, product
from tests.components.config.test_validation import MODEL, settings
from tests.metering_suite.measured import failing
from tests.sandbox.gateway.world import HOST, POLICIES


async def report() -> metering_suite.Report:
    # What the program promotes for the dev stack's model: cors, time limits, caching, tokens, apicast.
    chain = api_definition(settings(), MODEL).policies
    async with metering_suite.parts() as here:
        served = product(host=HOST, upstream=here.engine_url, backend=here.backend_url, chain=chain)
        async with gateway(served, POLICIES) as url:
            return await here.run(metering_suite.Gateway(url=url, host=HOST), workers=4)


@pytest.mark.slow
@pytest.mark.row("S-206")
@pytest.mark.timeout(300)
def test_no_token_is_lost_and_no_byte_changed() -> None:
    found = asyncio.run(report())
    assert failing(found) == []
    assert found.passed
    assert len(found.results) > 2 * 2 * 60
