"""Whether an object that is being deleted still exists: porta, admin/api/objects_controller.rb."""

from __future__ import annotations

from sandbox.threescale.operation import Call, Nothing, Operation
from sandbox.threescale.refusals import Forbidden, NotFound
from sandbox.threescale.values import integer

_KINDS = ("service", "account", "proxy", "backend_api")


def status(call: Call) -> Nothing:
    """200 without a body while the row exists, deleted or not; 404 when it is purged; other types are forbidden."""
    kind = call.params.get("object_type")
    if kind not in _KINDS or call.user is None or call.user["role"] != "admin":
        raise Forbidden
    row = call.tenant.store.find(str(kind), integer(call.params.get("object_id")))
    if row is None:
        raise NotFound
    return Nothing()


OPERATIONS = (Operation("GET", "/admin/api/objects/status", status, json_default=True),)
