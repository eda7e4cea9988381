"""Inputs that are secrets: whoever declares one need not mark it, and what refuses one must not quote it."""

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from pulumi import Output
from pulumi.dynamic import CheckFailure, CheckResult

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Args = TypeVar("Args", bound="DataclassInstance")


def marked(args: Args, name: str) -> Args:
    """Return `args` with the input `name` as a secret, which it is where a caller forgot to mark it too; None stays."""
    value = getattr(args, name)
    return args if value is None else replace(args, **{name: Output.secret(value)})


def without_value(checked: CheckResult, name: str, allowed: str) -> CheckResult:
    """Return `checked` with one failure for the secret input `name` that does not quote it, where it is refused.

    `allowed` is a noun phrase.
    """
    failures = [failure for failure in checked.failures if failure.property != name]
    if len(failures) < len(checked.failures):
        told = f"the value, which is not shown, is refused. Allowed is {allowed}. Correct it where it is declared"
        failures.append(CheckFailure(name, told))
    return CheckResult(checked.inputs, failures)
