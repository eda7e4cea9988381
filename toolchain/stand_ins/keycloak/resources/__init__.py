"""The resource types, one module per group of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.keycloak.resources.client_scopes import ClientDefaultScopes
from toolchain.stand_ins.keycloak.resources.clients import Client
from toolchain.stand_ins.keycloak.resources.groups import DefaultGroups, Group, GroupRoles
from toolchain.stand_ins.keycloak.resources.identity_provider_mappers import AttributeImporter, HardcodedGroup
from toolchain.stand_ins.keycloak.resources.identity_providers import Github, Google, Oidc, OpenshiftV4
from toolchain.stand_ins.keycloak.resources.mappers import MAPPERS
from toolchain.stand_ins.keycloak.resources.realm_events import RealmEvents
from toolchain.stand_ins.keycloak.resources.realms import Realm
from toolchain.stand_ins.keycloak.resources.required_actions import RequiredAction
from toolchain.stand_ins.keycloak.resources.roles import Role
from toolchain.stand_ins.keycloak.resources.saml_identity_provider import Saml
from toolchain.stand_ins.keycloak.resources.service_accounts import (
    ClientServiceAccountRealmRole,
    ClientServiceAccountRole,
)
from toolchain.stand_ins.keycloak.resources.user_groups import UserGroups
from toolchain.stand_ins.keycloak.resources.users import User

if TYPE_CHECKING:
    from toolchain.stand_ins.keycloak.resources.resource import Resource

ALL: tuple[Resource, ...] = (
    Realm(),
    RealmEvents(),
    Client(),
    ClientDefaultScopes(),
    *MAPPERS,
    ClientServiceAccountRole(),
    ClientServiceAccountRealmRole(),
    Oidc(),
    Google(),
    Github(),
    OpenshiftV4(),
    Saml(),
    HardcodedGroup(),
    AttributeImporter(),
    Role(),
    Group(),
    GroupRoles(),
    DefaultGroups(),
    User(),
    UserGroups(),
    RequiredAction(),
)

BY_TYPE: dict[str, Resource] = {f"keycloak:{resource.type_name}": resource for resource in ALL}
"""Every covered resource type by its full type token."""
