"""Places the realm, the portal's client, the claims the portal reads, and who may sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi_keycloak as keycloak
from pulumi_keycloak import openid
from pulumi_kubernetes.core import v1 as core

from components.config.hosts import identity_url, issuer_url
from components.config.identity import External, MaintainedRealm, authorities
from components.config.identity_names import PORTAL_CLIENT_ENTRY, PORTAL_CLIENT_SECRET
from components.maas_realm import people, providers
from components.maas_realm.client import claims, portal_client
from components.maas_realm.place import Place
from components.maas_realm.realm import events, realm
from components.site import PortalLogin, Site, secret_data

_CLIENT_TIMEOUT_SECONDS = 60
"""The plugin's own limit is 5 seconds and it does not repeat; making a realm takes about 2 on an idle server."""

_NOTHING_FROM_THE_SHELL: Mapping[str, Any] = {
    "admin_url": "",
    "username": "",
    "password": "",
    "access_token": "",
    "jwt_signing_key": "",
    "jwt_token": "",
    "jwt_token_file": "",
    "red_hat_sso": False,
    "tls_insecure_skip_verify": False,
}
"""Other ways to sign in, which win over a client's secret, and what else decides who is asked and believed.

Left out, most of them are taken from the shell (terraform-provider-keycloak, provider.go: `EnvDefaultFunc`); empty they
count as given, and as none."""

_MASTER = "master"
"""The realm whose clients may make others."""


@dataclass(frozen=True, kw_only=True)
class MaasRealmArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    identity: MaintainedRealm
    """Its identity server and realm."""
    server: pulumi.Resource | None = None
    """Gate of the server; nothing for one that somebody else runs."""
    consumers: pulumi.Resource | None = None
    """The namespace for what testers read."""
    threescale: pulumi.Resource | None = None
    """What 3scale's namespace comes with."""


class MaasRealm(pulumi.ComponentResource):
    """Realm with its event settings, the client of the portal with its claims, providers, groups, people for tests."""

    realm: keycloak.Realm | None
    """The realm, everything in it goes with it; nothing where somebody else keeps it."""
    login: PortalLogin
    """What the portal needs of it."""

    def __init__(self, name: str, args: MaasRealmArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:identity:MaasRealm", name, {}, opts)
        settings, identity = args.site.settings, args.identity
        provider = self._administrator(name, args)
        self.realm = self._realm(name, args, provider)
        place = Place(
            name=name,
            site=args.site,
            identity=identity,
            realm_id=identity.realm if self.realm is None else self.realm.id,
            issuer_url=issuer_url(settings, identity),
            # The realm takes them along, and the server answers 404 to the deletion of what is gone.
            opts=pulumi.ResourceOptions(parent=self, provider=provider, deleted_with=self.realm),
        )
        if self.realm is not None:
            events(f"{name}-events", identity, place.realm_id, place.opts)
        client = portal_client(name, settings, identity, place.realm_id, place.opts)
        claims(name, identity, client, place.realm_id, place.opts)
        groups = people.groups(place)
        before = people.default_groups(place, groups)
        providers.providers(place, groups)
        people.test_users(place, groups, before, args.consumers)
        if identity.copy_client_secret:
            self._copy(name, args, client)
        self.login = PortalLogin(
            realm=self,
            issuer_url=place.issuer_url,
            client_id=client.client_id,
            client_secret=pulumi.Output.secret(client.client_secret),
        )
        self.register_outputs({})

    def _administrator(self, name: str, args: MaasRealmArgs) -> keycloak.Provider:
        # Every input is known before the server exists and nobody logs in early: the first preview checks the realm.
        identity, secrets = args.identity, args.site.secrets
        address = urlsplit(identity_url(args.site.settings, identity))
        own = identity.signs_in_as == identity.automation_client_id
        secret = secrets.keycloak_admin_client_secret if own else secrets.keycloak_permanent_client_secret
        return keycloak.Provider(
            f"{name}-admin",
            url=f"{address.scheme}://{address.netloc}",
            base_path=address.path,
            realm=identity.admin_realm if isinstance(identity, External) else _MASTER,
            client_id=identity.signs_in_as,
            client_secret=secret,
            initial_login=False,
            client_timeout=_CLIENT_TIMEOUT_SECONDS,
            root_ca_certificate=authorities(identity, args.site.ca_bundle) or None,
            **_NOTHING_FROM_THE_SHELL,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[] if args.server is None else [args.server]),
        )

    def _realm(self, name: str, args: MaasRealmArgs, provider: keycloak.Provider) -> keycloak.Realm | None:
        if isinstance(args.identity, External) and not args.identity.owns_realm:
            return None
        # A realm has people in it, who come back to their accounts by nothing but it.
        return realm(name, args.identity, args.site.keeping(pulumi.ResourceOptions(parent=self, provider=provider)))

    def _copy(self, name: str, args: MaasRealmArgs, client: openid.Client) -> None:
        core.Secret(
            f"{name}-portal-secret",
            metadata={"name": PORTAL_CLIENT_SECRET, "namespace": args.site.settings.namespaces.threescale},
            data=secret_data({PORTAL_CLIENT_ENTRY: pulumi.Output.secret(client.client_secret)}),
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=args.site.kubernetes,
                depends_on=[] if args.threescale is None else [args.threescale],
            ),
        )
