"""How hard a realm is to break into: guessing, life of what it issues, events."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from components.config.section import Section, rule

Lifetime = Annotated[int, Field(ge=10, le=31_536_000)]
"""Seconds, at most a year."""


class BruteForce(Section):
    """What happens to somebody who guesses passwords. It cannot be switched off."""

    max_failures: Annotated[int, Field(ge=1, le=100)] = Field(
        default=5, description="Wrong passwords after which the user has to wait."
    )
    wait_seconds: Lifetime = Field(
        default=60, description="How long the user waits the first time; each further failure adds as much."
    )
    max_wait_seconds: Lifetime = Field(default=900, description="Longest wait. Nobody is locked out for ever.")
    reset_seconds: Lifetime = Field(default=43_200, description="After this time without a failure all are forgotten.")


class Lifetimes(Section):
    """How long what the realm issues is good for, in seconds."""

    access_token_seconds: Lifetime = Field(default=300, description="An access token of the realm.")
    portal_token_seconds: Lifetime = Field(
        default=60, description="An access token of the portal, which uses it once, at sign-in."
    )
    code_seconds: Lifetime = Field(default=60, description="The code that comes back with a sign-in.")
    login_seconds: Lifetime = Field(default=1800, description="The time for a whole sign-in.")
    action_seconds: Lifetime = Field(default=300, description="The time for an action, such as a new password.")
    session_idle_seconds: Lifetime = Field(default=1800, description="A session that nobody uses.")
    session_max_seconds: Lifetime = Field(default=36_000, description="A session, however much it is used.")

    @model_validator(mode="after")
    def _sessions_end(self) -> Self:
        if self.session_idle_seconds > self.session_max_seconds:
            raise rule(
                given=f"sessionIdleSeconds is {self.session_idle_seconds}, sessionMaxSeconds is "
                f"{self.session_max_seconds}",
                allowed="sessionIdleSeconds of at most sessionMaxSeconds; a session ends at the earlier of the two",
                remedy="lower {path}.sessionIdleSeconds or raise {path}.sessionMaxSeconds",
            )
        return self


class Events(Section):
    """What the realm remembers of sign-ins and of changes by administrators."""

    keep_days: Annotated[int, Field(ge=1, le=365)] = Field(
        default=7, description="Days for which sign-ins are kept. They name people; keep them no longer than needed."
    )
