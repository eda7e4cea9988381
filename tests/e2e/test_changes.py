"""What people change: a model, a limit, something by hand on the server."""

import copy

import pytest
import requests

from tests.support.deployed import Platform

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

MODEL = "llama-32-1b-instruct-cpu"
DRIFT = 7
"""Exit code of `pulumi refresh --expect-no-changes` when there is drift (CLI 3.259)."""


class Tenant:
    """3scale's Admin API, as a person with the admin password uses it behind the program's back."""

    def __init__(self, platform: Platform) -> None:
        environment, endpoints = platform.environment, platform.endpoints
        self._base = f"{endpoints['threescale']['admin_url']}/admin/api"
        self._session = requests.Session()
        self._session.auth = ("", platform.pulumi("config", "get", "threescaleSeedToken").strip())
        self._session.proxies = {"https": environment["HTTPS_PROXY"]}
        self._authority = endpoints["ca_file"]

    def call(self, method: str, path: str, **body: object) -> dict[str, object]:
        # `verify` is given here because REQUESTS_CA_BUNDLE would win over the session's.
        url = f"{self._base}/{path}.json"
        answer = self._session.request(method, url, json=body or None, timeout=30, verify=self._authority)
        answer.raise_for_status()
        found: dict[str, object] = answer.json() if answer.content else {}
        return found

    def listed(self, path: str, collection: str, wrapper: str) -> list[dict[str, object]]:
        found = self.call("GET", path)[collection]
        assert isinstance(found, list)
        return [item[wrapper] for item in found]

    def products(self) -> dict[str, str]:
        """System name → id."""
        return {str(s["system_name"]): str(s["id"]) for s in self.listed("services", "services", "service")}

    def product(self, system_name: str = MODEL) -> str:
        return self.products()[system_name]


def test_a_hand_edit_is_found_named_and_repaired(platform: Platform) -> None:
    tenant = Tenant(platform)
    product = tenant.product()
    tenant.call("PUT", f"services/{product}", name="Renamed by hand")
    rules = tenant.listed(f"services/{product}/proxy/mapping_rules", "mapping_rules", "mapping_rule")
    foreign = {"http_method": "GET", "pattern": "/metrics", "delta": 1, "metric_id": rules[0]["metric_id"]}
    tenant.call("POST", f"services/{product}/proxy/mapping_rules", **foreign)

    said = platform.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff", ok=(DRIFT,))
    assert "Renamed by hand" in said
    assert "GET /metrics" in said

    platform.up("--refresh")
    after = tenant.listed(f"services/{product}/proxy/mapping_rules", "mapping_rules", "mapping_rule")
    assert "/metrics" not in {rule["pattern"] for rule in after}
    platform.pulumi("refresh", "--yes", "--expect-no-changes")


@pytest.mark.row("S-161")
def test_a_changed_limit_is_one_update_and_is_named_in_the_preview(platform: Platform) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    changed["config"]["maas:plans"]["standard"]["limits"]["hits per day"] = 7919
    platform.configure(changed)
    try:
        assert "7919" in platform.pulumi("preview", "--diff")
        platform.forget_requests()
        platform.up()
        assert [method for method, _ in platform.threescale_writes()] == ["PUT"]
    finally:
        platform.configure(before)
        platform.up()


@pytest.mark.row("S-160")
def test_a_new_model_is_one_entry_and_leaves_with_it(platform: Platform) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    entry = copy.deepcopy(changed["config"]["maas:models"][MODEL])
    changed["config"]["maas:models"]["second-model"] = {**entry, "displayName": "Second model"}
    platform.configure(changed)
    try:
        platform.up()
        assert "second-model" in platform.outputs()["model_endpoints"]
    finally:
        platform.configure(before)
        platform.up()
    names = [service["system_name"] for service in Tenant(platform).listed("services", "services", "service")]
    assert "second-model" not in names
    assert MODEL in names


@pytest.mark.row("S-139")
def test_a_renamed_product_is_replaced(platform: Platform) -> None:
    before = platform.settings()
    changed = copy.deepcopy(before)
    changed["config"]["maas:models"][MODEL]["systemName"] = "llama-renamed"
    platform.configure(changed)
    try:
        platform.up()
        platform.operation("verify", "--stack", "dev")
    finally:
        platform.configure(before)
        platform.up()
    names = [service["system_name"] for service in Tenant(platform).listed("services", "services", "service")]
    assert names.count(MODEL) == 1
    assert "llama-renamed" not in names
