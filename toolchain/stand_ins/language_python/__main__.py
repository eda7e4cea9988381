"""Start the language host: `python -m toolchain.stand_ins.language_python <what the CLI passes>`."""

from __future__ import annotations

import sys

from pulumi.runtime.proto import language_pb2_grpc

from toolchain.stand_ins import plugin
from toolchain.stand_ins.language_python.children import Children
from toolchain.stand_ins.language_python.host import LanguageHost


def main() -> None:
    """Serve until the CLI ends the host; the program that still runs then is interrupted first."""
    children = Children()
    host = LanguageHost(plugin.engine_address(sys.argv[1:]), children)
    plugin.serve(
        lambda server: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server), at_end=children.finish
    )


if __name__ == "__main__":
    main()
