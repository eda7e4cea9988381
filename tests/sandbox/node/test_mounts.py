"""Secrets and ConfigMaps of a pod as files of a process."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from sandbox.node.mounts import mounted
from tests.sandbox.eventually import run

if TYPE_CHECKING:
    from pathlib import Path

OBJECTS: dict[tuple[str, str], dict[str, Any]] = {
    ("configmaps", "script"): {"data": {"__main__.py": "print(1)\n"}},
    ("secrets", "tls"): {"data": {"tls.crt": base64.b64encode(b"pem").decode(), "other": ""}},
}
POD = {
    "spec": {
        "volumes": [
            {"name": "script", "configMap": {"name": "script"}},
            {"name": "tls", "secret": {"secretName": "tls", "items": [{"key": "tls.crt", "path": "public.crt"}]}},
            {"name": "data", "persistentVolumeClaim": {"claimName": "data"}},
        ]
    }
}
CONTAINER = {
    "volumeMounts": [
        {"name": "script", "mountPath": "/opt/script/job"},
        {"name": "tls", "mountPath": "/certs"},
        {"name": "data", "mountPath": "/data"},
    ]
}


async def read(collection: str, name: str) -> dict[str, Any] | None:
    return OBJECTS.get((collection, name))


def test_files_lie_where_the_container_sees_them_below_a_root_of_its_own(tmp_path: Path) -> None:
    async def scenario() -> None:
        found = await mounted(POD, CONTAINER, tmp_path, read)

        assert set(found.folders) == {"/opt/script/job", "/certs"}
        assert (tmp_path / "opt/script/job/__main__.py").read_text() == "print(1)\n"
        assert [path.name for path in (tmp_path / "certs").iterdir()] == ["public.crt"]
        assert (tmp_path / "certs/public.crt").stat().st_mode & 0o777 == 0o600

    run(scenario)


def test_paths_at_above_and_below_a_volume_are_moved_and_others_stay(tmp_path: Path) -> None:
    async def scenario() -> None:
        found = await mounted(POD, CONTAINER, tmp_path, read)

        for text in ("/opt/script", "/opt/script/job", "/opt/script/job/__main__.py", "/certs"):
            assert found.outside(text) == f"{tmp_path}{text}"
        for text in ("/home", "/certsandmore", "--flag=/certs", "job", ""):
            assert found.outside(text) == text

    run(scenario)


def test_a_file_that_left_its_volume_leaves_the_folder(tmp_path: Path) -> None:
    async def scenario() -> None:
        (tmp_path / "certs").mkdir()
        (tmp_path / "certs" / "old.crt").write_text("old")
        await mounted(POD, CONTAINER, tmp_path, read)

        assert not (tmp_path / "certs" / "old.crt").exists()

    run(scenario)


def test_an_item_may_lie_in_a_folder_of_the_volume_and_goes_when_nobody_asks_for_it(tmp_path: Path) -> None:
    def pod(*paths: str) -> dict[str, Any]:
        items = [{"key": "tls.crt", "path": path} for path in paths]
        return {"spec": {"volumes": [{"name": "tls", "secret": {"secretName": "tls", "items": items}}]}}

    async def scenario() -> None:
        await mounted(pod("public.crt", "CAs/public.crt"), CONTAINER, tmp_path, read)
        assert (tmp_path / "certs/CAs/public.crt").read_text() == "pem"
        await mounted(pod("public.crt"), CONTAINER, tmp_path, read)
        assert not (tmp_path / "certs/CAs/public.crt").exists()

    run(scenario)
