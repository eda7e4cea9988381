"""What an answer of the Admin API means: its JSON, or one of our errors.

Facts from porta: a validation error is 422 with `errors` per field, but 403 when a DELETE is refused; a wrong token
is 403 `{"error": …}` and never 401; "not found" is 404 with `{"status": "Not found"}`
(app/controllers/admin/api/base_controller.rb, app/lib/three_scale/api/responder.rb). Anything that is not JSON comes
from something in front of 3scale. Every other 404 says nothing about an entity: Rails itself answers
`{"status": 404, "error": "Not Found"}` to a host or an address that no route leads to (Rails,
ActionDispatch::PublicExceptions), and gateways have forms of their own. Taken for "gone", one would empty the state.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dynamic_providers.threescale import retry_after
from dynamic_providers.threescale.errors import (
    BASE,
    NotFound,
    Reasons,
    Rejected,
    ThreescaleError,
    Unauthorized,
    Unavailable,
)

if TYPE_CHECKING:
    from requests import Response

NO_BODY = object()
"""Stands for a body that is not JSON."""
HEAD_ONLY = "/objects/status.json"
"""Ends the one path that answers a GET with its status alone (porta, admin/api/objects_controller.rb: `head :ok`)."""


def result(response: "Response", asked: str) -> Any:  # noqa: ANN401 - any JSON value
    """Return the JSON of a good answer; an empty one is good after a DELETE and of HEAD_ONLY, and is `{}`.

    Raises:
        ThreescaleError: the answer is a refusal, or none of 3scale's.
    """
    status = response.status_code
    try:
        data = response.json()
    except ValueError:
        data = NO_BODY
    if status in (HTTPStatus.OK, HTTPStatus.CREATED):
        may_be_empty = response.request.method == "DELETE" or asked.endswith(HEAD_ONLY)
        if data is NO_BODY and not (may_be_empty and not response.content.strip()):
            told = f"3scale answered {status} with {_described(response)}"
            raise Unavailable(asked, told, unreadable=True)
        return {} if data is NO_BODY else data
    raise _refusal(response, data, asked)


def _refusal(response: "Response", data: Any, asked: str) -> ThreescaleError:  # noqa: ANN401 - any JSON value
    status = response.status_code
    if status == HTTPStatus.NOT_FOUND and isinstance(data, Mapping) and isinstance(data.get("status"), str):
        return NotFound(asked)
    reasons = _reasons(data)
    if status == HTTPStatus.FORBIDDEN and (not isinstance(data, Mapping) or "error" in data):
        told = "; ".join(reasons.get(BASE, [_described(response)]))
        return Unauthorized(asked, told, unexplained=not response.content.strip())
    if status == HTTPStatus.UNAUTHORIZED:
        return Unauthorized(asked, "status 401, which comes from something in front of 3scale")
    if status in (HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.UNPROCESSABLE_ENTITY):
        return Rejected(asked, reasons or {BASE: [_described(response)]})
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        remedy = "Write `adminUrl` as the https address of the tenant's admin portal"
        return Unavailable(asked, f"the address redirects (status {status})", remedy=remedy, hopeless=True)
    told = "; ".join(reasons.get(BASE, [])) or _described(response)
    return Unavailable(asked, f"status {status}: {told}", retry_after_seconds=retry_after.seconds(response.headers))


def _described(response: "Response") -> str:
    """Return what kind of body it is, never the body."""
    if not response.content.strip():
        return "an empty body instead of JSON"
    kind = response.headers.get("Content-Type", "").partition(";")[0] or "an unnamed type"
    what = "an HTML page instead of JSON" if kind == "text/html" else "an unreadable body"
    return f"{what} ({kind}, {len(response.content)} bytes)"


def _reasons(data: Any) -> Reasons:  # noqa: ANN401 - any JSON value
    """Return field → reasons of a refusal: porta's `errors`, `error`, `status`, or errors inside policies."""
    if isinstance(data, str):
        return {BASE: [data]}
    if not isinstance(data, Mapping):
        return {}
    if isinstance(errors := data.get("errors"), Mapping):
        return {str(field): _sentences(found) for field, found in errors.items()}
    if isinstance(policies := data.get("policies_config"), list):
        refused = [policy for policy in policies if isinstance(policy, Mapping) and policy.get("errors")]
        return {f"policy {policy.get('name')}": _sentences(policy["errors"]) for policy in refused}
    if isinstance(error := data.get("error"), Mapping):
        return {BASE: [str(error.get("error", "refused"))]}
    return {BASE: [str(data[key]) for key in ("error", "status") if key in data]}


def _sentences(found: Any) -> list[str]:  # noqa: ANN401 - a list, a string or a mapping of them
    if isinstance(found, Mapping):
        return [f"{field} {sentence}" for field, inner in found.items() for sentence in _sentences(inner)]
    return [str(sentence) for sentence in found] if isinstance(found, list) else [str(found)]
