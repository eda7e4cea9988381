"""The data connection through which model servers read the bucket with the models."""

from components.model_store.component import ModelStore, ModelStoreArgs

__all__ = ["ModelStore", "ModelStoreArgs"]
