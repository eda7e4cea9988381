"""What other teams have beside the platform: on its cluster, in its Keycloak and in its 3scale."""

import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

import requests

from tests.support.deployed import Platform
from tests.support.running_sandbox import RunningSandbox

NAME = "neighbours"
"""Their namespace, and the name of everything of theirs that needs none of ours."""

_OPERATORS = "operators.coreos.com"
_CSV = "nfd.4.20.0-202511110950"
_SECONDS = 30

Rows = dict[tuple[str, int], dict[str, Any]]
"""3scale's rows by kind and id."""


def settle(cluster: RunningSandbox) -> None:
    """Plant a namespace with objects named as ours are, and an operator that somebody else installed there."""
    inside = f"namespaces/{NAME}"
    cluster.create("/api/v1/namespaces", "Namespace", NAME)
    cluster.create(f"/api/v1/{inside}/configmaps", "ConfigMap", "default-ingress-cert", data={"theirs": "kept"})
    # Ours of this name is in the namespace of 3scale.
    cluster.create(f"/api/v1/{inside}/secrets", "Secret", "system-seed", stringData={"theirs": secrets.token_hex(8)})
    cluster.create(
        f"/apis/{_OPERATORS}/v1/{inside}/operatorgroups",
        "OperatorGroup",
        NAME,
        f"{_OPERATORS}/v1",
        spec={"targetNamespaces": [NAME]},
    )
    wanted = {"name": "nfd", "channel": "stable", "source": "redhat-operators", "startingCSV": _CSV}
    spec = {**wanted, "sourceNamespace": "openshift-marketplace", "installPlanApproval": "Automatic"}
    cluster.create(
        f"/apis/{_OPERATORS}/v1alpha1/{inside}/subscriptions",
        "Subscription",
        "nfd",
        f"{_OPERATORS}/v1alpha1",
        spec=spec,
    )
    cluster.until(
        f"/apis/{_OPERATORS}/v1alpha1/{inside}/clusterserviceversions/{_CSV}",
        lambda csv: csv is not None and csv.get("status", {}).get("phase") == "Succeeded",
    )


_NO_ENTITIES = frozenset({"job", "portal_session", "sso_authorization", "usage"})
"""Work that waits, traces of people's visits to the portal, and counters of traffic, which grow as gateways report."""


@dataclass
class Tenants:
    """Somebody else's product, account, realm and client on the platform's own servers."""

    platform: Platform
    _session: requests.Session = field(default_factory=requests.Session)

    def __post_init__(self) -> None:
        self._session.trust_env = False
        self._session.proxies = {"https": self.platform.endpoints["proxy"]}
        self._session.verify = self.platform.endpoints["ca_file"]
        found = json.loads(self.platform.pulumi("config", "--show-secrets", "--json"))
        self._secrets = {name: entry["value"] for name, entry in found.items()}
        outputs, state = self.platform.outputs(), self.platform.state()
        self._admin, self._issuer = outputs["threescale_admin_url"].rstrip("/"), outputs["identity_issuer_url"]
        self._client_id = next(one["inputs"]["clientId"] for one in state if one["type"] == "pulumi:providers:keycloak")

    def settle(self) -> None:
        """Make them."""
        product = self._threescale("POST", "services", {"name": "Theirs", "system_name": NAME})["service"]["id"]
        self._threescale("POST", f"services/{product}/metrics", {"friendly_name": "Theirs", "unit": "hit"})
        self._threescale("POST", "backend_apis", {"name": "Theirs", "private_endpoint": "https://theirs.example.com"})
        account = {"org_name": NAME, "username": NAME, "email": f"{NAME}@example.com", "password": secrets.token_hex()}
        self._threescale("POST", "signup", account)
        self._keycloak("POST", "", {"realm": NAME, "enabled": True})
        for realm in (NAME, "master"):
            self._keycloak("POST", f"{realm}/clients", {"clientId": NAME, "redirectUris": ["https://theirs.example/*"]})

    def in_threescale(self) -> Rows:
        """Every entity that 3scale holds, when it has done all the work that it had put off."""
        deadline = time.monotonic() + _SECONDS
        while (found := self._state()).get("job"):
            assert time.monotonic() < deadline, f"3scale still has work to do: {found['job']}"
            # It looks for work that is due when it is asked something.
            self._threescale("GET", "services")
        return {(kind, row["id"]): row for kind in found.keys() - _NO_ENTITIES for row in found[kind]}

    def in_keycloak(self) -> dict[str, Any]:
        """Every realm, and every client of the two realms that are not ours, as Keycloak tells them."""
        realms = {one["realm"]: one for one in self._keycloak("GET", "")}
        clients = {realm: self._keycloak("GET", f"{realm}/clients") for realm in (NAME, "master")}
        told = {f"{realm}/{one['clientId']}": one for realm, found in clients.items() for one in found}
        return {**realms, **told}

    @property
    def our_realm(self) -> str:
        """The realm of the platform."""
        return str(self._issuer.rstrip("/").rpartition("/")[2])

    def _state(self) -> dict[str, Any]:
        with urlopen(f"{self.platform.endpoints['threescale']['control_url']}/state", timeout=_SECONDS) as answer:  # noqa: S310 (loopback)
            found: dict[str, Any] = json.load(answer)
        return found

    def _threescale(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        token = self._secrets["maas:threescaleSeedToken"]
        return self._sent(method, f"{self._admin}/admin/api/{path}.json", json=body, auth=("", token))

    def _keycloak(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - any JSON
        server = self._issuer.partition("/realms/")[0]
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secrets["maas:keycloakAdminClientSecret"],
        }
        # A token knows the realms that were there when it was made.
        token = self._sent("POST", f"{server}/realms/master/protocol/openid-connect/token", data=form)["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        return self._sent(method, f"{server}/admin/realms/{path}".rstrip("/"), json=body, headers=headers)

    def _sent(self, method: str, url: str, **options: Any) -> Any:  # noqa: ANN401 - requests' own, any JSON
        answer = self._session.request(method, url, timeout=_SECONDS, **options)
        assert answer.ok, f"{method} {url}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None
