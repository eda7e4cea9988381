"""The emulated tenant that provider tests run against, in a process of its own."""

import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

import requests

from dynamic_providers.threescale.client import AdminApi
from tests.support.plugin_host import ROOT, Held, Json, PluginHost

CANARY = "canary-4711-token-that-nobody-may-see"
"""The access token: it must be found nowhere but in the configuration of the provider."""


class Tenant:
    """A running emulator; `api` speaks to it as an administrator would, `host` is the plugin process under test."""

    def __init__(self, folder: Path, release: str = "2.15") -> None:
        self._folder = folder
        self._release = release
        self._numbers = itertools.count(1)

    def __enter__(self) -> Self:
        environment = {
            "PATH": os.environ["PATH"],
            "SANDBOX_DIR": str(self._folder),
            "THREESCALE_RELEASE": self._release,
            "ADMIN_ACCESS_TOKEN": CANARY,
            "ADMIN_PASSWORD": "administrator-1",
            "SERVICE_TOKEN_DELAY_SECONDS": "0.05",
            "PURGE_DELAY_SECONDS": "0.05",
        }
        command = [sys.executable, "-m", "sandbox.threescale"]
        self._process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout
        ports = json.loads(self._process.stdout.readline())
        self._asking = requests.Session()
        self._asking.trust_env = False
        self._faulty = True
        self.url = f"http://127.0.0.1:{ports['port']}"
        self._control = f"http://127.0.0.1:{ports['control_port']}"
        self.api = AdminApi(self.url, CANARY)
        self.host = PluginHost({"adminUrl": self.url, "accessToken": CANARY, "caBundle": ""}).__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self.host.__exit__()
        self._asking.close()
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def unique(self, word: str = "entity") -> str:
        """Return a name that no other test uses."""
        return f"{word}{next(self._numbers)}"

    def fault(self, kind: str, method: str, pattern: str, **more: Any) -> None:  # noqa: ANN401 - options of the fault
        """Order one to happen; `pattern` is searched in the path."""
        self._faulty = True
        order = {"kind": kind, "method": method, "pattern": pattern, **more}
        self._asking.post(f"{self._control}/faults", json=order, timeout=5).raise_for_status()

    def clear(self) -> None:
        """Forget faults that did not happen, and the request log."""
        # Most tests order no fault, and every test begins with this.
        for part in ("faults", "requests") if self._faulty else ("requests",):
            self._asking.delete(f"{self._control}/{part}", timeout=5).raise_for_status()
        self._faulty = False

    def restart(self) -> None:
        """Begin again as after the installation, without faults and log."""
        self._asking.post(f"{self._control}/restart-clean", timeout=5).raise_for_status()

    def requests(self) -> list[str]:
        """Return `METHOD path` of every request since `clear`, without the common prefix."""
        log = self._asking.get(f"{self._control}/requests", timeout=5).json()
        return [f"{one['method']} {one['path'].removeprefix('/admin/api/').removesuffix('.json')}" for one in log]

    def writes(self) -> list[str]:
        """Return the requests that were not reads."""
        return [one for one in self.requests() if not one.startswith("GET ")]

    def state(self) -> Json:
        """Return every row the emulator keeps, by kind."""
        kept: Json = self._asking.get(f"{self._control}/state", timeout=5).json()
        return kept

    def backend(self) -> str:
        """Return the id of a new backend."""
        name = self.unique("backend")
        body = {"system_name": name, "name": name, "private_endpoint": "http://upstream.example:80"}
        return str(self.api.item("POST", "backend_apis", {"backend_api": body})["id"])

    def product(self) -> str:
        """Return the id of a new product that uses a backend."""
        name = self.unique("product")
        product = str(self.api.item("POST", "services", {"service": {"system_name": name, "name": name}})["id"])
        usage = {"backend_api_id": int(self.backend()), "path": "/"}
        self.api.call("POST", f"services/{product}/backend_usages", {"backend_api_config": usage})
        return product

    def metric(self, product: str, name: str = "tokens") -> str:
        """Return the id of a new metric."""
        body = {"metric": {"system_name": name, "friendly_name": name, "unit": "token"}}
        return str(self.api.item("POST", f"services/{product}/metrics", body)["id"])

    def plan(self, product: str) -> str:
        """Return the id of a new, published plan without limits."""
        name = self.unique("plan")
        body = {"application_plan": {"system_name": name, "name": name, "state_event": "publish"}}
        return str(self.api.item("POST", f"services/{product}/application_plans", body)["id"])

    def deploy(self, product: str) -> None:
        """Save the configuration of a product for staging, as soon as its service token is there."""
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            self.api.call("POST", f"services/{product}/proxy/deploy")
            if list(self.api.pages(f"services/{product}/proxy/configs/sandbox", "proxy_configs")):
                return
        raise AssertionError(f"product {product} has no configuration")

    def account(self) -> str:
        """Return the id of a new account."""
        name = self.unique("user")
        body = {"org_name": name, "username": name, "email": f"{name}@example.com"}
        return str(self.api.item("POST", "signup", body)["id"])

    def service_plan(self, product: str, **fields: Any) -> str:  # noqa: ANN401 - fields of the plan
        """Return the id of a new service plan."""
        name = self.unique("plan")
        body = {"service_plan": {"system_name": name, "name": name, **fields}}
        return str(self.api.item("POST", f"services/{product}/service_plans", body)["id"])

    def application(self, account: str, plan: str) -> str:
        """Return the id of a new application."""
        body = {"plan_id": int(plan), "name": self.unique("application"), "description": "Made by hand"}
        return str(self.api.item("POST", f"accounts/{account}/applications", body)["id"])


__all__ = ["CANARY", "Held", "Json", "Tenant"]
