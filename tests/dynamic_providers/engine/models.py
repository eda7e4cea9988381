"""Edits of the program that more than one test makes, and what they add to the tenant."""

from collections import Counter

from tests.dynamic_providers.engine.program.declaration import DECLARED
from tests.dynamic_providers.engine.served import Served
from tests.support.plugin_host import Json

WITHOUT_PORTAL: Json = {"portal": dict.fromkeys(DECLARED["portal"])}
"""An edit that leaves the tenant as a whole alone: runs are shorter."""


def application(title: str, **fields: object) -> Json:
    """An edit that adds an application to the account `dev`."""
    return {"accounts": {"dev": {"applications": {title: fields}}}}


def model(key: str, **parts: object) -> Json:
    """An edit of one model, or one more model that differs in `parts`."""
    return {"models": {key: parts}}


def like_tiny(tenant: Served, key: str) -> Counter[str]:
    """What a model of this key adds to the tenant: what `tiny` has, applications and subscriptions aside."""
    of_accounts = ("application ", "service_contract ")
    names = [name for name in tenant.inventory() if "tiny" in name and not name.startswith(of_accounts)]
    return Counter(name.replace("tiny", key) for name in names)
