"""The language host's calls over gRPC."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

import grpc
import pytest
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc

from toolchain.stand_ins import plugin
from toolchain.stand_ins.language_python.children import Children
from toolchain.stand_ins.language_python.host import LanguageHost

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRINT_ARGUMENTS = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ)]))"
"""Stands in for `pulumi-language-python-exec`: shows what it was started with."""


@pytest.fixture(scope="module")
def host() -> Iterator[language_pb2_grpc.LanguageRuntimeStub]:
    servicer = LanguageHost("engine:1", Children())
    server, port = plugin.started(
        lambda target: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(servicer, target), 4
    )
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield language_pb2_grpc.LanguageRuntimeStub(channel)
    server.stop(None).wait()


def info(folder: Path, **options: str) -> language_pb2.ProgramInfo:
    struct = struct_pb2.Struct()
    struct.update({"virtualenv": sys.prefix, **options})
    return language_pb2.ProgramInfo(
        root_directory=str(folder), program_directory=str(folder), entry_point=".", options=struct
    )


def with_exec_script(folder: Path, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    script = folder / "pulumi-language-python-exec"
    script.write_text(code)
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)


def run(host: language_pb2_grpc.LanguageRuntimeStub, folder: Path) -> language_pb2.RunResponse:
    answer: language_pb2.RunResponse = host.Run(
        language_pb2.RunRequest(
            info=info(folder),
            pwd=str(folder),
            program=".",
            project="p",
            stack="dev",
            organization="organization",
            monitor_address="monitor:1",
            dryRun=True,
            parallel=4,
            config={"p:token": "canary"},
            configSecretKeys=["p:token"],
        )
    )
    return answer


def test_the_packages_of_pulumi_name_their_plugins(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    answer = host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest(info=info(tmp_path)))
    found = {(package.name, package.kind, package.version) for package in answer.packages}
    assert found == {("kubernetes", "resource", "v4.32.0"), ("keycloak", "resource", "v6.13.0")}


def test_dependencies_are_listed_with_and_without_the_transitive_ones(
    host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path
) -> None:
    def names(*, transitive: bool) -> set[str]:
        request = language_pb2.GetProgramDependenciesRequest(info=info(tmp_path), transitiveDependencies=transitive)
        return {each.name for each in host.GetProgramDependencies(request).dependencies}

    assert "pulumi-keycloak" in names(transitive=False)
    assert "pulumi" in names(transitive=True) - names(transitive=False)


def test_about_names_the_interpreter(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    answer = host.About(language_pb2.AboutRequest(info=info(tmp_path)))
    assert answer.executable == f"{sys.prefix}/bin/python"
    assert answer.version.split(".")[0] == "3"
    assert answer.metadata["toolchain"] == "Pip"


def test_small_calls_are_answered(host: language_pb2_grpc.LanguageRuntimeStub) -> None:
    assert host.GetPluginInfo(empty_pb2.Empty()).version == "3.259.0"
    host.Handshake(language_pb2.LanguageHandshakeRequest(engine_address="engine:1"))
    assert list(host.RuntimeOptionsPrompts(language_pb2.RuntimeOptionsRequest()).prompts) == []


@pytest.mark.parametrize("call", ["GenerateProgram", "GeneratePackage", "Pack", "Link", "Template"])
def test_an_uncovered_call_is_refused_by_name(call: str, host: language_pb2_grpc.LanguageRuntimeStub) -> None:
    with pytest.raises(grpc.RpcError) as error:
        getattr(host, call)(getattr(language_pb2, f"{call}Request")())
    assert error.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert error.value.details().startswith(f"{call}: not implemented by the python language host stand-in plugin")


def test_the_program_gets_its_addresses_as_arguments_and_its_configuration_in_the_environment(
    host: language_pb2_grpc.LanguageRuntimeStub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with_exec_script(tmp_path, monkeypatch, PRINT_ARGUMENTS)
    answer = run(host, tmp_path)
    assert (answer.error, answer.bail) == ("", False)
    arguments, environ = json.loads(capfd.readouterr().out)
    expected = {
        "--monitor": "monitor:1",
        "--engine": "engine:1",
        "--project": "p",
        "--stack": "dev",
        "--organization": "organization",
        "--root_directory": str(tmp_path),
        "--pwd": str(tmp_path),
        "--dry_run": "true",
        "--parallel": "4",
    }
    assert arguments == [part for pair in expected.items() for part in pair] + ["."]
    assert json.loads(environ["PULUMI_CONFIG"]) == {"p:token": "canary"}
    assert json.loads(environ["PULUMI_CONFIG_SECRET_KEYS"]) == ["p:token"]
    assert environ["VIRTUAL_ENV"] == sys.prefix


@pytest.mark.parametrize(
    ("code", "expected"), [(32, ("", True)), (1, ("Program exited with non-zero exit code: 1", False))]
)
def test_the_exit_code_says_whether_the_error_was_shown(
    host: language_pb2_grpc.LanguageRuntimeStub,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    expected: tuple[str, bool],
) -> None:
    with_exec_script(tmp_path, monkeypatch, f"import sys; sys.exit({code})")
    answer = run(host, tmp_path)
    assert (answer.error, answer.bail) == expected


def test_a_missing_environment_is_explained(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    with pytest.raises(grpc.RpcError) as error:
        host.About(language_pb2.AboutRequest(info=info(tmp_path, virtualenv="nowhere")))
    assert "The 'virtualenv' option in Pulumi.yaml is set to 'nowhere'" in error.value.details()


def outputs(host: language_pb2_grpc.LanguageRuntimeStub, **request: Any) -> tuple[bytes, bytes, int]:  # noqa: ANN401 - fields
    answers = list(host.RunPlugin(language_pb2.RunPluginRequest(**request)))
    return b"".join(one.stdout for one in answers), b"".join(one.stderr for one in answers), answers[-1].exitcode


def test_a_source_plugin_runs_in_its_environment(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text(
        "import os, sys; print(sys.argv[1:], os.environ['OWN'], sys.prefix); print('e', file=sys.stderr); sys.exit(3)"
    )
    found = outputs(
        host, info=info(tmp_path), pwd=str(tmp_path), args=["engine:1"], env=["OWN=1", "PATH=/nowhere"], kind="resource"
    )
    assert found == (f"['engine:1'] 1 {sys.prefix}\n".encode(), b"e\n", 3)


def test_a_policy_pack_runs_with_the_sdk(host: language_pb2_grpc.LanguageRuntimeStub, tmp_path: Path) -> None:
    (tmp_path / "__main__.py").write_text("print('policies')")
    found = outputs(host, info=info(tmp_path), pwd=str(tmp_path), args=["127.0.0.1:1"], kind="analyzer")
    assert found == (b"policies\n", b"", 0)
