"""What the tenant promises the rest: names that stay free, settings its release has, people who exist once."""

from typing import Any

import pytest

from tests.components.config.test_promises import EXTERNAL
from tests.components.config.test_validation import MODEL, problems, settings
from tests.support.stack_file import dev_stack, prod_stack

NEWER = {"channel": "threescale-2.16"}


def test_a_name_of_the_sample_is_refused_while_the_sample_goes() -> None:
    assert set(problems(dev_stack(models={"api": EXTERNAL}))) == {"models.api"}
    backend = problems(dev_stack(models={MODEL: {"backend": {"systemName": "API"}}}))
    assert "backend.systemName" in backend[f"models.{MODEL}"].remedy

    assert settings(models={"api": {**EXTERNAL, "adopt": True}}, threescale={"sampleData": "keep"})


def test_the_name_of_the_samples_page_is_refused_while_the_sample_goes() -> None:
    assert set(problems(dev_stack(models={"echo": EXTERNAL}))) == {"models.echo.docs.systemName"}
    assert set(problems(dev_stack(models={MODEL: {"docs": {"systemName": "echo"}}}))) == {
        f"models.{MODEL}.docs.systemName"
    }

    assert settings(models={"echo": {**EXTERNAL, "docs": {"enabled": False}}})
    assert settings(models={"echo": EXTERNAL}, threescale={"sampleData": "keep"})


@pytest.mark.row("C-44")
def test_in_production_3scale_knows_whom_it_asks_who_somebody_is() -> None:
    blind = {"portal": {"sso": {"skipTlsVerify": True}}}

    assert set(problems(prod_stack(**blind))) == {"portal.sso.skipTlsVerify"}
    assert settings(**blind)


def test_the_samples_user_is_refused_while_its_account_goes() -> None:
    john = {"accounts": {"dev1": {"username": "John"}}}
    found = problems(dev_stack(consumers=john))
    assert set(found) == {"consumers.accounts.dev1.username"}

    assert settings(consumers=john, compat={"keepSampleAccount": True})
    assert settings(consumers=john, threescale={"sampleData": "keep"})


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"portal": {"settings": {"enforceSso": True}}}, "portal.settings.enforceSso"),
        (
            {"threescale": {"automationToken": {"expiresAt": "2027-01-31T00:00:00Z"}}},
            "threescale.automationToken.expiresAt",
        ),
    ],
)
def test_what_only_a_newer_release_has_is_refused_with_the_reason(changes: dict[str, Any], path: str) -> None:
    found = problems(dev_stack(**changes))

    assert set(found) == {path}
    assert "3scale 2.15" in found[path].given
    assert "from 3scale 2.16 on" in found[path].allowed
    databases = {"externalDatabases": {"systemDatabase": "postgresql"}}
    newer = {**changes, "threescale": {**changes.get("threescale", {}), **NEWER, **databases}}
    assert settings(**newer)


def test_a_channel_that_names_no_release_is_left_to_the_server() -> None:
    assert settings(threescale={"channel": "mas"}, portal={"settings": {"enforceSso": True}})


def test_a_declared_user_is_unique_over_all_accounts() -> None:
    users = {"a": {"username": "dev1", "email": "new@x.example"}, "b": {"username": "dev2", "email": "NEW@x.example"}}
    found = problems(dev_stack(consumers={"accounts": {"dev1": {"users": users}}}))

    path = "consumers.accounts.dev1"
    assert set(found) == {f"{path}.users.a.username", f"{path}.users.b.email"}
    assert found[f"{path}.users.a.username"].given == f'"dev1" is also {path}.username'


def test_an_account_subscribes_to_models_that_exist_once() -> None:
    account = {"accounts": {"dev1": {"subscriptions": ["none", MODEL, MODEL]}}}
    found = problems(dev_stack(consumers=account))

    path = "consumers.accounts.dev1.subscriptions"
    assert set(found) == {f"{path}[0]", f"{path}[2]"}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"threescale": {"sampleData": "drop"}}, "threescale.sampleData"),
        ({"threescale": {"foreignMembers": "ignore"}}, "threescale.foreignMembers"),
        ({"threescale": {"emails": {"from": "nobody"}}}, "threescale.emails.from"),
        ({"threescale": {"emails": {"sender": "a@x.example"}}}, "threescale.emails.sender"),
        ({"threescale": {"automationToken": {"scopes": []}}}, "threescale.automationToken.scopes"),
        ({"threescale": {"automationToken": {"scopes": ["all"]}}}, "threescale.automationToken.scopes[0]"),
        ({"threescale": {"automationToken": {"permission": "write"}}}, "threescale.automationToken.permission"),
        ({"portal": {"sso": {"systemName": "Key Cloak"}}}, "portal.sso.systemName"),
        ({"portal": {"settings": {"changeServicePlanPermission": "yes"}}},
         "portal.settings.changeServicePlanPermission"),
        ({"consumers": {"accounts": {"dev1": {"users": {"a": {"username": "ab"}}}}}},
         "consumers.accounts.dev1.users.a.username"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_with_its_path(changes: dict[str, Any], path: str) -> None:
    found = problems(dev_stack(**changes))

    assert path in found
    assert found[path].remedy


@pytest.mark.row("S-204")
def test_an_application_may_be_suspended_and_named_words_only() -> None:
    application = {"first-steps": {"suspended": "yes"}}
    found = problems(dev_stack(consumers={"accounts": {"dev1": {"applications": application}}}))

    assert set(found) == {"consumers.accounts.dev1.applications.first-steps.suspended"}
