"""Places declared developer accounts and their applications; each key lands in a Secret."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
from pulumi_kubernetes.core import v1 as core

from components.config.consumers import KEY_ENTRY, Account, Application, secret_name
from components.site import Site, secret_data
from dynamic_providers.threescale import application, developer_account


@dataclass(frozen=True, kw_only=True)
class ConsumersArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    namespace: pulumi.Resource
    """Namespace of the Secrets."""
    product_ids: Mapping[str, pulumi.Output[str]]
    """Ids of the products by model."""
    plan_ids: Mapping[tuple[str, str], pulumi.Output[str]]
    """Ids of the plans by model and plan."""
    ready: pulumi.Resource
    """Gate of the Admin API."""
    installation: pulumi.Resource
    """The 3scale installation, with which every entity goes."""


class Consumers(pulumi.ComponentResource):
    """One account per declared developer; per application the application and the Secret with its key."""

    def __init__(self, name: str, args: ConsumersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:Consumers", name, {}, opts)
        self._args = args
        for key, account in args.site.settings.consumers.accounts.items():
            placed = self._account(key, account)
            for title, declared in account.applications.items():
                self._application(key, title, declared, placed)
        self.register_outputs({})

    def _entity(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=self._args.site.threescale,
            depends_on=list(after),
            deleted_with=self._args.installation,
        )

    def _account(self, key: str, account: Account) -> developer_account.DeveloperAccount:
        return developer_account.DeveloperAccount(
            key,
            developer_account.DeveloperAccountArgs(
                org_name=account.org_name, username=account.username, email=account.email, adopt=account.adopt
            ),
            self._entity(self._args.ready),
        )

    def _application(
        self, account: str, title: str, declared: Application, owner: developer_account.DeveloperAccount
    ) -> None:
        placed = application.Application(
            f"{account}.{title}",
            application.ApplicationArgs(
                account_id=owner.id,
                plan_id=self._args.plan_ids[declared.model, declared.plan],
                # 3scale moves no application between products: a replaced product replaces its applications.
                product_id=self._args.product_ids[declared.model],
                name=title,
                description=declared.description,
                adopt=self._args.site.settings.consumers.accounts[account].adopt,
            ),
            self._entity(owner),
        )
        core.Secret(
            f"{account}.{title}-key",
            metadata={"name": secret_name(account, title), "namespace": self._args.site.settings.namespaces.consumers},
            data=secret_data({KEY_ENTRY: placed.user_key}),
            opts=pulumi.ResourceOptions(
                parent=self, provider=self._args.site.kubernetes, depends_on=[self._args.namespace]
            ),
        )
