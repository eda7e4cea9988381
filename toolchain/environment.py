"""Environment variables under which the installed Pulumi works: its own home, no download, no question, no news.

`bin` of the manifest goes in front of PATH as well. Deliberately absent: backend, passphrase and proxy settings, which
belong to a stack or a sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toolchain.layout import Layout


def environment(layout: Layout) -> dict[str, str]:
    """Name to value (sdk/v3, go/common/env/env.go)."""
    return {
        "PULUMI_HOME": str(layout.pulumi_home),
        # A missing plugin is an error at once instead of a download that hangs.
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        # A plugin on the user's PATH would be taken whatever its version.
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_SUPPRESS_NEO_LINK": "true",
    }
