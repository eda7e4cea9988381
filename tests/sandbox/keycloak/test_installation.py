from __future__ import annotations

import os
from pathlib import Path

import pytest

from sandbox.keycloak.__main__ import command_line, server_environment
from sandbox.keycloak.installation import copy_file, install


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "distribution"
    for name in ("bin/kc.sh", "lib/lib/main/big.jar", "lib/quarkus/app.dat", "conf/keycloak.conf", "data/h2/theirs.db"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (folder / "bin/kc.sh").chmod(0o755)
    return folder


def test_what_the_server_writes_to_is_its_own(source: Path, tmp_path: Path) -> None:
    home = install(source, tmp_path / "home")
    (home / "lib/quarkus/app.dat").write_text("built")
    assert (source / "lib/quarkus/app.dat").read_text() == "lib/quarkus/app.dat"
    assert os.access(home / "bin/kc.sh", os.X_OK)
    assert not (home / "data").exists()


def test_the_jars_are_shared(source: Path, tmp_path: Path) -> None:
    home = install(source, tmp_path / "home")
    assert (home / "lib/lib/main/big.jar").samefile(source / "lib/lib/main/big.jar")


def test_another_file_system_gets_symbolic_links(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    copy_file(source / "conf/keycloak.conf", tmp_path / "there", link=True)
    assert (tmp_path / "there").is_symlink()


def test_a_second_start_keeps_the_build_and_the_database(source: Path, tmp_path: Path) -> None:
    home = install(source, tmp_path / "home")
    (home / "lib/quarkus/app.dat").write_text("built")
    assert install(source, home) == home
    assert (home / "lib/quarkus/app.dat").read_text() == "built"


def test_another_release_keeps_the_database_only(source: Path, tmp_path: Path) -> None:
    home = install(source, tmp_path / "home")
    (home / "data" / "h2").mkdir(parents=True)
    (home / "data" / "h2" / "ours.db").write_text("ours")
    newer = tmp_path / "newer"
    source.rename(newer)
    install(newer, home)
    assert (home / "data/h2/ours.db").read_text() == "ours"
    assert (home / "lib/quarkus/app.dat").read_text() == "lib/quarkus/app.dat"


def test_the_server_listens_on_loopback_with_a_file_database() -> None:
    words = command_line(Path("/home"), {"SANDBOX_PORT_8080": "2000", "SANDBOX_PORT_9000": "2001"})
    assert words[:2] == ["/home/bin/kc.sh", "start-dev"]
    assert {"--http-host=127.0.0.1", "--http-port=2000", "--db=dev-file", "--http-management-port=2001"} <= set(words)
    assert "--health-enabled=true" not in command_line(Path("/home"), {"SANDBOX_PORT_8080": "2000"})


def test_the_pods_database_and_certificates_are_left_out_and_its_admin_is_not() -> None:
    given = {
        "PATH": "/bin",
        "KC_DB": "postgres",
        "KC_DB_PASSWORD": "x",
        "KC_HTTPS_CERTIFICATE_FILE": "/c",
        "KC_HOSTNAME": "https://sso.apps.maas.test",
        "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": "s",
    }
    found = server_environment(given, Path("/java"))
    assert {name for name in found if name.startswith("KC_")} == {"KC_HOSTNAME", "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET"}
    assert found["JAVA_HOME"] == "/java"
    assert "-Xmx" in found["JAVA_OPTS"]


def test_no_secret_is_on_the_command_line() -> None:
    words = command_line(Path("/home"), {"SANDBOX_PORT_8080": "1", "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": "canary"})
    assert "canary" not in " ".join(words)
