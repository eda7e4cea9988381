"""Declared accounts and applications."""

from components.consumers.component import Consumers, ConsumersArgs

__all__ = ["Consumers", "ConsumersArgs"]
