"""What must outlast a mistake does in production, and nothing stands in the way elsewhere."""

import re
from collections.abc import Mapping
from typing import NamedTuple

import pytest

from tests.components.config.test_identity import LEGACY
from tests.components.config.test_storage import IMAGE, MINIO, ODF, imported
from tests.example_stacks.stacks import Example, previewed, stack_files
from tests.support.platform import program_of
from tests.support.recorder import Recording
from tests.support.stack_file import CANARIES, PRODUCTION_CANARIES, ROOT, dev_stack, merged, prod_stack

K = "kubernetes:"


class Kept(NamedTuple):
    """How the engine keeps a resource."""

    type: str
    name: str
    on_deletion: bool


MANAGER = Kept(f"{K}apps.3scale.net/v1alpha1:APIManager", "threescale", on_deletion=False)
ITS_NAMESPACE = Kept(f"{K}core/v1:Namespace", "threescale-namespace", on_deletion=False)
REALM = Kept("keycloak:index/realm:Realm", "maas", on_deletion=False)
STORAGE = Kept(f"{K}ocs.openshift.io/v1:StorageCluster", "storage", on_deletion=False)
STORAGE_NAMESPACE = Kept(f"{K}core/v1:Namespace", "odf-namespace", on_deletion=False)
CLAIM = Kept(f"{K}objectbucket.io/v1alpha1:ObjectBucketClaim", "model-bucket", on_deletion=True)
CLAIM_NAMESPACE = Kept(f"{K}core/v1:Namespace", "namespaces-models", on_deletion=True)
LEGACY_REALM = Kept(f"{K}keycloak.org/v1alpha1:KeycloakRealm", "maas-realm", on_deletion=False)
LEGACY_NAMESPACE = Kept(f"{K}core/v1:Namespace", "keycloak-namespace", on_deletion=False)

IN_PRODUCTION: Mapping[str, frozenset[Kept]] = {
    "minimal": frozenset({MANAGER, ITS_NAMESPACE, REALM}),
    "prod-aws": frozenset({MANAGER, ITS_NAMESPACE, REALM, STORAGE, STORAGE_NAMESPACE, CLAIM, CLAIM_NAMESPACE}),
}
"""What each stack file for production keeps."""


def kept(found: Recording) -> frozenset[Kept]:
    """What the engine refuses to delete, and whether it would leave it even if it were allowed to."""
    assert [one.urn for one in found.resources if one.retain_on_delete and not one.protect] == []
    return frozenset(Kept(one.type, one.name, one.retain_on_delete) for one in found.resources if one.protect)


@pytest.mark.row("S-259")
@pytest.mark.parametrize("example", stack_files(), ids=lambda one: one.name)
def test_production_keeps_what_nobody_could_make_again_and_other_environments_keep_nothing(example: Example) -> None:
    production = example.config["environment"] == "prod"
    assert (example.name in IN_PRODUCTION) is production
    assert kept(previewed(example)) == IN_PRODUCTION.get(example.name, frozenset())


@pytest.mark.row("S-259")
def test_a_realm_of_the_legacy_operator_is_kept_with_the_namespace_of_its_object() -> None:
    database = {"host": "pg.example.com", "caBundle": "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n"}
    identity = {**LEGACY, "database": database}
    secrets = {**CANARIES, **PRODUCTION_CANARIES}
    found = program_of(merged(prod_stack(identity=None), {"identity": identity}), secrets=secrets)
    assert kept(found) == {MANAGER, ITS_NAMESPACE, LEGACY_REALM, LEGACY_NAMESPACE}


@pytest.mark.row("S-259")
@pytest.mark.parametrize("environment", ["dev", "test"])
@pytest.mark.parametrize("store", [{"kind": "obc"}, MINIO], ids=lambda store: str(store["kind"]))
def test_outside_production_a_bucket_goes_with_its_stack(environment: str, store: dict[str, str]) -> None:
    changes = {"modelStore": store, "modelImport": {"image": IMAGE}, "storage": {"odf": ODF}, "models": imported()}
    secrets = {**CANARIES, "modelStoreAccessKeyId": "canary-id", "modelStoreSecretAccessKey": "canary-key"}
    assert kept(program_of(dev_stack(environment=environment, **changes), secrets=secrets)) == frozenset()


def test_the_page_names_every_kind_that_is_kept() -> None:
    text = (ROOT / "docs" / "removal.md").read_text(encoding="utf-8")
    table = text.partition("## What production keeps")[2].partition("\n### ")[0]
    named = {
        (kind, row.rstrip(" |").endswith("yes"))
        for row in re.findall(r"^\|.*\|$", table, re.MULTILINE)
        for kind in re.findall(r"`(\w+)`", row.split("|")[1])
    }
    kinds = {
        (one.type.rpartition(":")[2], one.on_deletion)
        for one in (LEGACY_REALM, *IN_PRODUCTION["prod-aws"])
        if one not in (ITS_NAMESPACE, STORAGE_NAMESPACE)
    }
    assert named == {(kind, on_deletion) for kind, on_deletion in kinds if kind != "Namespace"}
