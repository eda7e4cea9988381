import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from components.config import documents
from operations.__main__ import main
from operations.adopt.source import of_url
from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.threescale.tenant import CANARY


@dataclass(frozen=True)
class Adopted:
    """What one run of the command left."""

    code: int
    text: str
    """The file; empty when there is none."""
    errors: str
    output: str
    config: dict[str, Any]
    """The stack file with the entries in it, keys without prefix."""

    @property
    def models(self) -> dict[str, Any]:
        """Entries of models by key."""
        models: dict[str, Any] = self.config.get("models") or {}
        return models


Adopt = Callable[..., Adopted]


@pytest.fixture(scope="package")
def _tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("adopt")) as tenant:
        yield tenant


@pytest.fixture
def tenant(_tenant: Served) -> Served:
    """A tenant as after its installation."""
    _tenant.restart()
    _tenant.clear()
    return _tenant


@pytest.fixture
def adopt(tenant: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Adopt:
    """Run the command on the tenant, in a project of its own; it never writes to the tenant nor tells the token."""
    monkeypatch.setattr(documents, "PROJECT", tmp_path)
    monkeypatch.setenv("THREESCALE_ACCESS_TOKEN", CANARY)
    monkeypatch.setenv("TENANT_URL", tenant.url)

    def run(*options: str) -> Adopted:
        tenant.forget_requests()
        capsys.readouterr()
        code = main(["adopt", "--admin-url", tenant.url, *options])
        said = capsys.readouterr()
        file = tmp_path / "adopted" / "tenant.yaml"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        entries = (yaml.safe_load(text) or {}).get("config", {})
        config = of_url(tenant.url, "").raw | {key.removeprefix("maas:"): value for key, value in entries.items()}
        assert tenant.writes() == []
        assert CANARY not in text + said.out + said.err
        secrets = [proxy["secret_token"] for proxy in tenant.state()["proxy"]]
        assert not [secret for secret in secrets if secret in text + said.out + said.err]
        return Adopted(code, text, said.err, said.out, config)

    assert "THREESCALE_ADMIN_URL" not in os.environ
    return run
