"""One operator, installed by OLM in exactly one version."""

from components.operator_install.catalogue import Operator, needed_operators
from components.operator_install.component import OperatorInstall, OperatorInstallArgs

__all__ = ["Operator", "OperatorInstall", "OperatorInstallArgs", "needed_operators"]
