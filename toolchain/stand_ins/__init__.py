"""Own plugins that speak Pulumi's gRPC protocol, for what no package registry carries."""
