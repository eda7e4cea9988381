"""Who is trusted by a connection: what was said, and nobody else."""

import ssl
from pathlib import Path

import certifi
import pytest
import requests

from dynamic_providers.trusting import Trusting
from tests.dynamic_providers.cluster.tls_door import tls_door


def test_public_authorities_are_not_added_to_those_that_were_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tls_door(tmp_path) as (url, authority), requests.Session() as session:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", certifi.where())
        context = ssl.create_default_context(cadata=authority)
        named = len(context.get_ca_certs())
        session.mount("https://", Trusting(context))

        assert session.get(url, timeout=10).status_code == 200
        assert len(context.get_ca_certs()) == named == 1


def test_a_server_of_another_authority_is_refused_also_where_the_shell_names_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ours", "theirs"):
        (tmp_path / name).mkdir()
    with (
        tls_door(tmp_path / "ours") as (_, ours),
        tls_door(tmp_path / "theirs") as (url, theirs),
        requests.Session() as session,
    ):
        (tmp_path / "shell.pem").write_text(theirs)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "shell.pem"))
        session.mount("https://", Trusting(ssl.create_default_context(cadata=ours)))

        with pytest.raises(requests.exceptions.SSLError):
            session.get(url, timeout=10)
