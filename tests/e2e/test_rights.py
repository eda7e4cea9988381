"""The deployer's rights are looked at before anything is made."""

import copy

import pytest

from tests.e2e.test_changes import MODEL
from tests.support.deployed import Platform
from tests.support.deployer import Deployer
from tests.support.recorded_rights import Right

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

SERVERS = "inferenceservices"


@pytest.mark.row("S-003", "S-004")
def test_a_right_that_was_taken_away_is_named_and_nothing_is_made(platform: Platform, deployer: Deployer) -> None:
    before = platform.settings()
    granted = deployer.granted(platform.settings_file, placed=True)
    namespace = platform.outputs()["namespaces"]["models"]
    lessened = copy.deepcopy(granted)
    for role in lessened:
        for rule in role.get("rules", []):
            rule["resources"] = [one for one in rule["resources"] if one != SERVERS]
    changed = copy.deepcopy(before)
    models = changed["config"]["maas:models"]
    models["second-model"] = {**copy.deepcopy(models[MODEL]), "displayName": "Second model"}
    try:
        deployer.apply(lessened)
        deployer.until(Right("serving.kserve.io", SERVERS, "create", namespace), allowed=False)
        platform.configure(changed)
        platform.forget_requests()
        said = platform.up("--skip-preview", ok=(1, 255))
        assert platform.writes() == []
    finally:
        deployer.apply(granted)
        platform.configure(before)
    missing = f"create, delete, get, list, patch, watch {SERVERS}.serving.kserve.io in namespace {namespace}"
    assert f"The deployer may not {missing}. All of these are needed." in said, said
    assert "python -m components.preflight rbac" in said
