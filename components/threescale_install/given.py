"""Optional secrets of the stack, where the stack file makes them needed."""

import pulumi


def given(secret: pulumi.Output[str] | None) -> pulumi.Output[str]:
    """The secret. The configuration refused the stack when it is needed and missing, so nothing stands for it."""
    return pulumi.Output.secret("") if secret is None else secret
