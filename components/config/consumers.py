"""Developer accounts and applications that this stack declares itself."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.section import DnsLabel, Email, Section, Title

Username = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.@+-]+$", min_length=3, max_length=40)]
"""A developer's login name (porta, app/models/user.rb: 3 to 40 characters)."""


class Application(Section):
    """One application: a key for one model under one plan."""

    model: DnsLabel = Field(description="The model, by its key in `models`.")
    plan: DnsLabel = Field(description="The plan, by its key in `plans`; the model must offer it.")
    description: Annotated[str, StringConstraints(max_length=2000)] = Field(
        default="", description="What the application is for."
    )


class Account(Section):
    """A developer's account with one user, who has no password and signs in through the identity server."""

    org_name: Title = Field(description="Name of the account.")
    username: Username = Field(description="Login name of its user; unique in the tenant.")
    email: Email = Field(description="E-mail address of its user; unique in the tenant.")
    applications: dict[DnsLabel, Application] = Field(
        default={}, description="The account's applications by name; each key lands in a Secret of its own."
    )
    adopt: bool = Field(
        default=False, description="Takes over an account that already has this user. When false, that is an error."
    )


class Consumers(Section):
    """Accounts declared in the stack file; people who sign in by themselves are not listed here."""

    accounts: dict[DnsLabel, Account] = Field(default={}, description="Accounts by name.")


KEY_ENTRY = "UserKey"
"""Entry of a Secret that holds an application's key; the 3scale operator uses the same name."""


def secret_name(account: str, application: str) -> str:
    """Name of the Secret with the key of one application; neither name can hold a dot."""
    return f"{account}.{application}"
