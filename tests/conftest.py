"""What holds for every test: no credentials of the person who runs it, and only what was asked for."""

import os

import pytest

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
