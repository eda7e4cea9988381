"""One stack of Models-as-a-Service: load, look at the cluster, place, export."""

import pulumi

from components.config.stack import load
from components.consumers import Consumers, ConsumersArgs
from components.identity_server import IdentityServer, IdentityServerArgs
from components.maas_realm import MaasRealm, MaasRealmArgs
from components.model_api import ModelApi, ModelApiArgs
from components.model_server import ModelServer, ModelServerArgs, served_model
from components.namespaces import WorkNamespaces, WorkNamespacesArgs
from components.openshift_ai import OpenShiftAi, OpenShiftAiArgs
from components.operator_install import OperatorInstall, OperatorInstallArgs, needed_operators
from components.outputs import stack_outputs
from components.preflight import inspected
from components.site import connected
from components.threescale_install import ThreeScaleInstall, ThreeScaleInstallArgs
from components.threescale_tenant import ThreeScaleTenant, ThreeScaleTenantArgs

stack = load()
facts = inspected(stack.settings)
site = connected(stack, facts.ca_bundle, facts.schemas)
settings = stack.settings

namespaces = WorkNamespaces("namespaces", WorkNamespacesArgs(site=site))
ready = {
    operator.name: OperatorInstall(operator.name, OperatorInstallArgs(site=site, operator=operator)).ready
    for operator in needed_operators(settings)
}

serving: list[pulumi.Resource] = [namespaces.models]
if (release := settings.prereqs.openshift_ai) is not None:
    platform = OpenShiftAiArgs(site=site, settings=release, operator=ready["openshift-ai"])
    serving.append(OpenShiftAi("openshift-ai", platform).ready)
for key in settings.models:
    if (model := served_model(settings, key)) is not None:
        ModelServer(key, ModelServerArgs(site=site, model=model, after=serving))

login = None
if (identity := settings.identity) is not None:
    server = IdentityServer("identity", IdentityServerArgs(site=site, identity=identity, operator=ready["keycloak"]))
    login = MaasRealm("maas", MaasRealmArgs(site=site, identity=identity, server=server.ready)).login

tenant = ThreeScaleInstall("threescale", ThreeScaleInstallArgs(site=site, operator=ready["threescale"]))
gate, manager = tenant.ready, tenant.api_manager
offers = {
    key: ModelApi(key, ModelApiArgs(site=site, key=key, ready=gate, installation=manager)).offer
    for key in settings.models
}
products, keys = [offer.product for offer in offers.values()], namespaces.consumers
base = ThreeScaleTenantArgs(site=site, namespace=keys, login=login, products=products, ready=gate, installation=manager)
begun = ThreeScaleTenant("tenant", base).prepared
Consumers("consumers", ConsumersArgs(site=site, namespace=keys, offers=offers, after=[begun], installation=manager))

for name, value in stack_outputs(settings, offers).items():
    pulumi.export(name, value)
