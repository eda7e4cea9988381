"""OpenShift AI with the parts that serve models."""

from components.openshift_ai.component import OpenShiftAi, OpenShiftAiArgs

__all__ = ["OpenShiftAi", "OpenShiftAiArgs"]
