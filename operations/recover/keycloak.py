"""Ask Keycloak whether a pending create happened."""

import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

import requests

from operations.answers import content
from operations.errors import OperationError
from operations.recover.deployment import Found, PendingCreate

TIMEOUT_SECONDS = 30
NOT_FOUND = 404
COMPARED: Mapping[str, Mapping[str, Sequence[str]]] = {
    "Realm": {"displayName": ["displayName"], "enabled": ["enabled"]},
    "Client": {"name": ["name"], "validRedirectUris": ["redirectUris"]},
    "ProtocolMapper": {"claimName": ["config", "claim.name"]},
    "IdentityProvider": {"displayName": ["displayName"], "enabled": ["enabled"]},
    "IdentityProviderMapper": {"group": ["config", "group"], "userAttribute": ["config", "user.attribute"]},
    "Role": {"description": ["description"]},
    "Group": {},
    "User": {"email": ["email"], "enabled": ["enabled"]},
}
"""Kind → input of the create → where the admin API has it. Plain fields that tell two objects of one name apart, all of
them set by the plugin's first call (Keycloak's representations, admin REST API 26)."""


class Keycloak:
    """The admin API, logged in as the provider instance that made the create."""

    def __init__(self, provider: Mapping[str, Any]) -> None:
        """Take URL, client, secret and CA from the provider's inputs in the state.

        Raises:
            OperationError: Keycloak cannot be reached or refuses the client.
        """
        if missing := [name for name in ("url", "clientId", "clientSecret") if not provider.get(name)]:
            message = (
                f"asked for the Keycloak of a pending create: its provider in the state lacks {', '.join(missing)}; "
                "a provider with a client is needed to look; declare it as the program's realm component does"
            )
            raise OperationError(message)
        self._url = f"{provider['url']}{provider.get('basePath') or ''}"
        self._session = requests.Session()
        if provider.get("rootCaCertificate"):
            self._authority = tempfile.NamedTemporaryFile("w", suffix=".pem")  # noqa: SIM115 (lives as long as the session)
            self._authority.write(provider["rootCaCertificate"])
            self._authority.flush()
            self._session.verify = self._authority.name
        self._session.headers["Authorization"] = f"Bearer {self._token(provider)}"

    def _token(self, provider: Mapping[str, Any]) -> str:
        """An access token of the provider's client."""
        form = {
            "grant_type": "client_credentials",
            "client_id": provider["clientId"],
            "client_secret": provider["clientSecret"],
        }
        realm = provider.get("realm") or "master"
        path = f"/realms/{realm}/protocol/openid-connect/token"
        answer = self._send("POST", path, data=form)
        if answer.status_code == NOT_FOUND:
            message = (
                f"asked Keycloak {self._url} for {path}: it answered 404; a Keycloak with realm {realm} was expected "
                "there; see that the host of the stack's configuration leads to it"
            )
            raise OperationError(message)
        return str(content(answer, f"asked Keycloak {self._url} for {path}", "access_token"))

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

    def _read(self, path: str, **query: str) -> Any:  # noqa: ANN401 (JSON)
        """What the admin API has at `path`; None when there is nothing."""
        path = f"/admin/realms/{path}"
        answer = self._send("GET", path, params=query)
        if answer.status_code == NOT_FOUND:
            return None
        return content(answer, f"asked Keycloak {self._url} for {path}")

    def members(self, path: str, **query: str) -> list[dict[str, Any]]:
        """A list of the admin API; empty when its parent does not exist."""
        return list(self._read(path, **query) or [])

    def one(self, path: str) -> dict[str, Any] | None:
        """An object of the admin API, or None."""
        found: dict[str, Any] | None = self._read(path)
        return found


def find(server: Keycloak, create: PendingCreate) -> Found | None:
    """The object under the create's natural key, or None, and whether it has the fields that the create declares.

    Natural keys: a realm's name, a client's `clientId`, the name of a mapper, role or group, an identity provider's
    alias and the name of a mapper of it, a user's name. Every other type this program uses sets fields of one of these:
    repeating it is harmless.
    """
    kind, given = create.type.rsplit(":", 1)[-1], create.inputs
    groups = ("IdentityProvider", "IdentityProviderMapper", "ProtocolMapper")
    kind = next((group for group in groups if kind.endswith(group)), kind)
    realm = given.get("realmId") or given.get("realm")
    if kind == "Realm":
        found, identity = server.one(str(given["realm"])), given["realm"]
    elif kind == "IdentityProvider":
        identity = given.get("alias") or given.get("providerId")
        found = server.one(f"{realm}/identity-provider/instances/{identity}")
    elif kind in COMPARED:
        found = _member(server, kind, str(realm), given)
        identity = found["id"] if found else None
    else:
        return None
    return Found(identity=str(identity), ours=_declared(found, kind, given)) if found else None


def _member(server: Keycloak, kind: str, realm: str, given: Mapping[str, Any]) -> dict[str, Any] | None:
    """The member of a list under the natural key; asked for by it where long lists come in parts."""
    query: dict[str, str] = {}
    if kind == "ProtocolMapper":
        path, key = f"{realm}/clients/{given.get('clientId')}/protocol-mappers/models", "name"
    elif kind == "IdentityProviderMapper":
        alias = given.get("identityProviderAlias")
        path, key = f"{realm}/identity-provider/instances/{alias}/mappers", "name"
    elif kind == "Client":
        path, key, query = f"{realm}/clients", "clientId", {"clientId": str(given["clientId"])}
    elif kind == "User":
        path, key, query = f"{realm}/users", "username", {"username": str(given["username"]), "exact": "true"}
    else:
        path, key = f"{realm}/{kind.lower()}s", "name"
    return next((member for member in server.members(path, **query) if member.get(key) == given[key]), None)


def _declared(found: Mapping[str, Any], kind: str, given: Mapping[str, Any]) -> bool:
    """Whether the object has every compared field as the create declares it."""

    def comparable(value: Any) -> Any:  # noqa: ANN401 (JSON)
        # Lists are sets there, and an empty text is left out of an answer.
        return sorted(map(str, value)) if isinstance(value, list) else "" if value is None else value

    def on_server(path: Sequence[str]) -> Any:  # noqa: ANN401 (JSON)
        value: Any = found
        for step in path:
            value = (value or {}).get(step)
        return comparable(value)

    compared = {field: path for field, path in COMPARED[kind].items() if given.get(field) is not None}
    return all(on_server(path) == comparable(given[field]) for field, path in compared.items())
