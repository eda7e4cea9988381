"""Every public host, computed from the wildcard domain, so that the first preview shows all of them."""

from components.config.identity import Identity
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
    if settings.identity is not None:
        labels.append(settings.identity.host_prefix)
    return [f"{label}.{domain}" for label in labels]


def portal_url(settings: Settings) -> str:
    """URL of the developer portal."""
    return f"https://{settings.threescale.tenant_name}.{settings.cluster.wildcard_domain}"


def threescale_admin_url(settings: Settings) -> str:
    """URL of the tenant's admin portal and Admin API."""
    return f"https://{settings.threescale.tenant_name}-admin.{settings.cluster.wildcard_domain}"


def identity_host(settings: Settings, identity: Identity) -> str:
    """Host of the identity server."""
    return f"{identity.host_prefix}.{settings.cluster.wildcard_domain}"


def issuer_url(settings: Settings, identity: Identity) -> str:
    """Issuer of the portal's realm."""
    return f"https://{identity_host(settings, identity)}/realms/{identity.realm}"


def identity_issuer_url(settings: Settings) -> str | None:
    """Issuer of the portal's realm, or nothing when the stack has no identity server."""
    return None if settings.identity is None else issuer_url(settings, settings.identity)


def model_base_url(settings: Settings, key: str) -> str:
    """URL below which the gateway reaches the server of model `key`, without a closing slash.

    KServe names the Service of a server we run `<name>-predictor`; with a cluster IP it listens on port 80.
    """
    external = settings.models[key].source.external
    if external is not None:
        return external.rstrip("/")
    return f"http://{key}-predictor.{settings.namespaces.models}.svc.cluster.local"


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
