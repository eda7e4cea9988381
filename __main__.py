"""One stack of Models-as-a-Service: load, look at the cluster, place the layers, export."""

import pulumi

from components.config.stack import load
from components.outputs import stack_outputs
from components.preflight import inspected
from components.site import connected
from layers import cluster, gateway, identity, serving

stack = load()
facts = inspected(stack.settings)
site = connected(stack, facts.ca_bundle, facts.schemas)

ground = cluster.place(site, facts.machine_sets)
served = serving.place(site, ground)
login = identity.place(site, ground)
offers = gateway.place(site, ground, served, login)

for name, value in stack_outputs(stack.settings, offers, site.watched).items():
    pulumi.export(name, value)
