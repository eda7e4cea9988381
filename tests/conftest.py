"""What holds for every test: no credentials of the person who runs it, and only what was asked for."""

import gc
import os
from collections.abc import Generator

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]  # it ships no types
from xdist.scheduler import LoadFileScheduling  # type: ignore[import-untyped]  # likewise

PREFIXES = (
    "PULUMI_",
    "THREESCALE_",
    "KEYCLOAK_",
    "KUBECONFIG",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "https_proxy",
    "http_proxy",
)
"""Variables that could point a test at a real system; the tools' own folder is found through the project, not these."""


def pytest_configure(config: pytest.Config) -> None:
    """Clear them before any module is imported."""
    del config
    for name in [name for name in os.environ if name.startswith(PREFIXES)]:
        del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the garbage collector never look at what importing and collecting made: it stays until the end.

    That is a quarter of the processor time of the fast tiers.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


ONE_WORKER = (
    "tests/dynamic_providers/cluster/",
    "tests/dynamic_providers/faults/",
    "tests/operations/adopt/",
    "tests/toolchain/stand_ins/kubernetes/",
)
"""Folders whose tests share servers that cost more to start than two workers gain, an API server for example."""


class Distribution(LoadFileScheduling):  # type: ignore[misc]  # likewise
    """A worker gets whole files, so that what a file shares is made once, and whole folders of `ONE_WORKER`."""

    def _split_scope(self, nodeid: str) -> str:
        return next((folder for folder in ONE_WORKER if nodeid.startswith(folder)), super()._split_scope(nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Distribution:
    """Return who gets which tests with `-n`."""
    return Distribution(config, log)
