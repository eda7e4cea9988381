"""Bad input, and a 3scale that refuses: a clear message, an exit code, nothing half-written, and the next run heals."""

import copy
import json
import subprocess
from collections.abc import Callable
from typing import Any
from urllib.request import Request, urlopen

import pytest
import yaml

from tests.e2e.test_changes import MODEL, Tenant
from tests.support.deployed import PROJECT, STACK, Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

Settings = dict[str, Any]


def models(settings: Settings) -> dict[str, Any]:
    found: dict[str, Any] = settings["config"]["maas:models"]
    return found


def wrong_type(settings: Settings) -> None:
    models(settings)[MODEL]["maxModelLen"] = "many"


def unknown_key(settings: Settings) -> None:
    models(settings)[MODEL]["maxModelLength"] = 2000


def duplicate_name(settings: Settings) -> None:
    models(settings)["second"] = {
        **copy.deepcopy(models(settings)[MODEL]),
        "servedModelName": MODEL,
        "displayName": "2",
    }


def long_host(settings: Settings) -> None:
    models(settings)["m" * 60] = {**copy.deepcopy(models(settings)[MODEL]), "displayName": "long"}


def wrong_domain(settings: Settings) -> None:
    settings["config"]["maas:cluster"]["wildcardDomain"] = "apps.elsewhere.test"


