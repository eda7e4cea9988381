"""Who serves the public is known by its addresses."""

import pytest

from components.config.public_issuers import for_the_public

TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"


@pytest.mark.parametrize(
    "url",
    [
        "https://accounts.google.com",
        "https://ACCOUNTS.google.com:443/o/oauth2/v2/auth",
        "https://login.microsoftonline.com/common/v2.0",
        "https://login.microsoftonline.com/Organizations/oauth2/v2.0/authorize",
        "https://login.microsoftonline.us/consumers/v2.0",
        "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0",
        "https://gitlab.com",
    ],
)
def test_at_a_public_provider_anybody_has_an_account(url: str) -> None:
    assert for_the_public(url)


@pytest.mark.parametrize(
    "url",
    [
        f"https://login.microsoftonline.com/{TENANT}/v2.0",
        "https://accounts.google.com.example.org",
        "https://gitlab.example.com",
        "https://sso.example.com/realms/common",
    ],
)
def test_one_tenant_and_an_own_server_are_not_public(url: str) -> None:
    assert not for_the_public(url)
