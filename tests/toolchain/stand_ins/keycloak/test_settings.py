"""The provider's own inputs."""

from __future__ import annotations

import pytest

from toolchain.stand_ins.keycloak.errors import KeycloakError
from toolchain.stand_ins.keycloak.settings import ENVIRONMENT, changed, problems, settings
from toolchain.stand_ins.keycloak.values import UNKNOWN

GOOD = {"url": "http://k", "clientId": "admin-cli", "username": "admin", "password": "canary", "version": "6.13.0"}


@pytest.fixture(autouse=True)
def _no_stray_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ENVIRONMENT.values():
        monkeypatch.delenv(name, raising=False)


def test_good_inputs_are_accepted() -> None:
    assert problems(GOOD) == []
    assert problems({**GOOD, "url": UNKNOWN}) == []


def test_an_unknown_key_is_refused_in_the_words_of_the_real_plugin() -> None:
    assert problems({**GOOD, "foo": "1"}) == [
        "could not validate provider configuration: Invalid or unknown key. Examine values at 'kc.foo'."
    ]


def test_a_missing_url_is_refused() -> None:
    assert problems({"clientId": "x"})[0].startswith("Missing required property 'url': ")


def test_a_time_out_that_is_no_number_is_an_error() -> None:
    with pytest.raises(KeycloakError, match="clientTimeout: cannot read 'abc'"):
        problems({**GOOD, "clientTimeout": "abc"})


def test_inputs_that_are_not_covered_are_refused_by_name() -> None:
    assert "jwtSigningKey" in problems({**GOOD, "jwtSigningKey": "canary"})[0]


def test_any_changed_input_updates_and_none_replaces() -> None:
    assert changed(GOOD, {**GOOD, "url": "http://other"}) == {"url": "UPDATE"}
    assert changed(GOOD, GOOD) == {}
    assert changed(GOOD, {**GOOD, "url": UNKNOWN}) == {}


def test_the_base_path_is_part_of_both_addresses() -> None:
    found = settings({**GOOD, "basePath": "/auth", "adminUrl": "http://admin"})
    assert (found.url, found.admin_url) == ("http://k/auth", "http://admin/auth")


def test_flags_and_numbers_arrive_as_texts() -> None:
    found = settings({**GOOD, "initialLogin": "false", "clientTimeout": "60", "tlsInsecureSkipVerify": "true"})
    assert (found.initial_login, found.timeout_seconds, found.verify) == (False, 60.0, False)
    defaults = settings(GOOD)
    assert (defaults.initial_login, defaults.timeout_seconds, defaults.verify) == (True, 5.0, True)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("clientId", "client_id is required unless using a pre-signed jwt_token, jwt_token_file, or access_token"),
        ("password", "must specify client id, username and password for password grant"),
        ("url", "url is required"),
    ],
)
def test_too_few_inputs_to_log_in_are_refused(missing: str, reason: str) -> None:
    with pytest.raises(KeycloakError, match=reason):
        settings({name: value for name, value in GOOD.items() if name != missing})


def test_the_environment_stands_in_for_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"url": "http://e", "clientId": "c", "username": "u", "password": "p"}.items():
        monkeypatch.setenv(ENVIRONMENT[name], value)
    assert problems({}) == []
    assert settings({}).url == "http://e"


def test_additional_headers_arrive_as_json() -> None:
    assert settings({**GOOD, "additionalHeaders": '{"X-A": "b"}'}).headers == {"X-A": "b"}


def test_no_secret_is_in_the_text_of_the_settings() -> None:
    assert "canary" not in repr(settings({**GOOD, "clientSecret": "canary", "accessToken": "canary"}))
