import pytest

from dynamic_providers.threescale import gate
from dynamic_providers.threescale.errors import ThreescaleError, Unauthorized
from dynamic_providers.threescale.gate import GateProvider
from dynamic_providers.waiting import TimedOut
from tests.dynamic_providers.threescale.scripted import TOKEN, Reply, Scripted, in_turn, scripted
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


UNAPPROVED = Reply(status=403, body=b"")
"""Of a tenant that is being set up, and of one that is suspended."""
SEEDED = [Reply(body={"plans": [{"account_plan": {"id": 1}}]}), Reply(body={"services": [{"service": {"id": 1}}]})]


def passed(server: Scripted, timeout_seconds: int = 20) -> None:
    """Pass a gate in this process."""
    provider = GateProvider()
    provider.settings = {"adminUrl": server.url, "accessToken": TOKEN}
    provider.create({"timeout_seconds": timeout_seconds})


def test_a_tenant_that_is_not_approved_yet_is_waited_for_and_named(capsys: pytest.CaptureFixture[str]) -> None:
    with scripted(in_turn(UNAPPROVED, UNAPPROVED, Reply(), *SEEDED)) as server:
        passed(server)
    told = capsys.readouterr().out
    assert "the token is known, but the tenant is not approved yet, or suspended (0 s)" in told
    assert "ready" in told


def test_a_tenant_that_stays_unapproved_is_given_up_long_before_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "APPROVAL_SECONDS", 0.3)
    with scripted(in_turn(UNAPPROVED)) as server:
        with pytest.raises(
            ThreescaleError, match=r"not approved yet, or suspended, and .*Approve or resume the tenant"
        ):
            passed(server, 1800)
        assert len(server.asked) > 1


def test_the_limit_of_the_gate_counts_for_an_unapproved_tenant_too() -> None:
    with scripted(in_turn(UNAPPROVED)) as server, pytest.raises(TimedOut, match=r"not approved yet.*Allowed were 1 s"):
        passed(server, 1)


def test_a_moment_without_approval_does_not_count_for_a_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "APPROVAL_SECONDS", 0.0)
    busy = Reply(status=503)
    with scripted(in_turn(UNAPPROVED, busy, UNAPPROVED, busy, Reply(), *SEEDED)) as server:
        passed(server)


@pytest.mark.parametrize("body", [{"error": "Access denied"}, b"<html>refused</html>"])
def test_a_refusal_that_says_anything_fails_at_once(body: object) -> None:
    with scripted(in_turn(Reply(status=403, body=body))) as server:
        with pytest.raises(Unauthorized):
            passed(server)
        assert len(server.asked) == 1
