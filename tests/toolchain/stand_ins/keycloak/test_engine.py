"""A real program through the real engine and a real Keycloak."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.toolchain.stand_ins.engine import engine
from toolchain.stand_ins.keycloak.api import AdminApi
from toolchain.stand_ins.keycloak.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.toolchain.stand_ins.keycloak.keycloak_server import Server

pytestmark = pytest.mark.slow

PROGRAM = """
import os
import pulumi
import pulumi_keycloak as keycloak
from pulumi_keycloak import openid

config = pulumi.Config()
provider = keycloak.Provider(
    "kc",
    url=os.environ["TEST_URL"],
    realm="master",
    client_id=os.environ["TEST_ID"],
    client_secret=pulumi.Output.secret(os.environ["TEST_SECRET"]),
    initial_login=False,
    client_timeout=60,
)
by = pulumi.ResourceOptions(provider=provider)
realm = keycloak.Realm("realm", realm="engine", display_name=config.get("title") or "A", opts=by)
client = openid.Client(
    "client",
    realm_id=realm.id,
    client_id="3scale",
    name="portal",
    access_type=config.get("access") or "CONFIDENTIAL",
    standard_flow_enabled=True,
    valid_redirect_uris=["https://b/*", "https://a/*"],
    opts=by,
)
openid.UserPropertyProtocolMapper(
    "verified",
    realm_id=realm.id,
    client_id=client.id,
    user_property="emailVerified",
    claim_name="email_verified",
    claim_value_type="boolean",
    opts=by,
)
openid.UserAttributeProtocolMapper(
    "org", realm_id=realm.id, client_id=client.id, user_attribute="email", claim_name="org_name", opts=by
)
pulumi.export("secret", client.client_secret)
"""


def test_a_program_lives(server: Server, tmp_path: Path) -> None:
    project = engine(tmp_path, PROGRAM)
    given = {"TEST_URL": server.url, "TEST_ID": server.client_id, "TEST_SECRET": server.client_secret}
    project.environ.update(given)
    project.environ["TEST_URL"] = "http://127.0.0.1:1"
    assert "6 to create" in project.run("preview")
    project.run("config", "set", "access", "confidential")
    assert "expected access_type to be one of" in project.run("preview", ok=False)
    project.run("config", "rm", "access")

    project.environ["TEST_URL"] = server.url
    assert "6 created" in project.run("up", "--yes", "--skip-preview")
    project.run("preview", "--expect-no-changes")
    project.run("refresh", "--yes", "--expect-no-changes", "--skip-preview")

    api = AdminApi(settings(server.inputs()))
    api.put("realms", "engine", body={**api.get("realms", "engine"), "displayName": "by hand"})
    project.run("refresh", "--yes", "--skip-preview")
    assert "~ displayName" in project.run("preview", "--diff")
    project.run("up", "--yes", "--skip-preview")
    assert api.get("realms", "engine")["displayName"] == "A"

    state = project.run("stack", "export")
    secret = json.loads(project.run("stack", "output", "--json", "--show-secrets"))["secret"]
    assert server.client_secret not in state
    assert secret not in state
    assert "6 deleted" in project.run("destroy", "--yes", "--skip-preview")
    assert "engine" not in [realm["realm"] for realm in api.get("realms")]
