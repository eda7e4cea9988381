"""One model's API: what a developer subscribes to."""

from components.model_api.component import ModelApi, ModelApiArgs

__all__ = ["ModelApi", "ModelApiArgs"]
