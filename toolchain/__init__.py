"""How to get Pulumi, its plugins and the sandbox's servers on a machine that reaches package registries only."""
