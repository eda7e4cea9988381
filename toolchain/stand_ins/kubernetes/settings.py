"""The provider's configuration: what Configure is given, and CheckConfig's and DiffConfig's answers about it.

All values arrive as text; a boolean is true only as "true". What the program leaves out is taken from the environment
(names: pulumi-kubernetes, provider documentation).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import kubeconfig, values
from toolchain.stand_ins.kubernetes.errors import CallError
from toolchain.stand_ins.kubernetes.replacement import Mutability

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolchain.stand_ins.kubernetes.values import Tree

PREFIX = "kubernetes:config:"

DEFAULT_QPS = 50.0
"""Requests a second that the client sends on average (official plugin)."""

DEFAULT_BURST = 120
"""Requests that the client may send at once (official plugin)."""

_ENVIRONMENT = {
    "clusterIdentifier": "PULUMI_K8S_CLUSTER_IDENTIFIER",
    "deleteUnreachable": "PULUMI_K8S_DELETE_UNREACHABLE",
    "enableConfigMapMutable": "PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE",
    "enablePatchForce": "PULUMI_K8S_ENABLE_PATCH_FORCE",
    "enableSecretMutable": "PULUMI_K8S_ENABLE_SECRET_MUTABLE",
    "enableServerSideApply": "PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY",
    "skipUpdateUnreachable": "PULUMI_K8S_SKIP_UPDATE_UNREACHABLE",
    "upsertExistingObjects": "PULUMI_K8S_UPSERT_EXISTING_OBJECTS",
}
"""Option to the environment variable that stands in for it."""

_CLIENT_ENVIRONMENT = {
    "qps": "PULUMI_K8S_CLIENT_QPS",
    "burst": "PULUMI_K8S_CLIENT_BURST",
    "timeout": "PULUMI_K8S_CLIENT_TIMEOUT",
}


@dataclass(frozen=True)
class ClientLimits:
    """How fast the client may ask the API server."""

    qps: float = DEFAULT_QPS
    burst: int = DEFAULT_BURST
    timeout_seconds: int | None = None
    """How long one request may take; `None` for no limit."""


@dataclass(frozen=True)
class Settings:
    """One provider instance's configuration."""

    kubeconfig: str = ""
    """A path or contents; "" for the usual places (`KUBECONFIG`, `~/.kube/config`)."""
    kubeconfig_unknown: bool = False
    """The kubeconfig is computed by something that does not exist yet."""
    context: str = ""
    cluster: str = ""
    namespace: str = ""
    server_side_apply: bool = True
    mutability: Mutability = field(default_factory=Mutability)
    patch_force: bool = False
    upsert: bool = False
    delete_unreachable: bool = False
    skip_update_unreachable: bool = False
    await_all: bool = False
    """`PULUMI_K8S_AWAIT_ALL`: wait for every kind's readiness as its status tells it."""
    render_directory: str = ""
    limits: ClientLimits = field(default_factory=ClientLimits)


@dataclass(frozen=True)
class _Options:
    """Configure's variables, and the environment behind them."""

    variables: Mapping[str, str]
    environment: Mapping[str, str]

    def text(self, name: str) -> str:
        return self.variables.get(PREFIX + name, self.environment.get(_ENVIRONMENT.get(name, ""), ""))

    def flag(self, name: str, *, default: bool = False) -> bool:
        written = self.text(name)
        return written == "true" if written else default


def settings(variables: Mapping[str, str], environment: Mapping[str, str]) -> Settings:
    """The configuration in Configure's variables (`kubernetes:config:<option>` to text) and the environment.

    Raises:
        CallError: The client settings are not JSON, or a number in them is none.
    """
    options = _Options(variables, environment)
    option, flag = options.text, options.flag
    kubeconfig_text = option("kubeconfig")
    unknown = kubeconfig_text == values.UNKNOWN_TEXT
    return Settings(
        kubeconfig="" if unknown else kubeconfig_text,
        kubeconfig_unknown=unknown,
        context=option("context"),
        cluster=option("cluster"),
        namespace=option("namespace"),
        server_side_apply=flag("enableServerSideApply", default=True),
        mutability=Mutability(secrets=flag("enableSecretMutable"), config_maps=flag("enableConfigMapMutable")),
        patch_force=flag("enablePatchForce"),
        upsert=flag("upsertExistingObjects"),
        delete_unreachable=flag("deleteUnreachable"),
        skip_update_unreachable=flag("skipUpdateUnreachable"),
        await_all=environment.get("PULUMI_K8S_AWAIT_ALL") == "true",
        render_directory=option("renderYamlToDirectory"),
        limits=_limits(option("kubeClientSettings"), environment),
    )


def _limits(written: str, environment: Mapping[str, str]) -> ClientLimits:
    """The client limits of a JSON text like `{"qps": 100, "burst": 200, "timeout": 30}`."""
    try:
        given = json.loads(written) if written else {}
        found = {
            name: given.get(name, environment.get(variable) or None) for name, variable in _CLIENT_ENVIRONMENT.items()
        }
        return ClientLimits(
            qps=DEFAULT_QPS if found["qps"] is None else float(found["qps"]),
            burst=DEFAULT_BURST if found["burst"] is None else int(found["burst"]),
            timeout_seconds=None if found["timeout"] is None else int(found["timeout"]),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise CallError(f"failed to unmarshal kubeClientSettings option: {error}") from error


def config_failure(news: Tree) -> tuple[str, str] | None:
    """The property that CheckConfig refuses and why; nothing but strict mode without a cluster is refused."""
    if news.get("strictMode") != "true":
        return None
    missing = [key for key in ("kubeconfig", "context") if not news.get(key)]
    if not missing:
        return None
    return missing[0], f'strict mode prohibits the default kubeconfig; set "{missing[0]}" on the provider'


def config_difference(olds: Tree, news: Tree) -> tuple[list[str], list[str]]:
    """(changed keys, keys that make every resource be replaced), sorted, of two provider configurations.

    The cluster has changed when both name a `clusterIdentifier` and the two differ; without identifiers, when both
    kubeconfigs are known and point at different servers.
    """
    changed = sorted(key for key in {*olds, *news} if not values.same(olds.get(key), news.get(key)))
    replaces = ["renderYamlToDirectory"] if "renderYamlToDirectory" in changed else []
    if olds.get("clusterIdentifier") and news.get("clusterIdentifier"):
        if "clusterIdentifier" in changed:
            replaces.append("clusterIdentifier")
    elif "kubeconfig" in changed:
        old_server, new_server = kubeconfig.server(olds), kubeconfig.server(news)
        if old_server and new_server and old_server != new_server:
            replaces.append("kubeconfig")
    return changed, replaces
