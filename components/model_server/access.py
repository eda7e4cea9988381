"""Places what all model servers share: the key they ask for, and who may read their metrics."""

from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core
from pulumi_kubernetes.meta import v1 as meta
from pulumi_kubernetes.rbac import v1 as rbac

from components.config import Settings
from components.config.serving_needs import keyed, scaled
from components.model_server.launch import KEY_ENTRY
from components.model_server.measuring import READER, trigger_authentication
from components.site import Site, secret_data


@dataclass(frozen=True, kw_only=True)
class ServingAccessArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    namespace: pulumi.Resource
    """Namespace of the servers."""


class ServingAccess(pulumi.ComponentResource):
    """Secret with the key; account, role and token with which the autoscaler reads metrics."""

    before: tuple[pulumi.Resource, ...]
    """What has to be there before a server starts."""
    key: pulumi.Output[str] | None
    """Name of the Secret with the key, another one for each key; nothing when no server asks for one."""

    def __init__(self, name: str, args: ServingAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:serving:ServingAccess", name, {}, opts)
        self._args = args
        self._space = args.site.settings.namespaces.models
        self._child = pulumi.ResourceOptions(parent=self, provider=args.site.kubernetes, depends_on=[args.namespace])
        settings = args.site.settings
        key = self._key(name) if keyed(settings) else None
        self.key = key.metadata.apply(lambda metadata: str(metadata.name)) if key is not None else None
        read = [self._reader(name)] if scaled(settings) else []
        self.before = (*([key] if key is not None else []), *read)
        self.register_outputs({})

    def _key(self, name: str) -> core.Secret:
        """A Secret whose name the engine makes up, and which a changed key replaces.

        The name tells one key from another without telling anything about it, so it can stand in a pod, where a
        changed entry of the same Secret would not arrive. The old one goes last, when no pod needs it any more.
        """
        key = self._args.site.secrets.model_api_key or pulumi.Output.secret("")
        changed = pulumi.ResourceOptions(replace_on_changes=["data"], delete_before_replace=False)
        return core.Secret(
            f"{name}-key",
            metadata={"namespace": self._space},
            immutable=True,
            data=secret_data({KEY_ENTRY: key}),
            opts=pulumi.ResourceOptions.merge(self._child, changed),
        )

    def _reader(self, name: str) -> pulumi.Resource:
        """The account with its token, its role, and what shows the token to KEDA."""
        metadata = meta.ObjectMetaArgs(name=READER, namespace=self._space)
        account = core.ServiceAccount(f"{name}-reader", metadata=metadata, opts=self._child)
        self._role(name, metadata, account)
        token = core.Secret(
            f"{name}-reader",
            type="kubernetes.io/service-account-token",
            metadata={
                "name": READER,
                "namespace": self._space,
                "annotations": {"kubernetes.io/service-account.name": READER},
            },
            # The cluster fills it in.
            opts=self._after(account, ignore_changes=["data"]),
        )
        shown = trigger_authentication(self._space)
        return self._args.site.place(f"{name}-reader", shown, pulumi.ResourceOptions(parent=self, depends_on=[token]))

    def _role(self, name: str, metadata: meta.ObjectMetaArgs, account: pulumi.Resource) -> None:
        """The right to read this namespace's metrics and nothing else (OpenShift, custom metrics autoscaler)."""
        role = rbac.Role(
            f"{name}-reader",
            metadata=metadata,
            rules=[
                rbac.PolicyRuleArgs(api_groups=[""], resources=["pods"], verbs=["get"]),
                rbac.PolicyRuleArgs(api_groups=["metrics.k8s.io"], resources=["pods"], verbs=["get", "list", "watch"]),
            ],
            opts=self._child,
        )
        rbac.RoleBinding(
            f"{name}-reader",
            metadata=metadata,
            role_ref=rbac.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name=READER),
            subjects=[rbac.SubjectArgs(kind="ServiceAccount", name=READER, namespace=self._space)],
            opts=self._after(account, role),
        )

    def _after(self, *resources: pulumi.Resource, ignore_changes: list[str] | None = None) -> pulumi.ResourceOptions:
        more = pulumi.ResourceOptions(depends_on=[*resources], ignore_changes=ignore_changes)
        return pulumi.ResourceOptions.merge(self._child, more)


def wants_access(settings: Settings) -> bool:
    """Whether any server of the stack needs what `ServingAccess` places."""
    return keyed(settings) or scaled(settings)
