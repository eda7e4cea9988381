"""Developer accounts, users and applications that this stack declares itself."""

from typing import Annotated, Literal

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
    suspended: bool = Field(default=False, description="Whether the gateway refuses its key for the time being.")
    key_rotation: Annotated[str, StringConstraints(max_length=255)] = Field(
        default="", description="Any text, such as a date; a change of it replaces the key by a new random one."
    )


class User(Section):
    """A further user of an account; without a password, who signs in through the identity server."""

    username: Username = Field(description="Login name; unique in the tenant.")
    email: Email = Field(description="E-mail address; unique in the tenant.")
    role: Literal["admin", "member"] = Field(
        default="member", description="Whether the user also administers the account."
    )
    active: bool = Field(default=True, description="Whether the user can sign in.")


class Account(Section):
    """A developer's account with one user, who has no password and signs in through the identity server."""

    org_name: Title = Field(description="Name of the account.")
    username: Username = Field(description="Login name of its first user; unique in the tenant.")
    email: Email = Field(description="E-mail address of its first user; unique in the tenant.")
    users: dict[DnsLabel, User] = Field(default={}, description="Further users of the account by name.")
    subscriptions: tuple[DnsLabel, ...] = Field(
        default=(),
        description="Models the account is subscribed to, by their keys in `models`, so that its users can make "
        "applications in the portal. An application in this file subscribes too.",
    )
    monthly_billing_enabled: bool = Field(default=False, description="Whether 3scale makes invoices for the account.")
    monthly_charging_enabled: bool = Field(
        default=False, description="Whether 3scale charges the account's card for its invoices."
    )
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

TOKEN_SECRET, TOKEN_ENTRY = "threescale-access-token", "token"
"""The Secret with the token for other teams' programs; no application's Secret can have a name without a dot."""


def secret_name(account: str, application: str) -> str:
    """Name of the Secret with the key of one application; neither name can hold a dot."""
    return f"{account}.{application}"