def missing_secret(settings: Settings) -> None:
    del settings["config"]["maas:threescaleSeedToken"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (wrong_type, [f"models.{MODEL}.maxModelLen", "many"]),
        (unknown_key, [f"models.{MODEL}.maxModelLength"]),
        (duplicate_name, ["servedModelName", MODEL]),
        (long_host, ["m" * 60, "63"]),
        (wrong_domain, ["apps.elsewhere.test", "apps.maas.test"]),
        (missing_secret, ["threescaleSeedToken"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_mistake_in_the_stack_file_stops_the_preview_and_is_named(
    platform: Platform, spoil: Callable[[Settings], None], words: list[str]
) -> None:
    before = platform.settings()
    spoiled = copy.deepcopy(before)
    spoil(spoiled)
    platform.configure(spoiled)
    platform.forget_requests()
    try:
        said = platform.pulumi("preview", ok=(1, 255))
        assert [word for word in words if word not in said] == [], said
        assert platform.writes() == []
    finally:
        platform.configure(before)


def test_a_cluster_that_cannot_be_reached_stops_the_preview(platform: Platform) -> None:
    config = platform.directory / "unreachable"
    settings = yaml.safe_load((platform.directory / "kubeconfig").read_text())
    settings["clusters"][0]["cluster"]["server"] = "https://127.0.0.1:1"  # a port that the kernel gives to nobody
    config.write_text(yaml.safe_dump(settings))
    config.chmod(0o600)
    environment = {**platform.environment, "KUBECONFIG": str(config)}
    command = ["pulumi", "preview", "--stack", STACK, "--non-interactive"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, text=True, check=False, capture_output=True)
    assert done.returncode != 0
    assert "127.0.0.1:1" in done.stdout + done.stderr


def fault(platform: Platform, **order: Any) -> None:  # noqa: ANN401 (the fault's own fields)
    """Order one fault of 3scale."""
    url = f"{platform.endpoints['control_url']}/faults"
    body = json.dumps({"part": "threescale", **order}).encode()
    request = Request(url, data=body, method="POST", headers={"Content-Type": "application/json"})  # noqa: S310 (loopback)
    with urlopen(request, timeout=10):  # noqa: S310 (loopback)
        pass


def no_fault(platform: Platform) -> None:
    """Clear them all."""
    url = f"{platform.endpoints['control_url']}/faults"
    with urlopen(Request(url, method="DELETE"), timeout=10):  # noqa: S310 (loopback)
        pass


LIMIT = r"/admin/api/application_plans/\d+/metrics/\d+/limits/\d+\.json"


@pytest.mark.parametrize(
    ("order", "words"),
    [
        ({"kind": "status", "status": 403}, ["access token", "threescaleAccessToken"]),
        ({"kind": "status", "status": 500}, ["500"]),
        pytest.param({"kind": "status", "status": 429, "retry_after": 1}, ["429"], marks=pytest.mark.slow),
        # The router is between: to the program a server that says nothing is a bad gateway.
        pytest.param({"kind": "reset_before"}, ["502"], marks=pytest.mark.slow),
        pytest.param({"kind": "status", "status": 422}, ["refused"], marks=pytest.mark.slow),
        pytest.param({"kind": "html", "status": 502}, ["HTML"], marks=pytest.mark.slow),
        pytest.param({"kind": "truncated"}, ["answer"], marks=pytest.mark.slow),
    ],
    ids=lambda value: f"{value['kind']}-{value.get('status', '')}" if isinstance(value, dict) else "",
)
def test_a_refused_write_is_explained_and_the_next_run_heals(
    platform: Platform, order: dict[str, Any], words: list[str]
) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    changed["config"]["maas:plans"]["standard"]["limits"]["hits per day"] = 4711
    platform.configure(changed)
    fault(platform, method="PUT", pattern=LIMIT, count=0, **order)
    try:
        said = platform.up("--skip-preview", ok=(1, 255))
        assert [word for word in [*words, "limits"] if word not in said] == [], said
        no_fault(platform)
        platform.up("--skip-preview")
        platform.pulumi("refresh", "--yes", "--expect-no-changes")
    finally:
        no_fault(platform)
        platform.configure(before)
        platform.up("--skip-preview")


def test_an_expired_token_is_named_and_the_next_run_heals(platform: Platform) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    changed["config"]["maas:plans"]["standard"]["limits"]["hits per day"] = 4711
    platform.configure(changed)
    environment = {**platform.environment, "THREESCALE_ACCESS_TOKEN": "canary-expired-token"}
    command = ["pulumi", "up", "--yes", "--skip-preview", "--stack", STACK, "--non-interactive"]
    try:
        done = subprocess.run(command, cwd=PROJECT, env=environment, text=True, check=False, capture_output=True)
        said = done.stdout + done.stderr
        assert done.returncode != 0
        assert "the access token was refused" in said
        assert "canary-expired-token" not in said
        platform.up("--skip-preview")
    finally:
        platform.configure(before)
        platform.up("--skip-preview")


def test_a_create_refused_in_the_middle_leaves_the_entity_complete_or_absent(platform: Platform) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    plan = {"displayName": "Second plan", "limits": {"hits per day": 5}}
    changed["config"]["maas:plans"]["second"] = plan
    models(changed)[MODEL]["plans"] = ["standard", "second"]
    platform.configure(changed)
    fault(platform, method="POST", pattern=r"/limits\.json", kind="status", status=422, count=0)
    path = f"services/{Tenant(platform).product()}/application_plans"
    try:
        platform.up("--skip-preview", ok=(1, 255))
        assert "second" not in [
            plan["system_name"] for plan in Tenant(platform).listed(path, "plans", "application_plan")
        ]
        no_fault(platform)
        platform.up("--skip-preview")
        assert "second" in [plan["system_name"] for plan in Tenant(platform).listed(path, "plans", "application_plan")]
    finally:
        no_fault(platform)
        platform.configure(before)
        platform.up("--skip-preview")


@pytest.mark.row("S-162")
def test_a_taken_product_is_refused_with_its_id_and_adopted_on_request(platform: Platform) -> None:
    tenant = Tenant(platform)
    tenant.call("POST", "services", name="Made by hand", system_name="taken-model")
    taken = tenant.product("taken-model")
    before = platform.settings()
    changed = copy.deepcopy(before)
    entry = {**copy.deepcopy(models(before)[MODEL]), "displayName": "Taken model"}
    models(changed)["taken-model"] = entry
    platform.configure(changed)
    try:
        said = platform.up("--skip-preview", ok=(1, 255))
        assert "taken-model" in said
        assert taken in said
        assert "adopt: true" in said
        entry["adopt"] = True
        platform.configure(changed)
        platform.up("--skip-preview")
        assert tenant.product("taken-model") == taken
        platform.up("--expect-no-changes")
    finally:
        platform.configure(before)
        platform.up("--skip-preview")
