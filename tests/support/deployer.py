"""The deployer of a sandbox: a user with a client certificate and the rights that the product prints, no others."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import yaml

from sandbox.layout import Layout
from tests.support.recorded_rights import Right
from tests.support.running_sandbox import RunningSandbox

PROJECT = Path(__file__).resolve().parents[2]
PYTHON = str(PROJECT / ".venv" / "bin" / "python")
USER = "deployer"

_API = "rbac.authorization.k8s.io"
_REVIEWS = "/apis/authorization.k8s.io/v1/subjectaccessreviews"
_SECONDS = 60.0
_APPLIED = "fieldManager=administrator&force=true"


class Call(NamedTuple):
    """One request of a user, as the API server's audit log has it."""

    right: Right
    """What it needs; without a resource for what is no object, as discovery is."""
    path: str
    status: int
    granted_by: str
    """Why it was allowed, in the server's words; empty where it was not."""
    dry_run: bool


@dataclass(frozen=True)
class Deployer:
    """The user, and the administrator who gives rights to it; `directory` is that of a started sandbox."""

    directory: Path

    @property
    def kubeconfig(self) -> Path:
        """What the user logs in with, made on first use."""
        path = Layout.at(self.directory).users / f"{USER}.kubeconfig"
        return path if path.is_file() else Path(_python("sandbox", "user", USER, "--dir", str(self.directory)).strip())

    def granted(self, stack_file: Path, *, placed: bool = False) -> list[dict[str, Any]]:
        """Apply, as the administrator, what the product prints for a stack file; returns the objects."""
        how = ["--placed"] if placed else []
        said = _python("components.preflight", "rbac", str(stack_file), "--user", USER, *how)
        objects: list[dict[str, Any]] = list(yaml.safe_load_all(said))
        self.apply(objects)
        return objects

    def apply(self, objects: list[dict[str, Any]]) -> None:
        """Apply roles and bindings as the administrator; what they grant is granted at the end."""
        for one in objects:
            answer = self._administrator.kube("PATCH", f"{path(one)}?{_APPLIED}", one, "application/apply-patch+yaml")
            assert answer.status in (200, 201), answer.body
        for right in granted_rights(objects):
            self.until(right, allowed=True)

    def until(self, right: Right, *, allowed: bool) -> None:
        """Wait until the API server, which learns of roles a moment after they are written, grants a right or not."""
        deadline = time.monotonic() + _SECONDS
        while self._may(right) is not allowed:
            assert time.monotonic() < deadline, f"{right}: still {'refused' if allowed else 'granted'}"
            time.sleep(0.05)  # asked again; there is no event

    def _may(self, right: Right) -> bool:
        resource, _, part = right.resource.partition("/")
        wanted = {"group": right.group, "resource": resource, "subresource": part, "verb": right.verb}
        where = {"namespace": right.namespace, "name": right.name}
        review = {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SubjectAccessReview",
            "spec": {"user": USER, "resourceAttributes": {**wanted, **where}},
        }
        return bool(self._administrator.kube("POST", _REVIEWS, review).json()["status"]["allowed"])

    @property
    def _administrator(self) -> RunningSandbox:
        return RunningSandbox(Layout.at(self.directory))

    def calls(self) -> list[Call]:
        """Every request that the user made so far, oldest first."""
        with Layout.at(self.directory).audit.open("rb") as stream:
            # The server may still be writing the last line.
            events = [json.loads(line) for line in stream if line.endswith(b"\n")]
        return [_call(event) for event in events if event["user"]["username"] == USER]


def path(one: dict[str, Any]) -> str:
    """Where a role or a binding lies."""
    namespace = one["metadata"].get("namespace")
    where = f"namespaces/{namespace}/" if namespace else ""
    return f"/apis/{_API}/v1/{where}{one['kind'].lower()}s/{one['metadata']['name']}"


def granted_rights(objects: list[dict[str, Any]]) -> Iterator[Right]:
    """The rights in roles; a ClusterRole's are in the namespace ''."""
    for one in objects:
        for rule in one.get("rules", []):
            for group in rule["apiGroups"]:
                for resource in rule["resources"]:
                    for verb in rule["verbs"]:
                        for name in rule.get("resourceNames", [""]):
                            yield Right(group, resource, verb, one["metadata"].get("namespace", ""), name)


def _call(event: dict[str, Any]) -> Call:
    address, reasons = urlsplit(event["requestURI"]), event.get("annotations", {})
    allowed = reasons.get("authorization.k8s.io/decision") == "allow"
    return Call(
        right=_right(event),
        path=address.path,
        status=int((event.get("responseStatus") or {}).get("code", 0)),
        granted_by=reasons.get("authorization.k8s.io/reason", "") if allowed else "",
        dry_run="dryRun" in parse_qs(address.query),
    )


def _right(event: dict[str, Any]) -> Right:
    wanted = event.get("objectRef")
    if wanted is None:
        return Right("", "", event["verb"])
    part = f"/{wanted['subresource']}" if "subresource" in wanted else ""
    # The server counts a namespace as being in itself.
    namespace = "" if wanted["resource"] == "namespaces" else wanted.get("namespace", "")
    return Right(
        wanted.get("apiGroup", ""), wanted["resource"] + part, event["verb"], namespace, wanted.get("name", "")
    )


def _python(module: str, *arguments: str) -> str:
    done = subprocess.run(
        [PYTHON, "-m", module, *arguments], cwd=PROJECT, text=True, check=False, capture_output=True, env={**os.environ}
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
