"""The one reader of the engine's configuration."""

import json

import pulumi
import pytest

from components.config.stack import Stack, load
from tests.support.recorder import recorded
from tests.support.stack_file import CANARIES, dev_stack, handed_over


def loaded(config: dict[str, str] | None = None, secrets: dict[str, str] | None = None) -> Stack:
    found: list[Stack] = []
    recorded(
        lambda: found.append(load()),
        config=handed_over(dev_stack()) if config is None else config,
        secrets=dict(CANARIES) if secrets is None else secrets,
    )
    return found[0]


def refused(config: dict[str, str], secrets: dict[str, str] | None = None) -> str:
    with pytest.raises(pulumi.RunError) as refusal:
        loaded(config, secrets)
    return str(refusal.value)


def test_settings_and_secrets_come_apart() -> None:
    stack = loaded()

    assert stack.settings.cluster.wildcard_domain == "apps.maas.test"
    assert "canary" not in stack.settings.model_dump_json()


def test_an_empty_object_counts_as_left_out() -> None:
    assert loaded(handed_over(dev_stack(waits={}))).settings.waits.model_ready_seconds == 1800
    assert loaded(handed_over({**dev_stack(), "identity": {}})).settings.identity is None


def test_text_where_an_object_belongs_is_refused_with_its_path() -> None:
    assert 'cluster: "apps.maas.test" was given' in refused(handed_over(dev_stack()) | {"cluster": "apps.maas.test"})


def test_a_key_that_no_one_knows_is_refused() -> None:
    assert "modells: there is no such key" in refused(handed_over(dev_stack()) | {"modells": "{}x"})


def test_a_secret_in_place_of_a_plain_key_is_refused_and_not_repeated() -> None:
    plain = handed_over(dev_stack())
    cluster = plain.pop("cluster")

    text = refused(plain, {**CANARIES, "cluster": cluster})

    assert "cluster: an encrypted value was given" in text
    assert "apps.maas.test" not in text


@pytest.mark.parametrize("missing", ["threescaleSeedToken", "threescaleMasterPassword", "keycloakAdminClientSecret"])
def test_a_missing_or_empty_secret_is_refused(missing: str) -> None:
    for secrets in ({k: v for k, v in CANARIES.items() if k != missing}, {**CANARIES, missing: ""}):
        assert f"{missing}: the secret is missing or empty" in refused(handed_over(dev_stack()), secrets)


def test_the_access_token_is_the_seed_token_until_it_is_rotated() -> None:
    def token(secrets: dict[str, str]) -> list[str]:
        seen: list[str] = []
        recorded(
            lambda: load().secrets.threescale_access_token.apply(seen.append),
            config=handed_over(dev_stack()),
            secrets=secrets,
        )
        return seen

    assert token(dict(CANARIES)) == ["canary-access-token"]
    assert token({k: v for k, v in CANARIES.items() if k != "threescaleAccessToken"}) == ["canary-seed-token"]


def test_numbers_stay_whole_on_the_way() -> None:
    config = handed_over(dev_stack())

    assert json.loads(config["models"])["llama-32-1b-instruct-cpu"]["maxModelLen"] == 2000
    assert loaded(config).settings.models["llama-32-1b-instruct-cpu"].server is not None
