import pytest

from dynamic_providers.threescale.gate import GateProvider
from tests.dynamic_providers.threescale.tenant import CANARY, Json, Tenant
from tests.support.plugin_host import PluginError, PluginHost


def test_the_state_of_existing_stacks_finds_the_class() -> None:
    assert f"{GateProvider.__module__}.{GateProvider.__qualname__}" == "dynamic_providers.threescale.gate.GateProvider"


def test_a_tenant_that_answers_passes_and_stays_passed(tenant: Tenant) -> None:
    held = tenant.host.create(GateProvider, {"timeout_seconds": 5})
    assert held.outs == {"timeout_seconds": 5}
    again = tenant.host.check(GateProvider, {"timeout_seconds": 5.0}, held.inputs)
    assert tenant.host.diff(GateProvider, held, again.inputs).changed == frozenset()
    tenant.clear()
    assert tenant.host.read(GateProvider, held).id == held.id
    tenant.host.update(GateProvider, held, {"timeout_seconds": 6})
    tenant.host.delete(GateProvider, held)
    assert tenant.requests() == []


@pytest.mark.parametrize(
    ("fault", "phase"),
    [
        ({"kind": "status", "status": 503}, "status 503"),
        ({"kind": "html", "status": 404}, "status 502: an HTML page instead of JSON"),
        ({"kind": "reset_before"}, "no answer"),
    ],
)
def test_a_tenant_that_starts_up_is_waited_for(tenant: Tenant, fault: Json, phase: str) -> None:
    tenant.fault(method="GET", pattern="/provider", count=2, **fault)
    tenant.host.create(GateProvider, {"timeout_seconds": 20})
    assert any(phase in line for line in tenant.host.lines)
    assert any("ready" in line for line in tenant.host.lines)


def test_a_wait_is_bounded_and_says_for_what(tenant: Tenant) -> None:
    tenant.fault("status", "GET", "/provider", status=503, count=50)
    with pytest.raises(PluginError, match=r"the time is over, last seen: does not answer yet \(status 503.*1 s"):
        tenant.host.create(GateProvider, {"timeout_seconds": 1})


def test_a_wrong_token_fails_at_once_and_is_not_printed(tenant: Tenant) -> None:
    with PluginHost({"adminUrl": tenant.url, "accessToken": f"wrong-{CANARY}"}) as host:
        with pytest.raises(PluginError, match=r"Access denied.*threescaleAccessToken") as refusal:
            host.create(GateProvider, {"timeout_seconds": 60})
        assert CANARY not in str(refusal.value)


def test_the_environment_wins_over_the_inputs_of_the_provider(tenant: Tenant) -> None:
    environment = {"THREESCALE_ADMIN_URL": tenant.url, "THREESCALE_ACCESS_TOKEN": CANARY}
    with PluginHost({"adminUrl": "http://unused.invalid", "accessToken": "old"}, environment) as host:
        assert host.create(GateProvider, {"timeout_seconds": 5}).id == tenant.url


def test_a_provider_without_an_address_says_so() -> None:
    with PluginHost({"accessToken": "x"}) as host, pytest.raises(PluginError, match="`adminUrl` is ''"):
        host.create(GateProvider, {"timeout_seconds": 5})
