"""The declared end of an access token that is to be made: one that has passed would make a token that opens nothing."""

from datetime import datetime

from pulumi.dynamic import CheckFailure, CheckResult

from dynamic_providers.declared import has_unknown
from dynamic_providers.threescale.token_refusals import over

END = "expires_at"


def not_over(checked: CheckResult, now: datetime) -> CheckResult:
    """Return `checked` with one failure more where the end is known and not after `now`."""
    end, refused = checked.inputs[END], any(failure.property == END for failure in checked.failures)
    if not end or refused or has_unknown(end) or datetime.fromisoformat(end) > now:
        return checked
    return CheckResult(checked.inputs, [*checked.failures, CheckFailure(END, over(end))])
