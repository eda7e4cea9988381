"""A tenant that somebody else made is taken over: `adopt` writes the stack file, and the first `up` writes nothing."""

import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.dynamic_providers.engine.served import Served
from tests.dynamic_providers.engine.stack import Stack
from tests.dynamic_providers.threescale.tenant import CANARY
from tests.operations.adopt.random_tenant import RandomTenant
from tests.support.plugin_host import ROOT
from tests.support.stack_file import CANARIES, dev_stack

pytestmark = [pytest.mark.e2e, pytest.mark.row("S-162")]

PRODUCTS = 20
SEED = 4
PROGRAM = "from tests.dynamic_providers.engine.adopted_program import place\n\nplace()\n"
WITHOUT = dict.fromkeys(("models", "plans", "consumers", "identity", "prereqs"))


class Adopting(Stack):
    """A stack whose folder is a project of its own, as an operator's clone is."""

    @property
    def environment(self) -> dict[str, str]:
        """The same, with the tenant's address, which the sandbox's stack file does not know."""
        return {**super().environment, "THREESCALE_ADMIN_URL": self.tenant.url, "PULUMI_SKIP_CHECKPOINTS": "true"}

    @property
    def file(self) -> Path:
        """The stack file."""
        return self.folder / "Pulumi.dev.yaml"

    def prepare(self) -> None:
        """Put program and policy there, and a stack file without models; the secrets of a test need no encryption."""
        for part in ("components", "policies"):
            shutil.copytree(ROOT / part, self.folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        (self.folder / "__main__.py").write_text(PROGRAM)
        self.extend({**dev_stack(**WITHOUT), **CANARIES, "threescaleAccessToken": CANARY})

    def extend(self, keys: dict[str, Any]) -> None:
        """Add keys to the stack file."""
        whole = yaml.safe_load(self.file.read_text()) or {}
        config = {**whole.get("config", {}), **{f"maas:{key}": value for key, value in keys.items()}}
        self.file.write_text(yaml.safe_dump({**whole, "config": config}, allow_unicode=True))

    def follow(self) -> dict[str, Any]:
        """Put the adopted entries into the stack file; returns them."""
        entries: dict[str, Any] = yaml.safe_load((self.folder / "adopted" / "dev.yaml").read_text())["config"]
        self.extend({key.removeprefix("maas:"): value for key, value in entries.items()})
        return entries

    def adopt(self, *options: str) -> subprocess.CompletedProcess[str]:
        """Run the command as an operator does."""
        return self.operation("adopt", *options)


@dataclass(frozen=True)
class Course:
    """What happened, step by step."""

    adopted: subprocess.CompletedProcess[str]
    adopting_wrote: list[str]
    entries: dict[str, Any]
    up_wrote: list[str]
    same: bool
    """The tenant holds after `up` what it held before."""
    previewed: list[str]
    refreshed: str
    refreshing_wrote: list[str]
    again_wrote: list[str]
    resources: list[str]
    """Types of what the state has."""


@pytest.fixture(scope="module")
def course(_engine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("adoption")
    with Served(folder / "tenant") as tenant:
        RandomTenant(tenant.api, SEED).fill(PRODUCTS)
        before = tenant.rows()
        stack = Adopting.made(folder / "stack", tenant)
        assert isinstance(stack, Adopting)
        stack.prepare()
        tenant.forget_requests()
        adopted, adopting_wrote = stack.adopt(), tenant.writes()
        entries = stack.follow()
        stack.up("--parallel", "32")
        up_wrote, after = tenant.writes(), tenant.rows()
        previewed = stack.preview()
        tenant.forget_requests()
        refreshed, refreshing_wrote = stack.run("refresh", "--preview-only", "--expect-no-changes"), tenant.writes()
        stack.up("--refresh", "--expect-no-changes")
        yield Course(
            adopted=adopted,
            adopting_wrote=adopting_wrote,
            entries=entries,
            up_wrote=up_wrote,
            same=after == before,
            previewed=previewed,
            refreshed=refreshed,
            refreshing_wrote=refreshing_wrote,
            again_wrote=tenant.writes(),
            resources=[one["type"].rpartition(":")[2] for one in stack.exported()["resources"]],
        )
        stack.end()


def test_every_product_gets_an_entry_and_reading_writes_nothing(course: Course) -> None:
    assert (course.adopted.returncode, course.adopting_wrote) == (0, []), course.adopted.stderr
    assert len(course.entries["maas:models"]) == PRODUCTS
    assert CANARY not in course.adopted.stdout + course.adopted.stderr + yaml.safe_dump(course.entries)


def test_the_first_up_places_everything_and_writes_nothing(course: Course) -> None:
    assert course.up_wrote == []
    assert course.same
    assert course.resources.count("Product") == course.resources.count("MappingRules") == PRODUCTS
    assert 0 < course.resources.count("ProxyPromotion") <= PRODUCTS
    assert 0 < course.resources.count("ActiveDoc") < PRODUCTS


def test_the_next_preview_is_empty(course: Course) -> None:
    assert course.previewed == []


def test_a_refresh_finds_no_change_and_a_further_up_writes_nothing(course: Course) -> None:
    assert course.refreshing_wrote == []
    assert course.again_wrote == []
