"""A program that places every model of its stack file on an emulated tenant, without a cluster around it."""

import os

import pulumi

from components.config.stack import Stack, load
from components.model_api import ModelApi, ModelApiArgs
from components.site import Site
from components.site.instances import FIRST, instances_by_model
from dynamic_providers.threescale.gate import Gate, GateArgs


def site_of(stack: Stack) -> Site:
    """The stack on the tenant at TENANT_URL; what would be a cluster's is the tenant's."""
    api = {
        "adminUrl": os.environ["TENANT_URL"],
        "accessToken": stack.secrets.threescale_access_token,
        "caBundle": "",
    }
    owners = instances_by_model(stack.settings)
    names = sorted({FIRST, *owners.values()})
    instances = {name: pulumi.ProviderResource("pulumi-python", name, api) for name in names}
    first = instances[FIRST]
    return Site(
        settings=stack.settings,
        secrets=stack.secrets,
        ca_bundle="",
        schemas=None,
        kubernetes=first,
        gates=first,
        threescale=first,
        threescale_by_model={key: instances[name] for key, name in owners.items()},
        threescale_gate=first,
    )


def place() -> None:
    """Place all models, and accounts where there are any; a gate stands for the installation."""
    site = site_of(load())
    ready = Gate("ready", GateArgs(), pulumi.ResourceOptions(provider=site.threescale))
    offers = {
        key: ModelApi(key, ModelApiArgs(site=site, key=key, ready=ready, installation=ready)).offer
        for key in site.settings.models
    }
    if site.settings.consumers.accounts:
        from components.consumers import Consumers, ConsumersArgs  # noqa: PLC0415 - needs a cluster's plugin

        declared = ConsumersArgs(site=site, namespace=ready, offers=offers, after=[], installation=ready)
        Consumers("consumers", declared)
