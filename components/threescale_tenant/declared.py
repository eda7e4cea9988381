"""What a stack file declares of the tenant, as 3scale and its operator take it; pure."""

from components.config import Settings
from components.config.hosts import gateway_label
from components.custom_resources import Manifest
from dynamic_providers.threescale.portal_settings import PortalSettingsArgs

SAMPLE_PRODUCT = ("api", "API")
"""System name and title of a new tenant's sample product (porta, app/lib/logic/provider_signup.rb)."""

SAMPLE_BACKEND = ("api", "API Backend")
"""The same of its backend."""

SAMPLE_ACCOUNT = ("Developer", "john")
"""Organisation and user of its account (porta, db/seeds.rb)."""

STAGES = ("production", "staging")
"""The two gateways."""


def portal_settings(settings: Settings) -> PortalSettingsArgs | None:
    """Settings to write; those left out stay as they are, and with none declared there is nothing to write.

    With single sign-on nobody signs up by the form: a form that is only hidden could still be sent.
    """
    declared = settings.portal.settings.model_dump(exclude_none=True)
    if settings.identity is not None:
        declared.setdefault("signups_enabled", False)
    return PortalSettingsArgs(**declared) if declared else None


def kept_routes(settings: Settings) -> dict[str, Manifest]:
    """Routes with the hosts of the removed sample product, by stage; the gateway knows no API behind them.

    The operator takes an installation for available only while these hosts exist, whatever becomes of the product
    (3scale-operator, controllers/apps/apimanager_status_reconciler.go, defaultRoutesReady), and reconciles without end
    while it is not.
    """
    system_name, _ = SAMPLE_PRODUCT
    labels = {stage: gateway_label(system_name, settings.threescale.tenant_name, stage) for stage in STAGES}
    return {
        stage: {
            "apiVersion": "route.openshift.io/v1",
            "kind": "Route",
            "metadata": {"name": f"kept-{label}", "namespace": settings.namespaces.threescale},
            "spec": {
                "host": f"{label}.{settings.cluster.wildcard_domain}",
                "to": {"kind": "Service", "name": f"apicast-{stage}"},
                "port": {"targetPort": "gateway"},
                "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
            },
        }
        for stage, label in labels.items()
    }
