"""A catalogue of models on one tenant, each placed by the product's own component; no cluster."""

import json
import os
from dataclasses import fields
from typing import Any

import pulumi

from bench.tenant import TOKEN
from components.config import Settings
from components.config.secrets import SECRET_KEYS
from components.config.stack import Secrets
from components.config.validation import validated
from components.model_api import ModelApi, ModelApiArgs
from components.site import Site
from components.site.instances import FIRST, instances_by_model

APICAST = {"name": "apicast", "version": "builtin"}
OTHERS: dict[str, Any] = {
    "environment": "dev",
    "cluster": {"wildcardDomain": "apps.example.com"},
    "threescale": {
        "channel": "threescale-2.15",
        "startingCSV": "3scale-operator.v0.12.4",
        "adminEmail": "admin@example.com",
        "fileStorage": {"pvc": {"storageClassName": "shared"}},
    },
}
"""What every stack file has to say and nothing here depends on."""


class Installation(pulumi.ComponentResource):
    """Stands for the 3scale installation, which is no matter of the bench."""


def catalogue(wanted: dict[str, Any]) -> Settings:
    """The settings of a stack file with `models` equal models of somebody else's servers.

    The first one has a plan and a policy chain of its own, so that one limit and one policy can be changed.
    """
    names = [f"model-{number:03}" for number in range(wanted["models"])]
    models = {name: _model(name) for name in names}
    models[names[0]] |= {"plans": ["first"], "api": {"policies": [_timeout(wanted.get("timeout", 300)), APICAST]}}
    limits = wanted["limits"]
    first = limits | {"hits per day": wanted.get("hits", limits["hits per day"])}
    raw = OTHERS | {
        "models": models,
        "plans": {
            "standard": {"displayName": "Standard", "limits": limits},
            "first": {"displayName": "Standard", "systemName": "standard", "limits": first},
        },
    }
    return validated(raw, frozenset(key.name for key in SECRET_KEYS))


def _model(name: str) -> dict[str, Any]:
    source = {"external": f"http://{name}.models.svc:8080"}
    return {"source": source, "maxModelLen": 4096, "plans": ["standard"]}


def _timeout(seconds: int) -> dict[str, Any]:
    times = {"connect_timeout": 10, "send_timeout": 300, "read_timeout": seconds}
    return {"name": "upstream_connection", "version": "builtin", "configuration": times}


def place() -> None:
    """Register the catalogue that BENCH_SETTINGS asks for."""
    settings = catalogue(json.loads(os.environ["BENCH_SETTINGS"]))
    inputs = {"adminUrl": "https://set.in.the.environment", "accessToken": TOKEN, "caBundle": ""}
    owners = instances_by_model(settings)
    made = {name: pulumi.ProviderResource("pulumi-python", name, inputs) for name in sorted({FIRST, *owners.values()})}
    unused: dict[str, Any] = {field.name: pulumi.Output.secret("unused") for field in fields(Secrets)}
    site = Site(
        settings=settings,
        secrets=Secrets(**unused),
        ca_bundle="",
        schemas=None,
        kubernetes=made[FIRST],
        gates=made[FIRST],
        threescale=made[FIRST],
        threescale_by_model={key: made[name] for key, name in owners.items()},
        threescale_gate=made[FIRST],
    )
    installation = Installation("bench:threescale:Installation", "threescale", {})
    for key in settings.models:
        ModelApi(key, ModelApiArgs(site=site, key=key, ready=installation, installation=installation))


place()
