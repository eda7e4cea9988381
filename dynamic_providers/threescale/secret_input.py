"""Inputs that are secrets: what refuses one must not quote it."""

from pulumi.dynamic import CheckFailure, CheckResult


def without_value(checked: CheckResult, name: str, allowed: str) -> CheckResult:
    """Return `checked` with one failure for the secret input `name` that does not quote it, where it is refused.

    `allowed` is a noun phrase.
    """
    failures = [failure for failure in checked.failures if failure.property != name]
    if len(failures) < len(checked.failures):
        told = f"the value, which is not shown, is refused. Allowed is {allowed}. Correct it where it is declared"
        failures.append(CheckFailure(name, told))
    return CheckResult(checked.inputs, failures)
