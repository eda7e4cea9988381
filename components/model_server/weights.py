"""Where KServe finds a model's weights; pure."""

from typing import Any

from components.config.model_source import Source
from components.config.storage import CONNECTION


def location(source: Source) -> dict[str, Any]:
    """The part of an InferenceService's model that names its weights: an image, or a folder of the connected bucket."""
    if source.oci is not None:
        return {"storageUri": f"oci://{source.oci}"}
    return {"storage": {"key": CONNECTION, "path": source.bucket_prefix}}
