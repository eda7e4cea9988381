"""Typed configuration of one stack; `components.config.stack.load` is its only reader of `pulumi.Config`."""

from components.config.catalog import Model
from components.config.plans import Plan
from components.config.problems import ConfigError, Problem
from components.config.settings import Settings

__all__ = ["ConfigError", "Model", "Plan", "Problem", "Settings"]
