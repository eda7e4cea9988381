"""Killed in the middle: nothing is duplicated, nothing forgotten."""

import copy
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.test_changes import MODEL, Tenant
from tests.support.deployed import PROJECT, STACK, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

NEW = "interrupted-model"


@contextmanager
def with_new_model(platform: Platform) -> Iterator[None]:
    """A second model in the stack file; the stack is brought back at the end."""
    before = platform.settings()
    changed = copy.deepcopy(before)
    entry = copy.deepcopy(changed["config"]["maas:models"][MODEL])
    changed["config"]["maas:models"][NEW] = {**entry, "displayName": "Interrupted model"}
    platform.configure(changed)
    try:
        yield
    finally:
        platform.configure(before)
        platform.up()


def killed_at(platform: Platform, method: str, path_part: str) -> None:
    """`pulumi up`, killed as soon as 3scale has seen a request whose path holds `path_part`."""
    platform.forget_requests()
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", STACK]
    engine = subprocess.Popen(
        command, cwd=PROJECT, env=platform.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    try:
        while not any(e["method"] == method and path_part in e["path"] for e in platform.requests()):
            assert engine.poll() is None, "the run ended before it made the request to be killed at"
            assert time.monotonic() < deadline, f"no {method} {path_part} within two minutes"
            time.sleep(0.01)
    finally:
        engine.kill()
        engine.wait()


@pytest.mark.parametrize(
    ("method", "path_part"),
    [("POST", "/admin/api/backend_apis"), ("POST", "/mapping_rules"), ("POST", "/application_plans")],
)
def test_killed_then_recovered_the_next_up_converges_without_a_duplicate(
    platform: Platform, method: str, path_part: str
) -> None:
    with with_new_model(platform):
        killed_at(platform, method, path_part)
        platform.operation("recover", "--stack", STACK)
        platform.up()
        platform.pulumi("refresh", "--yes", "--expect-no-changes")
        tenant = Tenant(platform)
        names = [service["system_name"] for service in tenant.listed("services", "services", "service")]
        backends = [item["system_name"] for item in tenant.listed("backend_apis", "backend_apis", "backend_api")]
        assert (names.count(NEW), backends.count(NEW)) == (1, 1)
        path = f"services/{tenant.product(NEW)}/proxy/mapping_rules"
        rules = [(r["http_method"], r["pattern"]) for r in tenant.listed(path, "mapping_rules", "mapping_rule")]
        assert len(rules) == len(set(rules))
