"""The life of a stack with one set of plugins: preview, up, refresh, changes, destroy, and what could be seen of it."""

import base64
import copy
import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests
import yaml
from kubernetes import config
from kubernetes.dynamic import DynamicClient
from kubernetes.dynamic.exceptions import NotFoundError, ResourceNotFoundError

from components.config.secrets import SECRET_KEYS
from tests.parity import comparison
from tests.parity.comparison import Document, Names
from tests.support.deployed import PROJECT, STACK, started, stopped

DOCUMENTS = (
    "operations of the first preview",
    "state",
    "cluster objects",
    "realm",
    "operations of a change",
    "operations of a replacement",
    "state after the change",
    "cluster objects after the change",
    "realm after the change",
    "objects that destroy leaves",
)
"""What is looked at, in the order in which it comes about."""

_SETTLED_SECONDS = 60.0
_POLL_SECONDS = 1.0
_REQUEST_SECONDS = 30.0

Settings = dict[str, Any]


def changed(settings: Settings) -> Settings:
    """The stack file with a change that every plugin takes as an update: a limit, and two titles."""
    fresh = copy.deepcopy(settings)
    sections = fresh["config"]
    sections["maas:plans"]["standard"]["limits"]["hits per day"] = 7919
    sections["maas:identity"]["displayName"] = "Models for everybody"
    for model in sections["maas:models"].values():
        # It becomes an annotation of two Kubernetes objects.
        model["displayName"] = "Another title"
    return fresh


def replaced(settings: Settings) -> Settings:
    """The stack file with a change that every plugin takes as a replacement: a realm's and a namespace's name."""
    fresh = copy.deepcopy(settings)
    fresh["config"]["maas:identity"]["realm"] = "elsewhere"
    fresh["config"]["maas:namespaces"] = {"models": "models-elsewhere"}
    return fresh


def run(directory: Path, home: Path, say: Callable[[str], None]) -> dict[str, Document]:
    """The documents named in `DOCUMENTS`, of a sandbox in `directory` with the plugins in `home`."""
    try:
        return dict(_Course(directory, home, say).documents())
    finally:
        stopped(directory)


