"""The two files that tell others where this sandbox is: `endpoints.json` for programs, `env` for shells."""

from __future__ import annotations

import json
import secrets
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.kube.pki import bundle
from sandbox.layout import Layout, write_private

if TYPE_CHECKING:
    from sandbox.manifest import Tools

_TENANT = "maas"
# Without these gRPC would send the engine's own loopback traffic through the proxy.
_DIRECT = "127.0.0.1,localhost,::1"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """What the files are written from: the apps domain and the two ports of the supervisor."""

    domain: str
    proxy_port: int
    control_port: int

    @property
    def proxy(self) -> str:
        """The router as an HTTP proxy."""
        return f"http://127.0.0.1:{self.proxy_port}"

    @property
    def control(self) -> str:
        """The control API."""
        return f"http://127.0.0.1:{self.control_port}"


def endpoints(layout: Layout, addresses: Addresses) -> dict[str, object]:
    """The content of `endpoints.json`."""
    return {
        "domain": addresses.domain,
        "kubeconfig": str(layout.kubeconfig),
        "ca_file": str(layout.ca),
        "proxy": addresses.proxy,
        "threescale": {
            "admin_url": f"https://{_TENANT}-admin.{addresses.domain}",
            "control_url": f"{addresses.control}/threescale",
        },
        "keycloak": {"url": f"https://sso.{addresses.domain}"},
        "control_url": addresses.control,
    }


_ELSEWHERE = (
    "THREESCALE_ADMIN_URL",
    "THREESCALE_ACCESS_TOKEN",
    "KEYCLOAK_URL",
    "KEYCLOAK_ADMIN_URL",
    "KEYCLOAK_REALM",
    "KEYCLOAK_CLIENT_ID",
    "KEYCLOAK_CLIENT_SECRET",
    "KEYCLOAK_USER",
    "KEYCLOAK_PASSWORD",
    "KEYCLOAK_ACCESS_TOKEN",
    # The CLI prefers it to the file.
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_DEBUG_PROVIDERS",
    "ALL_PROXY",
    "all_proxy",
    "HTTP_PROXY",
    "http_proxy",
)
"""Variables of a person's shell that would lead away from the sandbox, to a real tenant or realm."""


def environment(layout: Layout, addresses: Addresses, tools: Tools) -> dict[str, str]:
    """The variables of `env`, the search path aside."""
    variables = dict(tools.environment)
    variables |= {
        "HTTPS_PROXY": addresses.proxy,
        "https_proxy": addresses.proxy,
        "NO_PROXY": _DIRECT,
        "no_proxy": _DIRECT,
        "SSL_CERT_FILE": str(layout.ca_bundle),
        "REQUESTS_CA_BUNDLE": str(layout.ca_bundle),
        # curl takes this one first, and many machines set it.
        "CURL_CA_BUNDLE": str(layout.ca_bundle),
        "KUBECONFIG": str(layout.kubeconfig),
        # What a killed program leaves behind goes with the sandbox.
        "TMPDIR": str(layout.root / "tmp"),
        "PULUMI_BACKEND_URL": f"file://{layout.root / 'pulumi-state'}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(layout.passphrase),
        # The stack on a sandbox is `dev`, and its file is the private copy beside everything else of the sandbox.
        "PULUMI_OPTION_CONFIG_FILE": str(layout.root / "Pulumi.dev.yaml"),
    }
    if tools.pulumi_home is not None:
        variables["PULUMI_HOME"] = str(tools.pulumi_home)
    return variables


def write_endpoints(layout: Layout, addresses: Addresses, tools: Tools, authority_pem: str) -> None:
    """Write both files and what they point at; only the owner can read them."""
    write_private(layout.ca, authority_pem)
    write_private(layout.ca_bundle, bundle(authority_pem))
    for name in ("pulumi-state", "tmp"):
        (layout.root / name).mkdir(mode=0o700, exist_ok=True)
    if not layout.passphrase.exists():
        write_private(layout.passphrase, secrets.token_urlsafe(32))
    lines = [f"unset {name}" for name in _ELSEWHERE]
    lines += [f"export {name}={shlex.quote(value)}" for name, value in environment(layout, addresses, tools).items()]
    if tools.bin is not None:
        lines.append(f'export PATH={shlex.quote(str(tools.bin))}:"$PATH"')
    head = "# Points pulumi and the checks at this sandbox; not for anything that needs the internet.\n"
    write_private(layout.env, head + "\n".join(lines) + "\n")
    write_private(layout.endpoints, json.dumps(endpoints(layout, addresses), indent=2) + "\n")
