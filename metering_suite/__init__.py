"""A metering conformance suite for OpenAI-compatible gateways: does the gateway count what the engine used?

`async with parts() as here:` starts engine and recording backend on loopback; point the gateway at them, then
`await here.run(Gateway(url=…))` returns a `Report`.
"""

from metering_suite.errors import SuiteError
from metering_suite.gateway import Gateway, Keys
from metering_suite.local import Parts, parts
from metering_suite.meters.meter import Meter, Patience
from metering_suite.meters.prometheus import PrometheusMeter
from metering_suite.meters.threescale_stats import StatsMeter
from metering_suite.report import Report, Result
from metering_suite.runner import Setting, run
from metering_suite.shapes.catalogue import SHAPES, chosen
from metering_suite.verdicts import Verdict

__all__ = [
    "SHAPES",
    "Gateway",
    "Keys",
    "Meter",
    "Parts",
    "Patience",
    "PrometheusMeter",
    "Report",
    "Result",
    "Setting",
    "StatsMeter",
    "SuiteError",
    "Verdict",
    "chosen",
    "parts",
    "run",
]
