"""Groups of the realm, and people for tests."""

from typing import Annotated

from pydantic import Field, StringConstraints

from components.config.section import DnsLabel, Email, Section, Title

Login = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z][a-z0-9-]*[a-z0-9](\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$", min_length=3, max_length=40
    ),
]
"""A user's name: lower case as Keycloak keeps it, within what porta takes (porta, app/models/user.rb), and fit to be
part of a Secret's name."""

TIER_ATTRIBUTE = "tier"
"""Attribute of a group, and claim of an access token: the plan that its members are meant for."""


class Group(Section):
    """A group of the realm: who is meant for which plan."""

    plan: DnsLabel = Field(
        description="The plan, by its key in `plans`. Its permanent name becomes the group's attribute `tier` and the "
        "claim `tier` of the portal's access tokens, for programs that give plans to people; 3scale reads neither."
    )
    default: bool = Field(
        default=False,
        description="Whether everybody who comes later joins the group. At most one group: which of two tiers counts "
        "would be chance. Not with `identity.ownsRealm: false`: the list is the owner's.",
    )


class TestUser(Section):
    """A user of the realm for tests, with a verified address; refused in production."""

    # pytest collects classes of this name.
    __test__ = False

    email: Email = Field(description="E-mail address; it counts as verified.")
    first_name: Title = Field(default="Test", description="First name; without one the realm asks for it.")
    last_name: Title = Field(default="User", description="Last name; without one the realm asks for it.")
    group: DnsLabel | None = Field(default=None, description="Group of the user, by its key in `identity.groups`.")
    temporary: bool = Field(
        default=True,
        description="Whether the first sign-in asks for another password than the stack secret "
        "`testUserPassword.<name>`, which is only the first one: changed later, the old one stays, here and in the "
        "Secret that testers read, until the user is removed and added again.",
    )
