"""The gRPC service `pulumirpc.LanguageRuntime`."""
# ruff: noqa: N802 - the methods have the names of the protocol

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from toolchain.stand_ins import in_use, plugin
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.language_python import commands, options, packages
from toolchain.stand_ins.language_python.children import forward
from toolchain.stand_ins.language_python.options import OptionError, Runtime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolchain.stand_ins.language_python.children import Children

NAME = "pulumi-language-python"
"""The host that this one stands in for."""

VERSION = "3.259.0"
SHOWN_ALREADY = 32
"""Exit code of a program whose error the user has seen (sdk/v3, python/cmd/pulumi-language-python-exec)."""


class HasInfo(Protocol):
    """A request that says where the program is and with which options it runs."""

    info: language_pb2.ProgramInfo


def runtime_of(request: object, context: grpc.ServicerContext) -> Runtime:
    """The runtime that the request's `info` describes; ends the call when it cannot be used."""
    info = cast("HasInfo", request).info
    try:
        return options.runtime(info.root_directory, info.program_directory, json_format.MessageToDict(info.options))
    except OptionError as error:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
        raise


def interpreter_of(
    chosen: Runtime, context: grpc.ServicerContext, environ: Mapping[str, str] = os.environ
) -> tuple[str, dict[str, str]]:
    """The program's Python and its environment variables; ends the call when there is none."""
    try:
        return options.interpreter(chosen, environ)
    except OptionError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        raise


def exec_script(context: grpc.ServicerContext) -> str:
    """The script that runs a program: beside the pulumi that started this host, else on the PATH."""
    try:
        beside = str(Path(f"/proc/{os.getppid()}/exe").readlink().parent)
    except OSError:
        # No /proc on this system, or a parent of another user: the PATH decides.
        beside = ""
    places = os.pathsep.join(part for part in (beside, os.environ.get("PATH", "")) if part)
    if script := shutil.which("pulumi-language-python-exec", path=places):
        return script
    context.abort(
        grpc.StatusCode.FAILED_PRECONDITION,
        "Running the program: `pulumi-language-python-exec` is neither beside the pulumi executable nor on the PATH. "
        "It comes with the Pulumi CLI; put the CLI's folder on the PATH.",
    )
    raise AssertionError("abort returned")


@plugin.refusing_the_rest("python language host")
class LanguageHost(language_pb2_grpc.LanguageRuntimeServicer):
    """One language host; stateless but for its children."""

    def __init__(self, engine: str, children: Children) -> None:
        self._engine = engine
        self._log = EngineLog(engine)
        self._children = children

    def Handshake(self, _request: object, _context: grpc.ServicerContext) -> language_pb2.LanguageHandshakeResponse:
        """Nothing to agree on."""
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, _request: object, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version of the official host that this one stands in for."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def Cancel(self, _request: object, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Interrupt the running program."""
        self._children.interrupt()
        return empty_pb2.Empty()

    def About(self, request: language_pb2.AboutRequest, context: grpc.ServicerContext) -> language_pb2.AboutResponse:
        """The program's interpreter, its version and its package tool."""
        chosen = runtime_of(request, context)
        python, environ = interpreter_of(chosen, context)
        version = subprocess.run([python, "--version"], env=environ, capture_output=True, text=True, check=False)
        return language_pb2.AboutResponse(
            executable=python,
            version=version.stdout.removeprefix("Python ").strip(),
            metadata={"toolchain": chosen.tool.capitalize(), "typechecker": "None"},
        )

    def RuntimeOptionsPrompts(
        self, _request: object, _context: grpc.ServicerContext
    ) -> language_pb2.RuntimeOptionsResponse:
        """No question: the options of Pulumi.yaml are complete as they are."""
        return language_pb2.RuntimeOptionsResponse()

    def GetRequiredPackages(
        self, request: language_pb2.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetRequiredPackagesResponse:
        """The resource plugins that the installed Pulumi packages name."""
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                dependency
                for one in self._installed(request, context)
                if (dependency := packages.dependency(one)) is not None
            ]
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> language_pb2.GetProgramDependenciesResponse:
        """Installed distributions; without the transitive ones unless asked for."""
        found = self._installed(request, context)
        wanted = found if request.transitiveDependencies else packages.not_required(found)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=one.name, version=one.version) for one in wanted]
        )

    def _installed(self, request: object, context: grpc.ServicerContext) -> list[packages.Distribution]:
        """What is installed in the program's environment."""
        python, environ = interpreter_of(runtime_of(request, context), context)
        try:
            return packages.installed(python, environ)
        except OptionError as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
            raise

    def Run(self, request: language_pb2.RunRequest, context: grpc.ServicerContext) -> language_pb2.RunResponse:
        """Run the program to its end; its output is this process's own output, as with the official host."""
        in_use.announce(self._log, NAME, VERSION)
        script = exec_script(context)
        python, environ = interpreter_of(runtime_of(request, context), context)
        environ |= {
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = [python, "-u", script, *commands.program_arguments(request, self._engine)]
        with self._children.child(command, request.pwd or ".", environ, stdout=None) as process:
            context.add_callback(process.terminate)
            assert process.stderr is not None  # noqa: S101 - `child` always opens the pipe
            with process.stderr as errors:
                forward(errors, _to_stderr, lambda: self._children.interrupted)
            code = process.wait()
        if code == SHOWN_ALREADY:
            return language_pb2.RunResponse(bail=True)
        return language_pb2.RunResponse(error=commands.failure(code))

    def RunPlugin(
        self, request: language_pb2.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.RunPluginResponse]:
        """Run a policy pack or a source plugin; its output and its exit code are the answers."""
        given = {name: value for name, _, value in (pair.partition("=") for pair in request.env)}
        python, environ = interpreter_of(runtime_of(request, context), context, os.environ | given)
        command = [python, "-u", *commands.plugin_arguments(request)]
        for output in self._children.outputs(command, request.pwd or ".", environ):
            if isinstance(output, int):
                yield language_pb2.RunPluginResponse(exitcode=output)
            elif output[0] == "stdout":
                yield language_pb2.RunPluginResponse(stdout=output[1])
            else:
                yield language_pb2.RunPluginResponse(stderr=output[1])

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[language_pb2.InstallDependenciesResponse]:
        """Make the environment and install what the project asks for; the tools' output is the answer."""
        chosen = runtime_of(request, context)
        for title, command in commands.installation(chosen, request.directory):
            yield language_pb2.InstallDependenciesResponse(stdout=f"{title}\n".encode())
            for output in self._children.outputs(command, request.directory or ".", dict(os.environ)):
                if not isinstance(output, int):
                    channel, line = output
                    yield language_pb2.InstallDependenciesResponse(**{channel: line})
                elif output:
                    context.abort(
                        grpc.StatusCode.INTERNAL, f"{title}: `{' '.join(command)}` ended with exit code {output}."
                    )


def _to_stderr(line: bytes) -> None:
    """Show a line of the program at once."""
    sys.stderr.buffer.write(line)
    sys.stderr.buffer.flush()
