"""Run the plugin: `python -m toolchain.stand_ins.kubernetes <engine address>`."""

import sys

from toolchain.stand_ins import plugin
from toolchain.stand_ins.kubernetes.server import registered

if __name__ == "__main__":
    plugin.serve(registered(plugin.engine_address(sys.argv[1:])))
