"""Resources that no published Pulumi provider has: 3scale's entities and gates on the cluster.

A provider class is pickled into the state as its module path and class name, so neither may ever change without an
alias.
"""
