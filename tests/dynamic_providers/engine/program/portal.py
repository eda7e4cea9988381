"""What holds for the tenant as a whole: settings, single sign-on, portal content, no sample data."""

from collections.abc import Sequence

import pulumi

from dynamic_providers.threescale.absent_account import AbsentAccount, AbsentAccountArgs
from dynamic_providers.threescale.absent_backend import AbsentBackend, AbsentBackendArgs
from dynamic_providers.threescale.absent_product import AbsentProduct, AbsentProductArgs
from dynamic_providers.threescale.access_token import AccessToken, AccessTokenArgs
from dynamic_providers.threescale.policy_definition import PolicyDefinition, PolicyDefinitionArgs
from dynamic_providers.threescale.portal_content import PortalContent, PortalContentArgs
from dynamic_providers.threescale.portal_settings import PortalSettings, PortalSettingsArgs
from dynamic_providers.threescale.provider_account import ProviderAccount, ProviderAccountArgs
from dynamic_providers.threescale.sso_integration import SsoIntegration, SsoIntegrationArgs
from tests.dynamic_providers.engine.program.declaration import Declared
from tests.dynamic_providers.engine.program.tenant import Tenant


def portal(tenant: Tenant, spec: Declared) -> None:
    """Place whatever is declared."""
    if "provider" in spec:
        ProviderAccount("account", ProviderAccountArgs(**spec["provider"]), tenant.after())
    if "settings" in spec:
        PortalSettings("settings", PortalSettingsArgs(**spec["settings"]), tenant.after())
    if "sso" in spec:
        SsoIntegration("sso", SsoIntegrationArgs(**spec["sso"]), tenant.after())
    if "token" in spec:
        AccessToken("token", AccessTokenArgs(**spec["token"]), tenant.after())
    if "policy" in spec:
        PolicyDefinition("policy", _policy(**spec["policy"]), tenant.after())
    if "content" in spec:
        PortalContent("content", PortalContentArgs(**spec["content"]), tenant.after())


def _policy(version: str, summary: str) -> PolicyDefinitionArgs:
    manifest = {
        "name": "llm-metrics",
        "version": version,
        "summary": summary,
        "description": ["Counts what a model used"],
        "configuration": {"type": "object", "properties": {}},
    }
    return PolicyDefinitionArgs(name="llm-metrics", version=version, schema=manifest)


def without_sample(tenant: Tenant, spec: Declared, products: Sequence[pulumi.Resource]) -> list[pulumi.Resource]:
    """Take the sample data away where that is declared, and return what accounts have to come after.

    `products` come first, because 3scale keeps one. Everyone who signs up before gets an application of the sample.
    """
    if not spec.get("absent"):
        return []
    product = AbsentProduct("no-sample", AbsentProductArgs(), tenant.after(*products))
    AbsentBackend("no-sample", AbsentBackendArgs(), tenant.after(product))
    AbsentAccount("no-sample", AbsentAccountArgs(), tenant.after(product))
    return [product]
