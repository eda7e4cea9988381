"""Ask Keycloak whether a pending create happened."""

import tempfile
from collections.abc import Mapping
from typing import Any

import requests

from operations.errors import OperationError
from operations.recover.deployment import PendingCreate

TIMEOUT_SECONDS = 30
NOT_FOUND = 404


class Keycloak:
    """The admin API, logged in as the provider instance that made the create."""

    def __init__(self, provider: Mapping[str, Any]) -> None:
        """Take URL, client, secret and CA from the provider's inputs in the state.

        Raises:
            OperationError: Keycloak cannot be reached or refuses the client.
        """
        self._url = f"{provider['url']}{provider.get('basePath') or ''}"
        self._session = requests.Session()
        if provider.get("rootCaCertificate"):
            self._authority = tempfile.NamedTemporaryFile("w", suffix=".pem")  # noqa: SIM115 (lives as long as the session)
            self._authority.write(provider["rootCaCertificate"])
            self._authority.flush()
            self._session.verify = self._authority.name
        form = {
            "grant_type": "client_credentials",
            "client_id": provider["clientId"],
            "client_secret": provider["clientSecret"],
        }
        path = f"/realms/{provider.get('realm') or 'master'}/protocol/openid-connect/token"
        token = self._send("POST", path, data=form).json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def _send(self, method: str, path: str, **options: Any) -> requests.Response:  # noqa: ANN401 (requests' own)
        """One request.

        Raises:
            OperationError: No answer, or a refusal other than 404.
        """
        # Given with the request, or REQUESTS_CA_BUNDLE wins over the session's own.
        options.setdefault("verify", self._session.verify)
        try:
            answer = self._session.request(method, f"{self._url}{path}", timeout=TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            message = f"asked Keycloak {self._url} for {path}: {type(error).__name__}; it must be reachable to recover"
            raise OperationError(message) from None
        if answer.status_code != NOT_FOUND and not answer.ok:
            message = (
                f"asked Keycloak {self._url} for {path}: it answered {answer.status_code}; the stack's client needs "
                "the admin role; check keycloakAdminClientSecret and run `pulumi up --target` on the provider"
            )
            raise OperationError(message)
        return answer

    def members(self, path: str, **query: str) -> list[dict[str, Any]]:
        """A list of the admin API; empty when its parent does not exist."""
        answer = self._send("GET", f"/admin/realms/{path}", params=query)
        return [] if answer.status_code == NOT_FOUND else list(answer.json())

    def exists(self, path: str) -> bool:
        """Whether an object of the admin API exists."""
        return self._send("GET", f"/admin/realms/{path}").status_code != NOT_FOUND


def find(server: Keycloak, create: PendingCreate) -> str | None:
    """The id of the object under the create's natural key, or None.

    Natural keys: a realm's name, a client's `clientId`, the name of a mapper, role or group, an identity provider's
    alias, a user's name. Every other type this program uses sets fields of one of these: repeating it is harmless.
    """
    kind, given = create.type.rsplit(":", 1)[-1], create.inputs
    realm = given.get("realmId") or given.get("realm")
    if kind == "Realm":
        return str(given["realm"]) if server.exists(str(given["realm"])) else None
    if kind.endswith("IdentityProvider"):
        alias = given.get("alias") or given.get("providerId")
        return str(alias) if server.exists(f"{realm}/identity-provider/instances/{alias}") else None
    if kind.endswith("ProtocolMapper"):
        path, key, name = f"{realm}/clients/{given.get('clientId')}/protocol-mappers/models", "name", given["name"]
    elif kind == "Client":
        path, key, name = f"{realm}/clients", "clientId", given["clientId"]
    elif kind in {"Role", "Group", "User"}:
        key = "username" if kind == "User" else "name"
        path, name = f"{realm}/{kind.lower()}s", given[key]
    else:
        return None
    return next((str(member["id"]) for member in server.members(path) if member.get(key) == name), None)
