"""Places single sign-on, settings and a token of the tenant, and takes the sample data away."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from components.config.consumers import TOKEN_ENTRY, TOKEN_SECRET
from components.site import PortalLogin, Site
from components.site.key_secret import key_secret
from components.threescale_tenant.declared import (
    SAMPLE_ACCOUNT,
    SAMPLE_BACKEND,
    SAMPLE_PRODUCT,
    kept_routes,
    portal_settings,
)
from dynamic_providers.threescale.absent_account import AbsentAccount, AbsentAccountArgs
from dynamic_providers.threescale.absent_backend import AbsentBackend, AbsentBackendArgs
from dynamic_providers.threescale.absent_product import AbsentProduct, AbsentProductArgs
from dynamic_providers.threescale.access_token import AccessToken, AccessTokenArgs
from dynamic_providers.threescale.portal_settings import PortalSettings
from dynamic_providers.threescale.provider_account import ProviderAccount, ProviderAccountArgs
from dynamic_providers.threescale.sso_integration import SsoIntegration, SsoIntegrationArgs

_TOKEN_NAME = "maas-automation"  # noqa: S105 - the token's title


@dataclass(frozen=True, kw_only=True)
class ThreeScaleTenantArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    namespace: pulumi.Resource
    """Namespace of the Secret with the token."""
    login: PortalLogin | None
    """The identity server's part; nothing where developers have local passwords."""
    products: Sequence[pulumi.Resource]
    """The models' products: 3scale keeps at least one, so the sample goes last."""
    ready: pulumi.Resource
    """Gate of the Admin API."""
    installation: pulumi.Resource
    """The 3scale installation, with which everything goes."""


class ThreeScaleTenant(pulumi.ComponentResource):
    """Single sign-on, then the portal opened; settings; a token for other programs; no sample data."""

    prepared: pulumi.Resource
    """After this people may sign up: with it no new account gets an application of the sample product."""

    def __init__(self, name: str, args: ThreeScaleTenantArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:ThreeScaleTenant", name, {}, opts)
        self._args, self._settings = args, args.site.settings
        self._opened(name, [] if args.login is None else [self._sso(name, args.login)])
        if (declared := portal_settings(self._settings)) is not None:
            PortalSettings(f"{name}-settings", declared, self._entity(args.ready))
        self._token(name)
        removed = self._settings.threescale.sample_data == "remove"
        self.prepared = self._absent(name) if removed else args.ready
        self.register_outputs({})

    def _entity(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return self._args.site.of_the_tenant(self, self._args.installation, after)

    def _sso(self, name: str, login: PortalLogin) -> SsoIntegration:
        sso = self._settings.portal.sso
        return SsoIntegration(
            f"{name}-sso",
            SsoIntegrationArgs(
                kind="keycloak",
                name=sso.name,
                system_name=sso.system_name,
                client_id=login.client_id,
                client_secret=login.client_secret,
                site=login.issuer_url,
                published=sso.published,
                automatically_approve_accounts=sso.auto_approve,
                skip_ssl_certificate_verification=sso.skip_tls_verify,
                adopt=self._settings.threescale.adopt,
            ),
            self._entity(self._args.ready, login.realm),
        )

    def _opened(self, name: str, sso: list[pulumi.Resource]) -> None:
        """Addresses, and the access code: it goes when people can sign in, so the portal is never half open."""
        code = self._args.site.secrets.portal_access_code
        if code is None and sso and self._settings.portal.sso.published:
            code = pulumi.Output.secret("")
        emails = self._settings.threescale.emails
        declared = ProviderAccountArgs(
            from_email=emails.sender,
            support_email=emails.support,
            finance_support_email=emails.finance,
            site_access_code=code,
        )
        if declared != ProviderAccountArgs():
            ProviderAccount(f"{name}-account", declared, self._entity(self._args.ready, *sso))

    def _token(self, name: str) -> None:
        """A token that reads, for other teams: the program's own one may do everything."""
        wanted = self._settings.threescale.automation_token
        token = AccessToken(
            f"{name}-token",
            AccessTokenArgs(
                name=_TOKEN_NAME,
                scopes=list(wanted.scopes),
                permission=wanted.permission,
                expires_at=wanted.expires_at or "",
                adopt=self._settings.threescale.adopt,
            ),
            self._entity(self._args.ready),
        )
        opts = pulumi.ResourceOptions(parent=self, depends_on=[self._args.namespace])
        key_secret(f"{name}-token", self._args.site, TOKEN_SECRET, {TOKEN_ENTRY: token.value}, opts)

    def _absent(self, name: str) -> AbsentProduct:
        """The sample product, then its backend, which it uses, and its account. Returns the product's absence."""
        (product, product_title), (backend, backend_title) = SAMPLE_PRODUCT, SAMPLE_BACKEND
        gone = AbsentProduct(
            f"{name}-no-sample-product",
            AbsentProductArgs(system_name=product, name=product_title),
            self._entity(self._args.ready, *self._args.products, *self._kept_routes(name)),
        )
        AbsentBackend(
            f"{name}-no-sample-backend",
            AbsentBackendArgs(system_name=backend, name=backend_title),
            self._entity(gone),
        )
        if not self._settings.compat.keep_sample_account:
            organisation, username = SAMPLE_ACCOUNT
            AbsentAccount(
                f"{name}-no-sample-account",
                AbsentAccountArgs(org_name=organisation, username=username),
                self._entity(gone),
            )
        return gone

    def _kept_routes(self, name: str) -> list[pulumi.Resource]:
        """The sample's hosts. They wait for no gate: one that was lost would keep the gate from ever passing again."""
        after = pulumi.ResourceOptions(parent=self, depends_on=[self._args.installation])
        routes = kept_routes(self._settings)
        return [self._args.site.place(f"{name}-kept-route-{stage}", route, after) for stage, route in routes.items()]
