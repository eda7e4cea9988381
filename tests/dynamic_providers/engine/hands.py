"""What an administrator does by hand, in the words of the Admin API; ids are looked up by name."""

from typing import Any

from tests.dynamic_providers.engine.served import Served


class Hands:
    """Edits one tenant as an administrator would."""

    def __init__(self, tenant: Served) -> None:
        self.tenant, self._call = tenant, tenant.api.call

    def product(self, name: str) -> int:
        """Return the id of a product."""
        return self.tenant.id_of("service", system_name=name, state="incomplete")

    def metric(self, product: str, name: str) -> int:
        """Return the id of a metric or method of a product."""
        return self.tenant.id_of("metric", owner_type="Service", owner_id=self.product(product), system_name=name)

    def plan(self, product: str) -> int:
        """Return the id of the application plan of a product."""
        return self.tenant.id_of("plan", issuer_id=self.product(product), type="application_plan")

    def account(self) -> str:
        """Return the path of the account `dev`, whatever it is called by now."""
        (admin,) = [one for one in self.tenant.rows()["user"] if one["username"] == "dev-admin"]
        return f"accounts/{admin['account_id']}"

    def application(self, title: str) -> str:
        """Return the path of an application."""
        return f"{self.account()}/applications/{self.tenant.id_of('application', name=title)}"

    def user(self, name: str) -> str:
        """Return the path of a user of the account `dev`."""
        return f"{self.account()}/users/{self.tenant.id_of('user', username=name)}"

    def put(self, path: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON value
        """Change fields of an entity or trigger an event of it."""
        self._call("PUT", path, fields)

    def add(self, path: str, **fields: Any) -> Any:  # noqa: ANN401 - any JSON value
        """Make an entity, and return it."""
        return self.tenant.api.item("POST", path, fields)

    def remove(self, path: str) -> None:
        """Delete an entity."""
        self._call("DELETE", path)

    def proxy(self, product: str, **fields: Any) -> None:  # noqa: ANN401 - any JSON value
        """Change settings of a product's proxy."""
        self._call("PATCH", f"services/{self.product(product)}/proxy", {"proxy": fields})

    def rule(self, product: str, pattern: str) -> str:
        """Return the path of a rule."""
        id_ = self.product(product)
        proxy = self.tenant.id_of("proxy", service_id=id_)
        rule = self.tenant.id_of("mapping_rule", owner_type="Proxy", owner_id=proxy, pattern=pattern)
        return f"services/{id_}/proxy/mapping_rules/{rule}"

    def policies(self, product: str, chain: list[dict[str, Any]]) -> None:
        """Write a policy chain."""
        self._call("PUT", f"services/{self.product(product)}/proxy/policies", {"proxy": {"policies_config": chain}})

    def limit(self, product: str, metric: str) -> str:
        """Return the path of the limit of a metric."""
        plan, counted = self.plan(product), self.metric(product, metric)
        limit = self.tenant.id_of("limit", plan_id=plan, metric_id=counted)
        return f"application_plans/{plan}/metrics/{counted}/limits/{limit}"

    def price(self, product: str, metric: str, lowest: int) -> str:
        """Return the path of a price."""
        plan, counted = self.plan(product), self.metric(product, metric)
        price = self.tenant.id_of("pricing_rule", plan_id=plan, metric_id=counted, min=lowest)
        return f"application_plans/{plan}/metrics/{counted}/pricing_rules/{price}"

    def promote(self, product: str) -> None:
        """Deploy what is set, and promote it to production."""
        id_ = self.product(product)
        self._call("POST", f"services/{id_}/proxy/deploy")
        newest = self.tenant.content(product, "sandbox")["version"]
        self._call("POST", f"services/{id_}/proxy/configs/sandbox/{newest}/promote", {"to": "production"})

    def usage(self, product: str) -> str:
        """Return the path of the one usage of a product."""
        id_ = self.product(product)
        return f"services/{id_}/backend_usages/{self.tenant.id_of('backend_usage', service_id=id_)}"

    def feature(self, product: str) -> int:
        """Return the id of the one feature of a product."""
        return self.tenant.id_of("feature", service_id=self.product(product))

    def service_plan(self, product: str) -> str:
        """Return the path of the service plan of a product."""
        id_ = self.product(product)
        return f"services/{id_}/service_plans/{self.tenant.id_of('plan', issuer_id=id_, type='service_plan')}"

    def other_default(self, product: str) -> None:
        """Make another service plan, and make it the default."""
        plans = f"services/{self.product(product)}/service_plans"
        other = self.add(plans, service_plan={"name": "Hand", "system_name": "hand"})
        self.put(f"{plans}/{other['id']}/default")

    def other_plan(self, product: str) -> int:
        """Make another application plan, and return its id."""
        fields = {"name": "Hand", "system_name": "hand"}
        return int(self.add(f"services/{self.product(product)}/application_plans", application_plan=fields)["id"])

    def subscription(self, product: str) -> str:
        """Return the path of the subscription of the account `dev` to a product."""
        contract = self.tenant.id_of("service_contract", service_id=self.product(product))
        return f"{self.account()}/service_contracts/{contract}"

    def retitle_doc(self, name: str) -> None:
        """Give an API description another title."""
        (doc,) = [one for one in self.tenant.rows()["active_doc"] if one["system_name"] == name]
        body = doc["body"].replace('"title": "Tiny"', '"title": "Hand"').replace('"title":"Tiny"', '"title":"Hand"')
        self.put(f"active_docs/{doc['id']}", api_docs_service={"body": body})

    def integration(self) -> str:
        """Return the path of the log-in integration."""
        return f"authentication_providers/{self.tenant.id_of('authentication_provider')}"

    def page(self, path: str, text: str, *, publish: bool) -> None:
        """Write a page."""
        self._template(self.tenant.id_of("cms_template", path=path), text, publish=publish)

    def partial(self, name: str, text: str) -> None:
        """Write a draft of a partial."""
        self._template(self.tenant.id_of("cms_template", system_name=name), text, publish=False)

    def _template(self, id_: int, text: str, *, publish: bool) -> None:
        self.put(f"cms/templates/{id_}", draft=text)
        if publish:
            self.put(f"cms/templates/{id_}/publish")

    def summarise(self, text: str) -> None:
        """Give the custom policy another summary."""
        (policy,) = self.tenant.rows()["policy"]
        self.put(f"registry/policies/{policy['id']}", policy={"schema": policy["schema"] | {"summary": text}})
