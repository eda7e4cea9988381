"""The rights of the deployer as objects that an administrator applies; pure."""

from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from components.config import Settings
from components.config.machines import MACHINE_API_NAMESPACE
from components.preflight.needs import WHOLE_CLUSTER, Need, needs
from components.preflight.needs.gateway import MONITORING_NAMESPACE, PULL_SECRET_NAMESPACE
from components.preflight.needs.operators import operators
from components.preflight.needs.reading import INGRESS_NAMESPACE

NAME = "maas-deployer"
"""Name of the ClusterRole and of every Role."""

_THE_CLUSTERS_OWN = frozenset({INGRESS_NAMESPACE, MACHINE_API_NAMESPACE, MONITORING_NAMESPACE, PULL_SECRET_NAMESPACE})

_API = "rbac.authorization.k8s.io"

Manifest = dict[str, Any]


def roles(stacks: Iterable[Settings], *, placed: bool = False) -> list[Manifest]:
    """A ClusterRole and a Role per namespace, with exactly what these stacks need together.

    A Role can only be in a namespace that exists, so before the first `pulumi up` what a stack does in namespaces of
    its own is in the ClusterRole; once they are `placed`, Roles are enough.
    """
    rights: dict[str, list[Need]] = {}
    for settings in stacks:
        for need in needs(settings):
            beforehand = need.namespace in _existing(settings)
            where = need.namespace if placed or beforehand else WHOLE_CLUSTER
            rights.setdefault(where, []).append(need)
    return [_role(namespace, rules(found)) for namespace, found in sorted(rights.items())]


def bindings(made: Iterable[Manifest], user: str) -> list[Manifest]:
    """What gives the roles to a user; a service account is the user `system:serviceaccount:<namespace>:<name>`."""
    subject = {"apiGroup": _API, "kind": "User", "name": user}
    return [
        {
            "apiVersion": f"{_API}/v1",
            "kind": f"{role['kind']}Binding",
            "metadata": dict(role["metadata"]),
            "roleRef": {"apiGroup": _API, "kind": role["kind"], "name": NAME},
            "subjects": [subject],
        }
        for role in made
    ]


def rules(found: Iterable[Need]) -> list[Manifest]:
    """Rules for needs of one place: one per group, name and set of verbs, sorted."""
    verbs: dict[tuple[str, str, str], set[str]] = {}
    for need in found:
        verbs.setdefault((need.kind.group, need.kind.resource, need.name), set()).update(need.verbs)
    same: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (group, resource, name), wanted in sorted(verbs.items()):
        # What may be done with any object need not be said of one.
        more = wanted - verbs.get((group, resource, ""), set()) if name else wanted
        if more:
            same.setdefault((group, name, tuple(sorted(more))), []).append(resource)
    return [_rule(*key, resources) for key, resources in sorted(same.items())]


def _rule(group: str, name: str, verbs: tuple[str, ...], resources: list[str]) -> Manifest:
    one = {"resourceNames": [name]} if name else {}
    return {"apiGroups": [group], "resources": resources, **one, "verbs": list(verbs)}


def written(documents: Iterable[Mapping[str, Any]], head: str) -> str:
    """The objects as one YAML file below a comment of these lines."""
    comment = "".join(f"# {line}\n" for line in head.splitlines())
    body = "".join(f"---\n{yaml.dump(dict(one), Dumper=_Lines, sort_keys=False, width=120)}" for one in documents)
    return comment + body


class _Lines(yaml.SafeDumper):
    """Lists of words in one line, lists of objects indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002 - PyYAML's signature
        """Indents lists as well."""
        super().increase_indent(flow, indentless=False)


def _list(dumper: yaml.SafeDumper, values: list[object]) -> yaml.SequenceNode:
    words = all(isinstance(one, str) for one in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=words)


_Lines.add_representer(list, _list)


def _existing(settings: Settings) -> frozenset[str]:
    """Namespaces that are there before this stack."""
    own = operators(settings)
    shared = {own["service-mesh"]} if "service-mesh" in own else set()
    dashboards = {settings.monitoring.dashboard_namespace} if settings.monitoring is not None else set()
    return frozenset(_THE_CLUSTERS_OWN | shared | dashboards)


def _role(namespace: str, found: list[Manifest]) -> Manifest:
    where = {} if namespace == WHOLE_CLUSTER else {"namespace": namespace}
    return {
        "apiVersion": f"{_API}/v1",
        "kind": "ClusterRole" if namespace == WHOLE_CLUSTER else "Role",
        "metadata": {"name": NAME, **where},
        "rules": found,
    }
