"""What the words of the command line choose: gateway, keys, meter, patience."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from metering_suite import arguments
from metering_suite.counts import METRICS
from metering_suite.errors import SuiteError
from metering_suite.gateway import Gateway, Keys
from metering_suite.meters.backend import RemoteBackendMeter
from metering_suite.meters.meter import METRIC_NAMES, Patience
from metering_suite.meters.prometheus import COUNTERS, PrometheusMeter
from metering_suite.meters.threescale_stats import TOKEN_VARIABLE, StatsMeter

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from metering_suite.local import Parts
    from metering_suite.meters.meter import Meter

_PATIENCE = {
    "backend": Patience(),
    "prometheus": Patience(),
    # 3scale's counters are written by workers, seconds after the report was taken (apisonator).
    "threescale-stats": Patience(quiet_seconds=5, lost_seconds=20, limit_seconds=120, poll_seconds=1),
}


def gateway(given: argparse.Namespace) -> Gateway:
    """The gateway under test.

    Raises:
        SuiteError: its address is missing or wrong.
    """
    url = needed(given.gateway, "--gateway")
    return Gateway(url=url, host=given.host, ca_file=given.ca_file, model=given.model, key_in=given.key_in)


def needed(value: str | None, name: str) -> str:
    """A word that has to be there.

    Raises:
        SuiteError: it is not.
    """
    if value:
        return value
    raise SuiteError(
        asked="a run through a gateway",
        value=f"{name} is missing",
        allowed="see `python -m metering_suite run --help`",
        action=f"give {name}",
    )


def keys(given: argparse.Namespace) -> Keys:
    """The keys, from words, a file or the environment.

    Raises:
        SuiteError: there is none, or the file cannot be read.
    """
    listed = list(given.key)
    if given.keys_file:
        try:
            listed += Path(given.keys_file).read_text(encoding="utf-8").split()
        except (OSError, UnicodeDecodeError) as error:
            raise SuiteError(
                asked=f"the keys in {given.keys_file}",
                value=str(error),
                allowed="a readable file with a key per line",
                action="correct --keys-file",
            ) from error
    if not listed and not given.fresh_keys and os.environ.get(arguments.KEY_VARIABLE):
        listed.append(os.environ[arguments.KEY_VARIABLE])
    return Keys(listed=listed, prefix=given.fresh_keys)


def patience(given: argparse.Namespace) -> Patience:
    """How long the meter is waited for."""
    usual = _PATIENCE[given.meter]
    return Patience(
        quiet_seconds=usual.quiet_seconds if given.quiet_seconds is None else given.quiet_seconds,
        lost_seconds=usual.lost_seconds if given.lost_seconds is None else given.lost_seconds,
        limit_seconds=usual.limit_seconds,
        poll_seconds=usual.poll_seconds,
    )


def meter(given: argparse.Namespace, here: Parts | None) -> Meter:
    """The meter, told what the gateway calls each metric.

    Raises:
        SuiteError: a word that it needs is missing.
    """
    if given.meter == "prometheus":
        names = _pairs(given.metric, "--metric", METRICS)
        labels = _pairs(given.label, "--label", ())
        return PrometheusMeter(needed(given.prometheus, "--prometheus"), {**COUNTERS, **names}, labels)
    names = {**METRIC_NAMES, **_pairs(given.metric, "--metric", METRICS)}
    if given.meter == "threescale-stats":
        token = needed(os.environ.get(TOKEN_VARIABLE), f"the variable {TOKEN_VARIABLE}")
        service = int(needed(str(given.service or ""), "--service"))
        return StatsMeter(needed(given.admin_url, "--admin-url"), token, service, names=names, ca_file=given.ca_file)
    return here.backend_meter(names) if here else RemoteBackendMeter(needed(given.backend, "--backend"), names)


def _pairs(texts: Sequence[str], name: str, known: Sequence[str]) -> dict[str, str]:
    """`name=value` words as a mapping; names are among those known, if any are."""
    found = dict(text.partition("=")[::2] for text in texts)
    for key, value in found.items():
        if not value or (known and key not in known):
            raise SuiteError(
                asked=f"{name} {key}={value}",
                value=f"{key!r} and {value!r}",
                allowed=f"NAME=VALUE{', NAME one of ' + ', '.join(known) if known else ''}",
                action=f"correct {name}",
            )
    return found
