"""Keycloak's Admin API, as far as administrators themselves need it (Keycloak 26, Admin REST API)."""

import http.cookiejar
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

from dynamic_providers.json_object import Json
from dynamic_providers.keycloak.errors import KeycloakError, Unanswered
from dynamic_providers.trusting import Trusting

SECONDS = (5.0, 60.0)
"""To connect, to answer. A busy server takes seconds for a client."""
MASTER = "master"
"""The realm whose clients may administer the server."""
ADMIN_ROLE = "admin"
"""The role of that realm that may do everything; less could not change its own secret."""
TEMPORARY = "is_temporary_admin"
"""Attribute of the client that the server made from its environment at its first start (Keycloak 26)."""


@dataclass(frozen=True)
class Credentials:
    """A client and its secret."""

    client_id: str
    secret: str


class Server:
    """One identity server, before anybody has signed in."""

    def __init__(self, url: str, ca_bundle: str = "") -> None:
        """Take its address and PEM text that is trusted in addition to the system's authorities."""
        self.url = url.rstrip("/")
        context = ssl.create_default_context()
        if ca_bundle.strip():
            context.load_verify_locations(cadata=ca_bundle)
        self.session = requests.Session()
        self.session.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=[]))
        self.session.mount("https://", Trusting(context))

    def signed_in(self, who: Credentials) -> "Administrator | None":
        """Return the client with a token; None when the server does not know it, or not with this secret.

        Raises:
            KeycloakError: no answer, or another one.
        """
        path = f"/realms/{MASTER}/protocol/openid-connect/token"
        form = {"grant_type": "client_credentials", "client_id": who.client_id, "client_secret": who.secret}
        answer = self.send("POST", path, f"sign in as {who.client_id}", data=form)
        if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.BAD_REQUEST):
            return None
        return Administrator(self, str(_json(answer, f"sign in as {who.client_id}")["access_token"]))

    def send(self, method: str, path: str, asked: str, **options: Any) -> requests.Response:  # noqa: ANN401 - requests' own
        """Return the answer to one request, whatever its status.

        Raises:
            Unanswered: there is none.
        """
        try:
            return self.session.request(method, f"{self.url}{path}", timeout=SECONDS, **options)
        except requests.RequestException as error:
            # Its text repeats the request, form included.
            raise Unanswered(asked, self.url, type(error).__name__) from None


class Administrator:
    """A client that has signed in."""

    def __init__(self, server: Server, token: str) -> None:
        self._server = server
        self._headers = {"Authorization": f"Bearer {token}"}

    def may_administer(self) -> bool:
        """Tell whether the server lets this client read the clients of its first realm."""
        path = f"/admin/realms/{MASTER}/clients?max=1"
        answer = self._server.send("GET", path, "read the administrators", headers=self._headers)
        return answer.status_code == HTTPStatus.OK

    def client(self, client_id: str) -> Json | None:
        """Return the client of that name."""
        found = self._call("GET", f"clients?clientId={client_id}", f"read client {client_id}")
        return next((dict(one) for one in found if one["clientId"] == client_id), None)

    def make(self, who: Credentials) -> None:
        """Make a client that signs in as itself, and does nothing else."""
        body = {
            "clientId": who.client_id,
            "name": "Automation of Models as a Service",
            "secret": who.secret,
            "protocol": "openid-connect",
            "publicClient": False,
            "serviceAccountsEnabled": True,
            "standardFlowEnabled": False,
            "directAccessGrantsEnabled": False,
            # A token without it would not carry the role.
            "fullScopeAllowed": True,
        }
        self._call("POST", "clients", f"make client {who.client_id}", json=body)

    def make_administrator(self, client_id: str) -> None:
        """Give the client's own account the role; a second time changes nothing."""
        asked = f"make {client_id} an administrator"
        client = self.client(client_id)
        if client is None:
            raise _lost(asked, client_id)
        account = self._call("GET", f"clients/{client['id']}/service-account-user", asked)
        role = self._call("GET", f"roles/{ADMIN_ROLE}", asked)
        self._call("POST", f"users/{account['id']}/role-mappings/realm", asked, json=[role])

    def change_secret(self, client_id: str, secret: str) -> None:
        """Give the client another secret; the old one is worth nothing from then on."""
        asked = f"change the secret of client {client_id}"
        client = self.client(client_id)
        if client is None:
            raise _lost(asked, client_id)
        self._call("PUT", f"clients/{client['id']}", asked, json=client | {"secret": secret})

    def remove(self, client_id: str) -> None:
        """Delete the client; none there is fine."""
        if (client := self.client(client_id)) is not None:
            self._call("DELETE", f"clients/{client['id']}", f"delete client {client_id}")

    def remove_temporary(self, client_id: str) -> bool:
        """Delete the client if the server made it at its first start; tell whether it was there."""
        client = self.client(client_id)
        if client is None or (client.get("attributes") or {}).get(TEMPORARY) != "true":
            return False
        self._call("DELETE", f"clients/{client['id']}", f"delete the temporary client {client_id}")
        return True

    def _call(self, method: str, path: str, asked: str, **options: Any) -> Any:  # noqa: ANN401 - any JSON
        answer = self._server.send(method, f"/admin/realms/{MASTER}/{path}", asked, headers=self._headers, **options)
        return _json(answer, asked)


def _lost(asked: str, client_id: str) -> KeycloakError:
    return KeycloakError(
        asked,
        f"the server has no client {client_id}",
        "Allowed is a client of the realm master",
        "Run `pulumi refresh`, then `pulumi up` again",
    )


def _json(answer: requests.Response, asked: str) -> Any:  # noqa: ANN401 - any JSON
    """The body of a good answer, None without one.

    Raises:
        KeycloakError: the server refused; of its text only its own sentence is repeated.
    """
    try:
        content = answer.json() if answer.content else None
    except ValueError:
        content = None
    if answer.ok:
        return content
    told = content if isinstance(content, dict) else {}
    sentence = told.get("errorMessage") or told.get("error_description") or told.get("error") or "no explanation"
    raise KeycloakError(
        asked,
        f"the identity server answered {answer.status_code}: {sentence}",
        f"Allowed is a client of the realm {MASTER} with the role {ADMIN_ROLE}",
        "Repair what the sentence names, then run `pulumi up` again",
    )
