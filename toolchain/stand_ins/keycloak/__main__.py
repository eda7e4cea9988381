"""Start the plugin: `python -m toolchain.stand_ins.keycloak <engine address>`."""

from __future__ import annotations

import sys

from pulumi.runtime.proto import provider_pb2_grpc

from toolchain.stand_ins import plugin
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.keycloak.servicer import KeycloakProvider


def main() -> None:
    """Serve one provider instance until the engine ends it."""
    provider = KeycloakProvider(EngineLog(plugin.engine_address(sys.argv[1:])))
    plugin.serve(lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server))


if __name__ == "__main__":
    main()
