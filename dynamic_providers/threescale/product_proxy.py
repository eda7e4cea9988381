"""The proxy that 3scale makes with a product: how its settings are read, written and checked.

Each write of them is deployed to staging at once; `ProxyPromotion` brings it to production.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from pulumi.dynamic import CheckFailure, CheckResult

from dynamic_providers.declared import has_unknown
from dynamic_providers.json_object import Json
from dynamic_providers.threescale.entity import EntityProvider
from dynamic_providers.threescale.proxy_settings import OF_THE_PROXY
from dynamic_providers.threescale.secret_input import without_value

if TYPE_CHECKING:
    from dynamic_providers.threescale.client import AdminApi

HOSTS = ("endpoint", "sandbox_endpoint")
"""What 3scale makes up for each product whose gateway is its own."""
SECRET_TOKEN = "secret_token"  # noqa: S105 - a field's name
SELF_MANAGED = "self_managed"


class ProxiedProvider(EntityProvider):
    """An entity in two halves, its own fields and the settings of its proxy."""

    later = frozenset(OF_THE_PROXY)

    def canonical(self, raw: Mapping[str, Any]) -> Json:
        """Return canonical inputs; of any but a self-managed gateway, hosts in a state are outputs alone."""
        own = raw.get("deployment_option") == SELF_MANAGED
        return super().canonical({name: raw[name] for name in raw if name not in HOSTS or (own and raw[name])})

    def check(self, _olds: Json, news: Json) -> CheckResult:
        """Return canonical inputs, and a failure per value that is refused."""
        checked = without_value(super().check(_olds, news), SECRET_TOKEN, "a text of 1 to 255 letters, digits, _ and -")
        return CheckResult(checked.inputs, [*checked.failures, *_refused_hosts(news)])

    def body(self, wanted: Json) -> Json:
        """Return the entity's own fields."""
        return {name: value for name, value in super().body(wanted).items() if name not in OF_THE_PROXY}

    def fetch(self, api: "AdminApi", id_: str, known: Json) -> Json:
        """Return the entity with its proxy's settings and hosts."""
        return super().fetch(api, id_, known) | _told(api.item("GET", f"{self.path(known)}/{id_}/proxy"))

    def finish(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        """Configure the proxy that 3scale made with the entity."""
        return self._configured(api, item, wanted)

    def write(self, api: "AdminApi", item: Json, wanted: Json, changed: frozenset[str]) -> Json:
        """Send the half that differs; another deployment option changes the hosts, which the proxy tells."""
        if changed - {*OF_THE_PROXY}:
            item = item | self.put(api, item, self.body(wanted), wanted)
        return self._configured(api, item, wanted) if changed & {*OF_THE_PROXY, "deployment_option"} else item

    def outputs(self, item: Json) -> Json:
        """Return the public addresses of the gateway."""
        return {name: item[name] or "" for name in HOSTS}

    def _configured(self, api: "AdminApi", item: Json, wanted: Json) -> Json:
        path = f"{self.path(wanted)}/{item['id']}/proxy"
        return item | _told(api.item("PATCH", path, {"proxy": _body(wanted)}))


def _refused_hosts(news: Json) -> list[CheckFailure]:
    """Return a failure for each host that is declared where 3scale makes it up."""
    option = news.get("deployment_option", "hosted")
    if option == SELF_MANAGED or has_unknown(option):
        return []
    reason = f"declared with the deployment option {option!r}. Allowed is it with {SELF_MANAGED!r}, elsewhere 3scale"
    rest = "makes it up. Leave it out, or run the gateway yourself"
    return [CheckFailure(name, f"{reason} {rest}") for name in HOSTS if news.get(name)]


def _told(proxy: Json) -> Json:
    return {name: proxy.get(name) for name in OF_THE_PROXY}


def _body(wanted: Json) -> Json:
    """Return what is sent to a proxy; null takes a value back. 3scale's own hosts are never sent."""
    body = {name: wanted[name] for name in OF_THE_PROXY if name not in (SECRET_TOKEN, *HOSTS)}
    body["hostname_rewrite"] = wanted["hostname_rewrite"] or None
    if SECRET_TOKEN in wanted:
        body[SECRET_TOKEN] = wanted[SECRET_TOKEN]
    if wanted["deployment_option"] == SELF_MANAGED:
        body |= {name: wanted.get(name) for name in HOSTS}
    return body
