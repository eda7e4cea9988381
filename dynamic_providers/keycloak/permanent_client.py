"""PermanentClient: the administrator that stays, made by the one that the server starts with, which then goes.

Keycloak takes its first administrator from its environment, at its first start only, marks it as temporary, and warns
of it for ever. A later change of that credential has no effect, so it could never be rotated. This resource makes a
client in its place, signs in as it, and deletes the first one; every step may be repeated after a crash.
"""

import sys
from dataclasses import dataclass
from typing import Annotated

from pulumi import Input, Output, ResourceOptions
from pulumi.dynamic import CreateResult, ReadResult, UpdateResult
from pydantic import Field

from dynamic_providers.declared import DeclaredProvider, DeclaredResource, Props
from dynamic_providers.json_object import Json
from dynamic_providers.keycloak.admin_api import Administrator, Credentials, Server
from dynamic_providers.keycloak.errors import KeycloakError

Name = Annotated[str, Field(min_length=1)]
ID = "administrator"
"""A server has one."""


@dataclass(frozen=True, kw_only=True)
class PermanentClientArgs:
    """What a caller declares."""

    client_id: Input[str]
    client_secret: Input[str]
    """A change of it is written to the server, while the old one still opens it."""


class PermanentClientProps(Props):
    """The same fields, resolved."""

    client_id: Name
    client_secret: Name


class PermanentClientProvider(DeclaredProvider):
    """Works on one server; of its instance it takes `url`, `caBundle` and the first administrator."""

    props = PermanentClientProps

    def create(self, props: Json) -> CreateResult:
        """Make the client, or go on where an earlier run was interrupted; then remove the first administrator."""
        wanted = self.canonical(props)
        self._retire(self._established(_credentials(wanted)))
        return CreateResult(ID, wanted)

    def read(self, id_: str, props: Json) -> ReadResult:
        """Return the client as it is known; no id when the server does not take it any more."""
        known = self.canonical(props)
        if self._server().signed_in(_credentials(known)) is None:
            return ReadResult(None, {})
        return ReadResult(id_, known, known)

    def update(self, _id: str, _olds: Json, _news: Json) -> UpdateResult:
        """Give the client its new secret, or let another one take its place; what the server has already is kept."""
        old, wanted = _credentials(self.canonical(_olds)), _credentials(self.canonical(_news))
        server = self._server()
        known, administrator = server.signed_in(wanted), server.signed_in(old)
        renamed = old.client_id != wanted.client_id
        if administrator is not None and known is None:
            if renamed:
                _make(administrator, wanted)
            else:
                administrator.change_secret(wanted.client_id, wanted.secret)
        if administrator is not None and renamed:
            administrator.make_administrator(wanted.client_id)
        own = self._established(wanted)
        self._retire(own)
        if renamed:
            own.remove(old.client_id)
        return UpdateResult(self.canonical(_news))

    def delete(self, _id: str, _props: Json) -> None:
        """Leave the client: it is the only administrator, and without it nobody could open the server any more."""
        sys.stdout.write(f"client {_id} of realm master stays: it is the identity server's only administrator\n")

    def _established(self, own: Credentials) -> Administrator:
        """The client, signed in and an administrator."""
        server = self._server()
        found = server.signed_in(own)
        if found is not None and found.may_administer():
            return found
        first = server.signed_in(self._first())
        if first is None:
            raise _locked_out(own.client_id)
        if found is None:
            _make(first, own)
        first.make_administrator(own.client_id)
        # The role comes with the next token.
        again = server.signed_in(own)
        if again is None:
            raise _locked_out(own.client_id)
        return again

    def _retire(self, administrator: Administrator) -> None:
        first = self._first().client_id
        if administrator.remove_temporary(first):
            sys.stdout.write(f"the temporary administrator {first} is gone\n")

    def _first(self) -> Credentials:
        return Credentials(self.settings["bootstrapClientId"], self.settings["bootstrapClientSecret"])

    def _server(self) -> Server:
        return Server(self.settings["url"], self.settings.get("caBundle", ""))


def _credentials(known: Json) -> Credentials:
    return Credentials(known["client_id"], known["client_secret"])


def _make(administrator: Administrator, own: Credentials) -> None:
    """Make the client where nobody has its name."""
    if administrator.client(own.client_id) is not None:
        raise _taken(own.client_id)
    administrator.make(own)


def _locked_out(client_id: str) -> KeycloakError:
    return KeycloakError(
        f"sign in to the identity server as {client_id}",
        "it takes neither this client nor the first administrator",
        "Allowed is a client of the realm master with the role admin",
        "Set the stack secret to the one the server has, or make an administrator with `kc.sh bootstrap-admin service` "
        "in its pod, then run `pulumi up` again",
    )


def _taken(client_id: str) -> KeycloakError:
    return KeycloakError(
        f"make client {client_id}",
        "the realm master has a client of this name with another secret",
        "Allowed is a name that nobody has",
        "Set the stack secret to the secret it has, or delete the client there, then run `pulumi up` again",
    )


class PermanentClient(DeclaredResource, module="keycloak", name="PermanentClient"):
    """The identity server's administrator."""

    secret_outputs = ("client_secret",)

    client_id: Output[str]
    client_secret: Output[str]

    def __init__(self, name: str, args: PermanentClientArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__(PermanentClientProvider(), name, args, opts)
