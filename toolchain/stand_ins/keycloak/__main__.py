"""Start the plugin: `python -m toolchain.stand_ins.keycloak <engine address>`."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2_grpc

from toolchain.stand_ins import plugin
from toolchain.stand_ins.keycloak.servicer import KeycloakProvider


def main() -> None:
    """Serve one provider instance until the engine ends it."""
    plugin.serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(KeycloakProvider(), server))


if __name__ == "__main__":
    main()
