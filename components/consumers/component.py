"""Places declared developer accounts, their users, subscriptions and applications; each key lands in a Secret."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.config.consumers import KEY_ENTRY, Account, Application, secret_name
from components.site import Offer, Site
from components.site.key_secret import key_secret
from dynamic_providers.threescale import application, developer_account
from dynamic_providers.threescale.developer_user import DeveloperUser, DeveloperUserArgs
from dynamic_providers.threescale.service_subscription import ServiceSubscription, ServiceSubscriptionArgs


@dataclass(frozen=True, kw_only=True)
class ConsumersArgs:
    """What to place, and after what."""

    site: Site
    """The stack at work."""
    namespace: pulumi.Resource
    """Namespace of the Secrets."""
    offers: Mapping[str, Offer]
    """The models by their keys in the catalogue."""
    after: Sequence[pulumi.Resource]
    """What comes before the first account: 3scale gives each new one an application of a sample that is there."""
    installation: pulumi.Resource
    """The 3scale installation, with which every entity goes."""


class Consumers(pulumi.ComponentResource):
    """Per declared developer the account, its users and subscriptions; per application also the Secret with its key."""

    def __init__(self, name: str, args: ConsumersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("maas:threescale:Consumers", name, {}, opts)
        self._args = args
        for key, account in args.site.settings.consumers.accounts.items():
            owner = self._account(key, account)
            self._users(key, account, owner)
            subscribed = {model: self._subscription(key, model, owner) for model in account.subscriptions}
            for title, declared in account.applications.items():
                # Making an application subscribes the account too; where both are declared, in this order. The account
                # comes from the subscription then: a replaced subscription has to take the application along.
                subscriber = subscribed.get(declared.model)
                account_id = subscriber.account_id if subscriber else owner.id
                self._application(key, title, declared, account_id, [owner, *([subscriber] if subscriber else [])])
        self.register_outputs({})

    def _entity(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return self._args.site.of_the_tenant(self, self._args.installation, after)

    def _account(self, key: str, account: Account) -> developer_account.DeveloperAccount:
        return developer_account.DeveloperAccount(
            key,
            developer_account.DeveloperAccountArgs(
                org_name=account.org_name,
                username=account.username,
                email=account.email,
                monthly_billing_enabled=account.monthly_billing_enabled,
                monthly_charging_enabled=account.monthly_charging_enabled,
                adopt=account.adopt,
            ),
            self._entity(*self._args.after),
        )

    def _users(self, key: str, account: Account, owner: developer_account.DeveloperAccount) -> None:
        for name, user in account.users.items():
            DeveloperUser(
                f"{key}.{name}",
                DeveloperUserArgs(account_id=owner.id, **user.model_dump(), adopt=account.adopt),
                self._entity(owner),
            )

    def _subscription(self, account: str, model: str, owner: developer_account.DeveloperAccount) -> ServiceSubscription:
        offer = self._args.offers[model]
        return ServiceSubscription(
            f"{account}.{model}",
            ServiceSubscriptionArgs(
                account_id=owner.id, service_plan_id=offer.service_plan_id, product_id=offer.product_id
            ),
            self._entity(owner),
        )

    def _application(
        self,
        account: str,
        title: str,
        declared: Application,
        account_id: pulumi.Output[str],
        after: Sequence[pulumi.Resource],
    ) -> None:
        offer = self._args.offers[declared.model]
        placed = application.Application(
            f"{account}.{title}",
            application.ApplicationArgs(
                account_id=account_id,
                plan_id=offer.plan_ids[declared.plan],
                # 3scale moves no application between products: a replaced product replaces its applications.
                product_id=offer.product_id,
                name=title,
                description=declared.description,
                suspended=declared.suspended,
                key_rotation=declared.key_rotation,
                adopt=self._args.site.settings.consumers.accounts[account].adopt,
            ),
            self._entity(*after),
        )
        opts = pulumi.ResourceOptions(parent=self, depends_on=[self._args.namespace])
        entries = {KEY_ENTRY: placed.user_key}
        key_secret(f"{account}.{title}-key", self._args.site, secret_name(account, title), entries, opts)
