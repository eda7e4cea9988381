"""Where porta reports events to: app/models/web_hook.rb, admin/api/web_hooks{,_failures}_controller.rb.

There is no call that reads the webhook. Nothing is ever delivered here, so the list of failures stays empty. Refuses:
an active webhook whose address is no http(s) URL, and a malformed time for the deletion of failures (400).
"""

from __future__ import annotations

import re
from datetime import datetime

from sandbox.threescale.operation import Call, Item, Json, Listing, Nothing, Operation, shown
from sandbox.threescale.refusals import Errors, Said
from sandbox.threescale.values import boolean, text

_EVENTS = tuple(
    f"{subject}_{event}_on"
    for subject, events in (
        ("account", ("created", "updated", "deleted", "plan_changed")),
        ("user", ("created", "updated", "deleted")),
        ("application", ("created", "updated", "deleted", "suspended", "plan_changed", "user_key_updated")),
        ("application_key", ("created", "deleted", "updated")),
    )
    for event in events
)
_FLAGS = ("active", "provider_actions", *_EVENTS)


def update(call: Call) -> Item:
    """Set address and flags; those left out stay as they are, the first time false."""
    tenant, fields = call.tenant, call.fields
    row = tenant.store.first("web_hook") or {"url": None, **dict.fromkeys(_FLAGS, False)}
    values: Json = {name: bool(boolean(fields[name])) for name in _FLAGS if name in fields}
    if "url" in fields:
        values["url"] = text(fields["url"])
    changed = {**row, **values}
    errors = Errors()
    shaped = re.search(r"https?://[^\s/]+", changed["url"] or "")
    errors.unless(shaped or not changed["active"], "url", "Must be a valid URL such as http://example.com")
    errors.short("url", changed["url"])
    errors.refuse()
    row = tenant.change("web_hook", row, **values) if "id" in row else tenant.insert("web_hook", **changed)
    return Item("webhook", shown({name: row[name] for name in ("url", *_FLAGS)}))


def failures(_: Call) -> Listing:
    """The deliveries that failed: none, since nothing is delivered."""
    return Listing("webhooks-failures", "webhooks-failure", [])


def forget_failures(call: Call) -> Nothing:
    """Drop the failures up to a time, or all of them."""
    time = call.params.get("time")
    if time:
        try:
            datetime.fromisoformat(str(time))
        except ValueError:
            raise Said(400, "invalid time") from None
    return Nothing()


_PATH = "/admin/api/webhooks"
OPERATIONS = (
    Operation("PUT", _PATH, update, "web_hook", ("url", *_FLAGS), json_only=True),
    Operation("GET", f"{_PATH}/failures", failures),
    Operation("DELETE", f"{_PATH}/failures", forget_failures),
)
