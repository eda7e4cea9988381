"""The platform in four layers, in the order in which they stand on each other: cluster, serving, identity, gateway."""
