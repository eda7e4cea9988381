"""Killed in the middle: nothing is duplicated, nothing forgotten."""

import copy
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.e2e.test_changes import MODEL, Tenant
from tests.support.deployed import PROJECT, STACK, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

NEW = "interrupted-model"


def new_model(settings: dict[str, Any]) -> None:
    models = settings["config"]["maas:models"]
    models[NEW] = {**copy.deepcopy(models[MODEL]), "displayName": "Interrupted model"}


def new_application(settings: dict[str, Any]) -> None:
    applications = settings["config"]["maas:consumers"]["accounts"]["dev1"]["applications"]
    applications["interrupted"] = {**copy.deepcopy(applications["first-steps"]), "description": "Interrupted"}


@contextmanager
def changed(platform: Platform, change: Callable[[dict[str, Any]], None]) -> Iterator[None]:
    """The stack file with a change; the stack is brought back at the end."""
    before = platform.settings()
    after = copy.deepcopy(before)
    change(after)
    platform.configure(after)
    try:
        yield
    finally:
        platform.configure(before)
        platform.up("--skip-preview")


def killed_at(platform: Platform, part: str, path_part: str) -> None:
    """`pulumi up`, killed as soon as `part` has seen a POST whose path holds `path_part`."""
    platform.forget_requests()
    command = ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", STACK]
    engine = subprocess.Popen(
        command, cwd=PROJECT, env=platform.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    deadline = time.monotonic() + 120
    try:
        while not any(p == part and m == "POST" and path_part in path for p, m, path in platform.writes()):
            assert engine.poll() is None, "the run ended before it made the request to be killed at"
            assert time.monotonic() < deadline, f"no POST {path_part} within two minutes"
            time.sleep(0.01)  # the log is asked again; it has no event
    finally:
        engine.kill()
        engine.wait()


def duplicates(tenant: Tenant) -> list[str]:
    """Names that 3scale holds more than once where the program wants one."""
    product = tenant.product(NEW) if NEW in tenant.products() else tenant.product()
    path = f"services/{product}/proxy/mapping_rules"
    rules = [f"{r['http_method']} {r['pattern']}" for r in tenant.listed(path, "mapping_rules", "mapping_rule")]
    applications = [a["name"] for a in tenant.listed("applications", "applications", "application")]
    backends = [b["system_name"] for b in tenant.listed("backend_apis", "backend_apis", "backend_api")]
    names = [*rules, *applications, *backends, *tenant.products()]
    allowed_twice = {MODEL, NEW, "api"}  # a backend and a product of one name are what the program makes
    return sorted({str(n) for n in names if names.count(n) > (2 if n in allowed_twice else 1)})


@pytest.mark.parametrize(
    ("change", "part", "path_part"),
    [
        (new_model, "threescale", "/admin/api/backend_apis"),
        (new_application, "threescale", "/applications"),
        pytest.param(new_model, "threescale", "/mapping_rules", marks=pytest.mark.slow),
        pytest.param(new_model, "threescale", "/application_plans", marks=pytest.mark.slow),
        pytest.param(new_model, "threescale", "/promote", marks=pytest.mark.slow),
        pytest.param(new_model, "kubernetes", "/inferenceservices", marks=pytest.mark.slow),
    ],
    ids=lambda value: value.__name__ if callable(value) else str(value).strip("/"),
)
def test_killed_then_recovered_the_next_up_converges_without_a_duplicate(
    platform: Platform, change: Callable[[dict[str, Any]], None], part: str, path_part: str
) -> None:
    with changed(platform, change):
        killed_at(platform, part, path_part)
        platform.operation("recover", "--stack", STACK)
        platform.up("--skip-preview")
        platform.pulumi("refresh", "--yes", "--expect-no-changes")
        assert duplicates(Tenant(platform)) == []


def test_a_state_file_torn_by_the_kill_is_put_back(platform: Platform) -> None:
    state = next((platform.directory / "pulumi-state").rglob(f"stacks/*/{STACK}.json"))
    state.with_name(f"{state.name}.bak").write_text(state.read_text())
    state.write_text("")
    said = platform.operation("recover", "--stack", STACK)
    assert "cut off" in said
    platform.up("--expect-no-changes")
