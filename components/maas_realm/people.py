"""Groups of the realm, and people for tests."""

from collections.abc import Mapping

import pulumi
import pulumi_keycloak as keycloak
from pulumi_kubernetes.core import v1 as core

from components.config.identity_names import PASSWORD_ENTRY, test_user_secret
from components.config.identity_people import TIER_ATTRIBUTE
from components.maas_realm.place import Place
from components.site import secret_data

UPDATE_PASSWORD = "UPDATE_PASSWORD"  # noqa: S105 - Keycloak's name of an action
"""What a temporary password asks for; the server adds it, and declared it is no difference."""


def groups(place: Place) -> Mapping[str, keycloak.Group]:
    """Place a group per tier; returns them by name."""
    plans = place.site.settings
    return {
        key: keycloak.Group(
            f"{place.name}-group-{key}",
            realm_id=place.realm_id,
            name=key,
            attributes={TIER_ATTRIBUTE: plans.plan_system_name(group.plan)},
            opts=place.opts,
        )
        for key, group in place.identity.groups.items()
    }


def default_groups(place: Place, made: Mapping[str, keycloak.Group]) -> list[pulumi.Resource]:
    """Place what lets everybody join the default group; returns what users have to wait for.

    The server gives default groups to later users only.
    """
    chosen = [made[key].id for key, group in place.identity.groups.items() if group.default]
    if not chosen:
        return []
    name = f"{place.name}-default-groups"
    return [keycloak.DefaultGroups(name, realm_id=place.realm_id, group_ids=chosen, opts=place.opts)]


def test_users(
    place: Place, made: Mapping[str, keycloak.Group], after: list[pulumi.Resource], namespace: pulumi.Resource | None
) -> None:
    """Place the users for tests, each with its group and a Secret in `namespace` that holds the first password."""
    for name, user in place.identity.test_users.items():
        password = place.site.secrets.test_users[name]
        account = _user(place, name, password, after)
        if user.group is not None:
            keycloak.UserGroups(
                f"{place.name}-user-{name}-groups",
                realm_id=place.realm_id,
                user_id=account.id,
                group_ids=[made[user.group].id],
                # Groups that somebody adds by hand, and the default one, stay.
                exhaustive=False,
                opts=place.opts,
            )
        _secret(place, name, password, namespace)


def _user(place: Place, name: str, password: pulumi.Output[str], after: list[pulumi.Resource]) -> keycloak.User:
    """A complete profile: Keycloak asks at sign-in for what is missing."""
    user = place.identity.test_users[name]
    return keycloak.User(
        f"{place.name}-user-{name}",
        realm_id=place.realm_id,
        username=name,
        email=user.email,
        email_verified=True,
        first_name=user.first_name,
        last_name=user.last_name,
        enabled=True,
        required_actions=[UPDATE_PASSWORD] if user.temporary else [],
        initial_password=keycloak.UserInitialPasswordArgs(value=password, temporary=user.temporary),
        # Once the user has chosen a password the server takes the action away, and must not get it back. The first
        # password counts when the user is made, and never again.
        opts=pulumi.ResourceOptions.merge(
            place.after(*after), pulumi.ResourceOptions(ignore_changes=["requiredActions", "initialPassword"])
        ),
    )


def _secret(place: Place, name: str, password: pulumi.Output[str], namespace: pulumi.Resource | None) -> None:
    core.Secret(
        f"{place.name}-user-{name}-password",
        metadata={"name": test_user_secret(name), "namespace": place.site.settings.namespaces.consumers},
        data=secret_data({PASSWORD_ENTRY: password}),
        opts=pulumi.ResourceOptions(
            parent=place.opts.parent,
            provider=place.site.kubernetes,
            depends_on=[] if namespace is None else [namespace],
            # It tells what the user was made with.
            ignore_changes=["data"],
        ),
    )
