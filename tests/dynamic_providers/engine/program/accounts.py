"""Developer accounts of the tenant, with their users, subscriptions and applications."""

from collections.abc import Iterable, Mapping

import pulumi

from dynamic_providers.threescale.application import Application, ApplicationArgs
from dynamic_providers.threescale.developer_account import DeveloperAccount, DeveloperAccountArgs
from dynamic_providers.threescale.developer_user import DeveloperUser, DeveloperUserArgs
from dynamic_providers.threescale.service_subscription import ServiceSubscription, ServiceSubscriptionArgs
from tests.dynamic_providers.engine.program.declaration import Declared
from tests.dynamic_providers.engine.program.model import Placed
from tests.dynamic_providers.engine.program.tenant import Tenant


class Account:
    """Places an account and what is declared below it."""

    def __init__(self, tenant: Tenant, key: str, spec: Declared, models: Mapping[str, Placed]) -> None:
        self._tenant, self._key, self._spec, self._models = tenant, key, spec, models
        self._adopt = spec.get("adopt", False)

    def placed(self, after: Iterable[pulumi.Resource]) -> None:
        """Place all of it after `after`; the keys of the applications are stack outputs."""
        key = self._key
        args = {"org_name": key.capitalize(), "username": f"{key}-admin", "email": f"{key}@example.com"}
        declared = DeveloperAccountArgs(**{**args, **self._spec.get("account", {})}, adopt=self._adopt)
        account = DeveloperAccount(key, declared, self._tenant.after(*after))
        for name, user in self._spec.get("users", {}).items():
            self._user(account, name, user)
        for model in self._spec.get("subscriptions", {}):
            self._subscription(account, model)
        for title, application in self._spec.get("applications", {}).items():
            self._application(account, title, application)

    def _user(self, account: DeveloperAccount, name: str, spec: Declared) -> None:
        args = {"username": f"{self._key}-{name}", "email": f"{self._key}-{name}@example.com", **spec}
        declared = DeveloperUserArgs(account_id=account.id, **args, adopt=self._adopt)
        DeveloperUser(f"{self._key}.{name}", declared, self._tenant.after(account))

    def _subscription(self, account: DeveloperAccount, model: str) -> None:
        placed = self._models[model]
        declared = ServiceSubscriptionArgs(
            account_id=account.id, service_plan_id=placed.subscription.plan_id, product_id=placed.product.id
        )
        ServiceSubscription(f"{self._key}.{model}", declared, self._tenant.after(account, placed.subscription))

    def _application(self, account: DeveloperAccount, title: str, spec: Declared) -> None:
        placed = self._models[spec.get("model", "tiny")]
        rest = {"name": title, "adopt": self._adopt} | {name: spec[name] for name in spec if name != "model"}
        declared = ApplicationArgs(account_id=account.id, plan_id=placed.plan.id, product_id=placed.product.id, **rest)
        application = Application(
            f"{self._key}.{title}", declared, self._tenant.after(account, placed.plan, placed.promotion)
        )
        pulumi.export(f"{self._key}.{title}", application.user_key)
