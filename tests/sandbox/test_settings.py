from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from sandbox.settings import Settings, add_settings, settings_from

if TYPE_CHECKING:
    from pathlib import Path


def parsed(words: list[str]) -> Settings:
    parser = argparse.ArgumentParser()
    add_settings(parser)
    return settings_from(parser.parse_args(words))


def test_the_supervisor_gets_every_choice_on_its_command_line(tmp_path: Path) -> None:
    chosen = Settings(
        root=tmp_path / "s",
        domain="apps.a.test",
        pod_delay=0.5,
        operators=False,
        infrastructure="cluster-1",
        zones=("eu-west-1a", "eu-west-1b"),
        hosts=("login.a.test", "model.a.test"),
    )

    assert parsed(chosen.arguments()) == chosen
    assert parsed(Settings(root=tmp_path, zones=()).arguments()).zones == ()


def test_nothing_chosen_is_one_worker_on_amazon(tmp_path: Path) -> None:
    assert parsed(["--dir", str(tmp_path)]) == Settings(root=tmp_path)
