"""The public addresses of one model."""

from components.model_route.component import ModelRoute, ModelRouteArgs

__all__ = ["ModelRoute", "ModelRouteArgs"]
