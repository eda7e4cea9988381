"""What goes wrong, in the words of the real plugin.

KeycloakError
├── LoginError       no token, or the server cannot be reached for one
├── ApiError         the server answered with a refusal
└── ValidationError  the plugin itself refuses before it writes
"""

from __future__ import annotations

from http import HTTPStatus

LONGEST_BODY = 2000
"""Characters of an answer that are quoted; a proxy's error page is longer than its message."""


class KeycloakError(Exception):
    """Any failure that the engine is told about."""


class LoginError(KeycloakError):
    """The provider could not log in."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"failed to perform initial login to Keycloak: {reason}")


class ValidationError(KeycloakError):
    """A combination of inputs that the plugin refuses itself."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"validation error: {reason}")


class ApiError(KeycloakError):
    """The server refused a request."""

    def __init__(self, method: str, path: str, status: int, body: str) -> None:
        super().__init__(
            f"error sending {method} request to {path}: {status_text(status)}. Response body: {body[:LONGEST_BODY]}"
        )
        self.status = status

    @property
    def gone(self) -> bool:
        """Whether the object, or something above it, does not exist."""
        return self.status == HTTPStatus.NOT_FOUND


def status_text(status: int) -> str:
    """A status as Go prints it: `409 Conflict`."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def as_reported(error: KeycloakError) -> str:
    """The error as the plugin reports it on the wire."""
    return f"1 error occurred:\n\t* {error}\n\n"
