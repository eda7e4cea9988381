"""The files of this project's own token policy, as the gateways need them."""

import re

import pytest

from components.config.gateway_policy import MANIFEST, OWN_FOLDER, VERSION, manifest, policy_files


@pytest.mark.row("S-110", "S-207")
def test_the_policy_says_the_version_that_chains_ask_for() -> None:
    assert manifest(policy_files(OWN_FOLDER)[MANIFEST])["version"] == VERSION


@pytest.mark.row("S-208")
def test_the_policys_modules_have_names_that_no_other_policy_has_and_the_first_one_loads_them() -> None:
    """A gateway finds modules by their names alone: two policies with one of the same name get the same one."""
    files = policy_files(OWN_FOLDER)
    modules = {name.removesuffix(".lua") for name in files if name not in {MANIFEST, "init.lua"}}
    required = {name for text in files.values() for name in re.findall(r"require\(['\"]([^'\"]+)['\"]\)", text)}

    assert re.findall(r"^return require\('([a-z_]+)'\)$", files["init.lua"], re.MULTILINE) == ["maas_llm"]
    assert [name for name in modules if not name.startswith("maas_llm")] == []
    assert {name for name in required if name.startswith("maas_")} == modules