class _Course:
    """One sandbox and its stack."""

    def __init__(self, directory: Path, home: Path, say: Callable[[str], None]) -> None:
        self._directory = directory
        self._say = say
        self._begun = time.monotonic()
        self._platform = started(directory, overrides={"PULUMI_HOME": str(home)})
        self._told("sandbox ready")

    def documents(self) -> Iterator[tuple[str, Document]]:
        """Name and content of each document, as it comes about."""
        platform, tracked = self._platform, self._platform.settings()
        yield "operations of the first preview", self._preview(tracked)
        yield from self._deployed("")
        yield "operations of a replacement", self._preview(replaced(tracked))
        yield "operations of a change", self._preview(changed(tracked))
        platform.configure(changed(tracked))
        yield from self._deployed(" after the change")
        placed = self._resources()
        platform.pulumi("destroy", "--yes")
        assert platform.state() == [], "`pulumi destroy` leaves resources in the state"
        left = comparison.cluster(self._live(placed), self._names())
        yield "objects that destroy leaves", left
        self._told("destroyed")

    def _deployed(self, when: str) -> Iterator[tuple[str, Document]]:
        """Bring the stack up and look at it from every side."""
        platform = self._platform
        platform.up()
        self._told(f"up{when}")
        self._settled()
        platform.pulumi("refresh", "--yes", "--expect-no-changes")
        names, resources = {**self._names(), **self._keys()}, self._resources()
        yield f"state{when}", comparison.state(resources, names)
        yield f"cluster objects{when}", comparison.cluster(self._live(resources), names)
        yield f"realm{when}", comparison.realm(self._realm(), names)
        self._told(f"looked at{when}")

    def _preview(self, settings: Settings) -> Document:
        self._platform.configure(settings)
        return comparison.preview(self._answer("preview", "--json"), self._names())

    def _resources(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._answer("stack", "export")["deployment"].get("resources", [])
        return found

    def _answer(self, *arguments: str) -> dict[str, Any]:
        """What a `pulumi` command prints as JSON; what a plugin says beside it goes to standard error."""
        command = ["pulumi", *arguments, "--stack", STACK, "--non-interactive", "--color", "never"]
        environment = self._platform.environment
        done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
        said = (done.stdout + done.stderr)[-6000:]
        assert done.returncode == 0, f"{' '.join(command)} ended with {done.returncode}:\n{said}"
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def _live(self, resources: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The Kubernetes objects of the state as the API server has them; those that are gone are left out."""
        placed = [item["inputs"] for item in resources if item["type"].startswith("kubernetes:")]
        path = self._platform.endpoints["kubeconfig"]
        with config.new_client_from_config(path) as api:  # type: ignore[no-untyped-call]  # it ships no types
            cache = str(self._directory / "parity-discovery.json")
            client = DynamicClient(api, cache_file=cache)  # type: ignore[no-untyped-call]  # as above
            return [found for item in placed if (found := _read(client, item)) is not None]

    def _settled(self) -> None:
        """Wait until the operators have written their last word into the objects."""
        resources, deadline = self._resources(), time.monotonic() + _SETTLED_SECONDS
        before: list[str] = []
        while before != (now := [item["metadata"]["resourceVersion"] for item in self._live(resources)]):
            assert time.monotonic() < deadline, f"objects still change after {_SETTLED_SECONDS:.0f} s"
            before = now
            time.sleep(_POLL_SECONDS)

    def _realm(self) -> dict[str, Any]:
        """A partial export of the realm, asked for through the router by the automation client."""
        endpoints, settings = self._platform.endpoints, self._platform.settings()["config"]["maas:identity"]
        base, authority = endpoints["keycloak"]["url"], endpoints["ca_file"]
        with requests.Session() as session:
            session.proxies = {"https": endpoints["proxy"]}
            secret = (self._directory / "keycloakAdminClientSecret").read_text().strip()
            client = settings.get("automationClientId", "maas-automation")
            form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
            login = f"{base}/realms/master/protocol/openid-connect/token"
            # `verify` is given with each request because REQUESTS_CA_BUNDLE would win over the session's.
            answer = session.post(login, data=form, verify=authority, timeout=_REQUEST_SECONDS)
            answer.raise_for_status()
            session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
            export = f"{base}/admin/realms/{settings.get('realm', 'maas')}/partial-export"
            wanted = {"exportClients": "true", "exportGroupsAndRoles": "true"}
            answer = session.post(export, params=wanted, verify=authority, timeout=_REQUEST_SECONDS)
            answer.raise_for_status()
            found: dict[str, Any] = answer.json()
            return found

    def _names(self) -> Names:
        """Addresses, folder and secrets of this sandbox."""
        endpoints = self._platform.endpoints
        kubeconfig = yaml.safe_load(Path(endpoints["kubeconfig"]).read_text())
        places = {
            str(self._directory): "<sandbox>",
            Path(endpoints["ca_file"]).read_text().strip(): "<certificate authority>",
            endpoints["proxy"]: "<proxy>",
            endpoints["control_url"]: "<control API>",
            kubeconfig["clusters"][0]["cluster"]["server"]: "<API server>",
        }
        files = [self._directory / secret.name for secret in SECRET_KEYS]
        return {**places, **_secret_names({file.name: file.read_text().strip() for file in files if file.exists()})}

    def _keys(self) -> Names:
        """The keys that 3scale generated for the declared applications."""
        found = {}
        for name, reference in self._platform.outputs()["test_application_keys"].items():
            secret = f"{reference['namespace']}/{reference['name']}"
            found[f"key of {name}"] = self._platform.operation("secret", secret, reference["key"])
        return _secret_names(found)

    def _told(self, what: str) -> None:
        self._say(f"{time.monotonic() - self._begun:6.1f} s  {what}")


def _secret_names(values: Mapping[str, str]) -> dict[str, str]:
    """Names for secrets, as they are and as a Secret of Kubernetes holds them."""
    plain = {value: f"<{name}>" for name, value in values.items()}
    return plain | {base64.b64encode(value.encode()).decode(): f"<{name}, base64>" for name, value in values.items()}


def _read(client: DynamicClient, inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    """One object, None when neither it nor its kind is there."""
    metadata = inputs["metadata"]
    try:
        kind = client.resources.get(api_version=inputs["apiVersion"], kind=inputs["kind"])
        found: dict[str, Any] = kind.get(name=metadata["name"], namespace=metadata.get("namespace")).to_dict()
    except (NotFoundError, ResourceNotFoundError):
        return None
    return found
