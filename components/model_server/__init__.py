"""One model's server."""

from components.model_server.access import ServingAccess, ServingAccessArgs, wants_access
from components.model_server.component import ModelServer, ModelServerArgs
from components.model_server.served import served_model

__all__ = ["ModelServer", "ModelServerArgs", "ServingAccess", "ServingAccessArgs", "served_model", "wants_access"]
