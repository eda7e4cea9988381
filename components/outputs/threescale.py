"""What the stack tells of its 3scale; no value of a secret, only where it is."""

from typing import Any

from components.config import Settings, hosts
from components.config.gateway_metrics import (
    ANSWERS,
    DEPLOYMENTS,
    PORT,
    PORT_NAME,
    REFUSALS,
    SECONDS,
    TOKENS,
    TROUBLE,
)

_SEED = "system-seed"
"""Secret of the first accounts, under the name that 3scale's operator prescribes."""

_ADMINISTRATORS = ("ADMIN_USER", "ADMIN_PASSWORD", "MASTER_USER", "MASTER_PASSWORD")
"""Its entries with which people sign in."""


def threescale_outputs(settings: Settings) -> dict[str, Any]:
    """The outputs that begin with `threescale_`, the token's place apart, and the gateways' counters."""
    namespace = settings.namespaces.threescale
    trouble = {} if settings.threescale.gateway_policy.is_the_guides else TROUBLE
    return {
        "threescale_admin_url": hosts.threescale_admin_url(settings),
        "threescale_master_url": hosts.threescale_master_url(settings),
        "threescale_admin_credentials_ref": {"namespace": namespace, "name": _SEED, "keys": list(_ADMINISTRATORS)},
        "threescale_file_storage": _file_storage(settings),
        "gateway_metrics": {
            "namespace": namespace,
            "port": PORT,
            "port_name": PORT_NAME,
            "pod_selectors": [{"deployment": name} for name in DEPLOYMENTS],
            "series": {"answers": ANSWERS, "refusals": REFUSALS, "seconds": SECONDS, **TOKENS, **trouble},
        },
    }


def _file_storage(settings: Settings) -> dict[str, str]:
    storage = settings.threescale.file_storage
    if (volume := storage.pvc) is not None:
        return {"kind": "pvc", "storage_class_name": volume.storage_class_name, "size": volume.size}
    if (s3 := storage.s3) is None:
        return {}
    bucket = {"kind": "s3", "bucket": s3.bucket, "region": s3.region}
    return bucket if s3.endpoint is None else {**bucket, "endpoint": f"{s3.protocol}://{s3.endpoint}"}
