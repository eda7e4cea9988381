"""Stand-in for pulumi-resource-kubernetes 4.32.0: the same answers on the wire, by the official client."""
