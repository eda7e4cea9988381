"""The browser's session: a random cookie, of which the tenant keeps the digest (porta, app/models/user_session.rb).

Signing in makes a new one, so that a cookie somebody planted before is worth nothing afterwards. Ending it, suspending
the user or deleting the user or the account signs out.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any

from sandbox.threescale.tenant import PROVIDER, digest

if TYPE_CHECKING:
    from sandbox.threescale.store import Row
    from sandbox.threescale.tenant import Tenant

_KIND = "portal_session"


class Session:
    """One browser, signed in or not. Nothing is stored until something is remembered."""

    COOKIE = "user_session"

    def __init__(self, tenant: Tenant, key: str) -> None:
        self._tenant = tenant
        self._row = tenant.store.first(_KIND, digest=digest(key)) if key else None

    @property
    def user(self) -> Row | None:
        """Who is signed in, as long as the user may be."""
        row = self._tenant.store.find("user", self._row["user_id"]) if self._row else None
        return row if row and can_log_in(self._tenant, row) else None

    def get(self, name: str) -> Any:  # noqa: ANN401  # whatever was remembered
        """What was remembered under this name, None when nothing was."""
        return self._row["data"].get(name) if self._row else None

    def remember(self, **data: object) -> dict[str, str]:
        """Keep values, None to forget one; the header to send."""
        if self._row is None:
            return self._started(None, data)
        kept = {name: value for name, value in {**self._row["data"], **data}.items() if value is not None}
        self._row = self._tenant.change(_KIND, self._row, data=kept)
        return {}

    def sign_in(self, user: Row) -> dict[str, str]:
        """Start a new session of this user, with nothing of the old one; the header to send."""
        self.end()
        return self._started(user["id"], {})

    def end(self) -> dict[str, str]:
        """End the session; the header that removes the cookie."""
        if self._row is not None:
            self._tenant.store.delete(_KIND, self._row["id"])
            self._row = None
        return {"Set-Cookie": f"{self.COOKIE}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"}

    def _started(self, user: int | None, data: dict[str, object]) -> dict[str, str]:
        key = secrets.token_urlsafe(32)
        self._row = self._tenant.insert(_KIND, digest=digest(key), user_id=user, data=data)
        return {"Set-Cookie": f"{self.COOKIE}={key}; Path=/; HttpOnly; Secure; SameSite=Lax"}


def can_log_in(tenant: Tenant, user: Row) -> bool:
    """Whether a developer user is active and its account approved (porta, User#can_login?)."""
    account = tenant.store.find("account", user["account_id"])
    approved = account is not None and account["state"] == "approved"
    return user["account_id"] != PROVIDER and user["state"] == "active" and approved
