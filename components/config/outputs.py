"""The stack's outputs, the contract with other teams: the one table of their names and meanings."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class StackOutput:
    """One output of the stack; none of them is a secret, keys and passwords are given by reference."""

    name: str
    """Name by which a StackReference reads it."""
    type: str
    """Its shape."""
    description: str
    """What it is for."""


OUTPUTS: tuple[StackOutput, ...] = (
    StackOutput(name="wildcard_domain", type="text", description="Domain below which every host of the platform is."),
    StackOutput(name="portal_url", type="URL", description="The developer portal."),
    StackOutput(
        name="portal_sso_callback_url",
        type="URL, absent without `identity`",
        description="Where the portal takes a login back; the realm's client redirects nowhere else.",
    ),
    StackOutput(name="threescale_admin_url", type="URL", description="The tenant's admin portal and Admin API."),
    StackOutput(
        name="threescale_access_token",
        type="{namespace, name, key}",
        description="Where the access token for programs of other teams is: a Secret and the entry in it. "
        "`threescale.automationToken` says what it opens.",
    ),
    StackOutput(
        name="identity_issuer_url",
        type="URL, absent without `identity`",
        description="Issuer of the portal's realm; its discovery is below `/.well-known/openid-configuration`.",
    ),
    StackOutput(
        name="models",
        type="list of {name, system_name, served_model_name, kind, max_model_len, operations, production_url, "
        "staging_url, internal_url, docs_url, plan_ids}",
        description="Per model its names, limits, addresses, and the ids of its plans by plan name. "
        "`max_model_len` is in tokens; `internal_url` is reachable from permitted namespaces only; `docs_url` is its "
        "OpenAPI document in the portal, absent where none is published.",
    ),
    StackOutput(
        name="model_endpoints",
        type="mapping of system name to URL",
        description="Where to call each model with an API key, for quick use by other stacks.",
    ),
    StackOutput(name="product_ids", type="mapping of system name to id", description="Ids of the products in 3scale."),
    StackOutput(
        name="backend_ids",
        type="mapping of system name to id",
        description="Ids of the backends in 3scale, by the system name of their product.",
    ),
    StackOutput(
        name="plan_ids",
        type="mapping of system name to {plan: id}",
        description="Ids of the application plans in 3scale, by product and by the plan's name in the configuration.",
    ),
    StackOutput(
        name="proxy_versions",
        type="mapping of system name to {staging, production}",
        description="Version of the configuration that each gateway uses, as text; empty where this stack promotes "
        "nothing.",
    ),
    StackOutput(
        name="stats_api",
        type="{base_url, service_ids}",
        description="Usage statistics for charge-back: `<base_url>/services/<id>/usage.json`, with the ids by system "
        "name. `threescale_access_token` opens it.",
    ),
    StackOutput(
        name="test_application_keys",
        type="mapping of `<account>/<application>` to {model, namespace, name, key}",
        description="Where the key of each declared application is: a Secret and the entry in it; `model` is the "
        "system name of the model it opens.",
    ),
    StackOutput(
        name="compat_flags",
        type="list of text",
        description="Switches of `compat` that are on; empty in production.",
    ),
)
"""Every output in the order of the documentation."""


def complete(names: Iterable[str]) -> None:
    """Refuses a set of exported names that differs from the table.

    Raises:
        ValueError: naming the outputs that are missing or not described.
    """
    described = {output.name for output in OUTPUTS}
    if difference := sorted(described ^ set(names)):
        message = (
            f"The outputs {', '.join(difference)} are not both exported and described in components.config.outputs."
        )
        raise ValueError(message)
