"""Every public host, computed from the wildcard domain, so that the first preview shows all of them."""

from components.config.identity import External, Identity, MaintainedRealm, Rhbk, Rhsso
from components.config.settings import Settings


def gateway_label(system_name: str, tenant_name: str, stage: str) -> str:
    """First label of a product's gateway host; `stage` is `production` or `staging`.

    porta builds it from the parameterised system name (config/examples/sandbox_proxy.yml).
    """
    return f"{system_name.lower().replace('_', '-')}-{tenant_name}-apicast-{stage}"


def gateway_url(settings: Settings, key: str, stage: str) -> str:
    """Public URL of model `key` at the gateway of `stage`, without port."""
    label = gateway_label(settings.system_name(key), settings.threescale.tenant_name, stage)
    return f"https://{label}.{settings.cluster.wildcard_domain}"


def public_hosts(settings: Settings) -> list[str]:
    """Every public host of the platform."""
    tenant, domain = settings.threescale.tenant_name, settings.cluster.wildcard_domain
    labels = [tenant, f"{tenant}-admin", "master", f"backend-{tenant}"]
    labels += [
        gateway_label(settings.system_name(key), tenant, stage)
        for key in settings.models
        for stage in ("production", "staging")
    ]
    if settings.identity is not None and (label := identity_label(settings, settings.identity)) is not None:
        labels.append(label)
    return [f"{label}.{domain}" for label in labels]


def portal_url(settings: Settings) -> str:
    """URL of the developer portal."""
    return f"https://{settings.threescale.tenant_name}.{settings.cluster.wildcard_domain}"


def threescale_admin_url(settings: Settings) -> str:
    """URL of the tenant's admin portal and Admin API."""
    return f"https://{settings.threescale.tenant_name}-admin.{settings.cluster.wildcard_domain}"


def identity_label(settings: Settings, identity: Identity) -> str | None:
    """First label of the identity server's host below the wildcard domain; nothing for one that is elsewhere.

    The legacy operator names no host, so it is the router's default: the Route's name and its namespace
    (keycloak-operator 19, pkg/model/keycloak_route.go).
    """
    if isinstance(identity, Rhsso):
        return f"keycloak-{settings.namespaces.identity}"
    return identity.host_prefix if isinstance(identity, Rhbk) and identity.hostname is None else None


def threescale_master_url(settings: Settings) -> str:
    """URL of 3scale's master portal; its name is the seed's `MASTER_DOMAIN`."""
    return f"https://master.{settings.cluster.wildcard_domain}"


def identity_host(settings: Settings, identity: Rhbk) -> str:
    """Host of the identity server that this stack installs."""
    return identity.hostname or f"{identity.host_prefix}.{settings.cluster.wildcard_domain}"


def identity_url(settings: Settings, identity: Identity) -> str:
    """Address of the identity server with the path below which it serves, without a closing slash."""
    if isinstance(identity, External):
        return identity.url.rstrip("/")
    if isinstance(identity, Rhbk):
        return f"https://{identity_host(settings, identity)}"
    # Until Keycloak 17 the path was /auth, and Red Hat Single Sign-On 7.6 is 18 with the old path.
    return f"https://{identity_label(settings, identity)}.{settings.cluster.wildcard_domain}/auth"


def issuer_url(settings: Settings, identity: Identity) -> str:
    """Issuer of the portal's realm."""
    return f"{identity_url(settings, identity)}/realms/{identity.realm}"


def broker_redirect_uris(settings: Settings, identity: Identity) -> dict[str, str]:
    """What each identity provider has to know of the realm, by the provider's name: where it sends people back to."""
    providers = identity.providers if isinstance(identity, MaintainedRealm) else {}
    return {alias: f"{issuer_url(settings, identity)}/broker/{alias}/endpoint" for alias in providers}


def admin_console_url(settings: Settings, identity: Identity) -> str:
    """The identity server's console for administrators."""
    realm = identity.admin_realm if isinstance(identity, External) else "master"
    return f"{identity_url(settings, identity)}/admin/{realm}/console/"


def identity_issuer_url(settings: Settings) -> str | None:
    """Issuer of the portal's realm, or nothing when the stack has no identity server."""
    return None if settings.identity is None else issuer_url(settings, settings.identity)


def model_base_url(settings: Settings, key: str) -> str:
    """URL below which the gateway reaches the server of model `key`, without a closing slash.

    KServe names the Service of a server we run `<name>-predictor`; with a cluster IP it listens on port 80, Knative's
    too. Without one the name stands for the pods, whose port nobody translates (kserve, pkg/controller/v1beta1).
    """
    external = settings.models[key].source.external
    if external is not None:
        return external.rstrip("/")
    headless = settings.model_serving.service_kind == "headless" and not settings.compat.serverless
    port = ":8080" if headless else ""
    return f"http://{key}-predictor.{settings.namespaces.models}.svc.cluster.local{port}"


def portal_sso_callback_url(settings: Settings) -> str:
    """Where the portal takes a login back (porta, lib/developer_portal/config/routes.rb)."""
    return f"{portal_url(settings)}/auth/{settings.portal.sso.system_name}/callback"


def stats_url(settings: Settings) -> str:
    """Base URL of the tenant's usage statistics."""
    return f"{threescale_admin_url(settings)}/stats"


def docs_url(settings: Settings, key: str) -> str | None:
    """The OpenAPI document of model `key` as the portal serves it, or nothing where developers see none.

    porta: lib/developer_portal/config/routes.rb, swagger/spec.
    """
    docs = settings.models[key].docs
    shown = docs.enabled and docs.publish
    return f"{portal_url(settings)}/swagger/spec/{settings.docs_system_name(key)}.json" if shown else None
