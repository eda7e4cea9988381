"""What other teams read from the stack."""

from components.outputs.values import stack_outputs

__all__ = ["stack_outputs"]
