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
    StackOutput(
        name="namespaces",
        type="mapping of role to namespace",
        description="Namespaces that this stack makes or has made by its operators, for quota, network and monitoring "
        "teams; roles that it does not use are missing.",
    ),
    StackOutput(name="portal_url", type="URL", description="The developer portal."),
    StackOutput(
        name="portal_sso_callback_url",
        type="URL, absent without `identity`",
        description="Where the portal takes a login back; the realm's client redirects nowhere else.",
    ),
    StackOutput(name="threescale_admin_url", type="URL", description="The tenant's admin portal and Admin API."),
    StackOutput(
        name="threescale_master_url", type="URL", description="3scale's master portal, which knows every tenant."
    ),
    StackOutput(
        name="threescale_admin_credentials_ref",
        type="{namespace, name, keys}",
        description="Where the first administrators of tenant and master are: a Secret and the entries in it. "
        "Passwords changed in the portals are not there.",
    ),
    StackOutput(
        name="threescale_file_storage",
        type="{kind, storage_class_name, size} or {kind, bucket, region, endpoint}",
        description="Where the portal's files are: `kind` is `pvc` or `s3`; without `endpoint` it is Amazon's own.",
    ),
    StackOutput(
        name="gateway_metrics",
        type="{namespace, port, port_name, pod_selectors, series}",
        description="The gateways' counters for a Prometheus of another team: labels of the pods, and names of the "
        "series of answers, refusals, times, tokens, and of what kept tokens from being counted.",
    ),
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
        name="identity_admin_console_url",
        type="URL, absent without `identity`",
        description="The identity server's console for administrators.",
    ),
    StackOutput(
        name="identity_admin_credentials_ref",
        type="{namespace, name, keys}, absent without `identity` and for an external one",
        description="Where the identity server's administrator is: a Secret and the entries in it.",
    ),
    StackOutput(
        name="identity_broker_redirect_uris",
        type="mapping of provider to URL, absent without `identity`",
        description="What to register as redirect address at each identity provider of the realm.",
    ),
    StackOutput(
        name="portal_client_id",
        type="text, absent without `identity`",
        description="The developer portal's client in the realm.",
    ),
    StackOutput(
        name="portal_client_secret",
        type="{namespace, name, key}, absent unless `identity.copyClientSecret`",
        description="Where a copy of that client's secret is: a Secret and the entry in it.",
    ),
    StackOutput(
        name="developer_credentials",
        type="mapping of user to {namespace, name, key}",
        description="Where the first password of each user for tests is; empty in production.",
    ),
    StackOutput(
        name="model_store",
        type="{bucket, endpoint, region, connection_secret_ref}, absent without `modelStore`",
        description="The bucket with the models. `endpoint` is reachable in the cluster, and absent for a claim on a "
        "storage class that OpenShift Data Foundation does not make by itself. `connection_secret_ref` is {namespace, "
        "name, keys}: the Secret and its entries with the key that model servers use, which is the one that only reads "
        "where the stack has `modelStoreReaderAccessKeyId`, and else the bucket's own, with write access.",
    ),
    StackOutput(
        name="gpu_pools",
        type="list of {name, product, resource, memory_gib, taint, labels, sharing, min, max}, absent without "
        "`gpu.pools`",
        description="Pools of nodes with GPUs: the product as nodes are labelled with it, what a pod asks for, the "
        "taint it tolerates, the labels it selects nodes by, and fewest and most nodes.",
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
        name="model_internal_urls",
        type="mapping of model to URL",
        description="Where each model is reached inside the cluster, without gateway and key; from permitted "
        "namespaces only.",
    ),
    StackOutput(
        name="model_fit",
        type="mapping of model to {memory_gib, budget_gib, weights_gib, overhead_gib, cache_gib, headroom_gib, "
        "cached_tokens}",
        description="How each model with declared `weights` fills one of its GPUs, or its pod's memory: "
        "`headroom_gib` stays free when every request has its full length, `cached_tokens` have room at once. "
        "docs/fit-check.md has the formulas.",
    ),
    StackOutput(
        name="model_costs",
        type="mapping of model to {per_hour, per_month, per_million_tokens}",
        description="What the fewest servers of each model cost, in the currency of its pool's `pricePerHour`; a "
        "million tokens at the model's `tokensPerSecond`, absent without it. Models on pools without a price are "
        "missing.",
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
        name="versions",
        type="{operators, servers, weights, images, gateway_policy}",
        description="Everything this stack pins: operators by ClusterServiceVersion, model servers and the images of "
        "Jobs by digest, weights by digest or `<repository>@<revision>` (a folder of a bucket by its name), and the "
        "version of the gateways' policy. What others run is missing.",
    ),
    StackOutput(
        name="health",
        type="mapping of part to text",
        description="Objects behind whose readiness the parts of the platform stand, and what they met when the last "
        "`up` passed. It does not follow them: `pulumi refresh` finds what has changed since.",
    ),
    StackOutput(
        name="manual_steps",
        type="list of text",
        description="What is left to do by hand, because no interface lets a program do it.",
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
