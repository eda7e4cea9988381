"""When a server is ready, of either operator."""

import pulumi

from components.config.identity_server import IdentityDatabase
from components.custom_resources import Manifest, digest
from components.site import Site
from dynamic_providers.cluster.condition_gate import ConditionGateArgs


def until(condition: str, site: Site, manifest: Manifest, database: IdentityDatabase | None) -> ConditionGateArgs:
    """The gate of the server in `manifest`: `condition` holds, and again after another database or login."""
    return ConditionGateArgs(
        api_version=manifest["apiVersion"],
        kind=manifest["kind"],
        name=manifest["metadata"]["name"],
        namespace=manifest["metadata"]["namespace"],
        conditions=[condition],
        fields={},
        timeout_seconds=site.settings.waits.identity_ready_seconds,
        trigger=_trigger(site, manifest, database),
    )


def _trigger(site: Site, manifest: Manifest, database: IdentityDatabase | None) -> pulumi.Input[str]:
    """Changes with whatever starts pods anew; made of secrets, it is one."""
    if database is None:
        return digest(manifest)
    place, secrets = database.model_dump(mode="json"), site.secrets
    login = pulumi.Output.all(secrets.identity_database_username or "", secrets.identity_database_password or "")
    return login.apply(lambda known: digest(manifest, {"database": place, "login": known}))
