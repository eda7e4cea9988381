"""What `verify` prints for a person: addresses, and lines to paste. No line holds a secret; it is read when it runs."""

import json
import shlex
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from components.config.identity_names import AUTOMATION_SECRET, CLIENT_ENTRIES
from components.config.namespaces import Namespaces
from components.threescale_install.api_manager import SEED_SECRET
from operations.cluster import Access
from operations.stack import PROJECT
from operations.verify.gateway import question


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Where a value is: a Secret, and the entry in it."""

    namespace: str
    name: str
    key: str


def reading(entry: Entry, access: Access) -> str:
    """A line that prints the value to whoever runs it, from any directory, which stays the current one."""
    where = ["--kubeconfig", access.kubeconfig, *(["--context", access.context] if access.context else [])]
    command = [sys.executable, "-m", "operations", "secret", *where, f"{entry.namespace}/{entry.name}", entry.key]
    return f"(cd {shlex.quote(str(PROJECT))} && {shlex.join(command)})"


def curl(model: Mapping[str, Any], entry: Entry, access: Access, environment: Mapping[str, str]) -> str:
    """A line for bash that calls the model.

    The key is on no screen, in no history, and in no process's arguments, which every user of the machine can read:
    printf is part of the shell, and curl reads the header from a pipe.
    """
    network = []
    if proxy := environment.get("HTTPS_PROXY") or environment.get("https_proxy"):
        network += ["--proxy", proxy]
    if authority := environment.get("REQUESTS_CA_BUNDLE") or environment.get("SSL_CERT_FILE"):
        network += ["--cacert", authority]
    bearer = f"""@<(printf 'Authorization: Bearer %s' "${reading(entry, access)}")"""
    body = shlex.quote(json.dumps(question(str(model["served_model_name"]))))
    url = f"{str(model['production_url']).rstrip('/')}/v1/chat/completions"
    command = shlex.join(["curl", "-sS", *network])
    return f"{command} -H {bearer} -H 'Content-Type: application/json' -d {body} {shlex.quote(url)}"


def addresses(outputs: Mapping[str, Any], namespaces: Namespaces, access: Access) -> Iterator[str]:
    """One line per address of the stack's outputs, and below it the line that reads how to sign in there."""
    yield f"Developer portal: {outputs['portal_url']}"
    yield f"3scale admin portal: {outputs['threescale_admin_url']}"
    yield "  user admin, password:"
    password = Entry(namespace=namespaces.threescale, name=SEED_SECRET, key="ADMIN_PASSWORD")
    yield f"    {reading(password, access)}"
    if issuer := outputs.get("identity_issuer_url"):
        yield f"Keycloak: {str(issuer).partition('/realms/')[0]}"
        for entry in _administrator(outputs, namespaces):
            yield f"  {entry.key} of the administrator:"
            yield f"    {reading(entry, access)}"


def _administrator(outputs: Mapping[str, Any], namespaces: Namespaces) -> list[Entry]:
    """Where the identity server's administrator is; nowhere for a server that somebody else runs."""
    # A stack that has not been updated since tells of no console either.
    if (told := outputs.get("identity_admin_credentials_ref")) is not None:
        namespace, name, keys = told["namespace"], told["name"], told["keys"]
    elif outputs.get("identity_admin_console_url") is None:
        namespace, name, keys = namespaces.identity, AUTOMATION_SECRET, CLIENT_ENTRIES
    else:
        return []
    return [Entry(namespace=namespace, name=name, key=key) for key in keys]
