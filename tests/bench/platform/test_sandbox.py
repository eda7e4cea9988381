"""Of the sandbox's request log only what runs of the engine wrote is counted."""

from typing import Any

from bench.platform.sandbox import calls, writes


def entry(part: str, method: str, path: str, **more: object) -> dict[str, Any]:
    return {"part": part, "method": method, "path": path, **more}


LOG = [
    entry("kubernetes", "POST", "/api/v1/namespaces/models/secrets", dry_run=False),
    entry("kubernetes", "PATCH", "/api/v1/namespaces/models/secrets/key", dry_run=True),
    entry("kubernetes", "GET", "/api/v1/namespaces/models"),
    entry("kubernetes", "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
    entry("keycloak", "POST", "/realms/master/protocol/openid-connect/token"),
    entry("threescale", "PUT", "/admin/api/services/3.json"),
    entry("threescale", "GET", "/admin/api/services.json"),
    entry("threescale", "POST", "/transactions.xml"),
]


def test_dry_runs_questions_and_logins_are_no_writes() -> None:
    assert [writes(LOG, part) for part in ("kubernetes", "keycloak", "threescale")] == [1, 0, 1]


def test_what_the_gateway_reports_is_no_call_of_a_run() -> None:
    assert calls(LOG, "threescale") == 2
