"""The provider's RPC surface: messages in, messages out; what happens between is in the modules named after the calls.

Every call that is not here answers UNIMPLEMENTED and names itself.
"""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, TypeVar

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from toolchain.stand_ins import in_use, plugin
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.kubernetes import (
    check,
    checkpoint,
    create,
    delete,
    diff,
    errors,
    objects,
    read,
    update,
    values,
)
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, NoMatch
from toolchain.stand_ins.kubernetes.session import NAME as PLUGIN
from toolchain.stand_ins.kubernetes.session import Call, Session
from toolchain.stand_ins.kubernetes.settings import config_difference, config_failure, settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.stand_ins.kubernetes.values import Tree

VERSION = "4.32.0"
"""The plugin version that this stand-in behaves as."""

NAME = "kubernetes"

Request = TypeVar("Request")
Response = TypeVar("Response")


def _answered(
    method: Callable[[KubernetesProvider, Request, grpc.ServicerContext], Response],
) -> Callable[[KubernetesProvider, Request, grpc.ServicerContext], Response]:
    """The method, its failures told to the engine."""

    @functools.wraps(method)
    def call(self: KubernetesProvider, request: Request, context: grpc.ServicerContext) -> Response:
        try:
            return method(self, request, context)
        except CallError as error:
            errors.abort(context, error)
        except (ApiError, NoMatch, ValueError, in_use.DistantServerError) as error:
            errors.abort(context, CallError(str(error)))

    return call


@plugin.refusing_the_rest(NAME)
class KubernetesProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance; the engine starts a process for each."""

    def __init__(self, engine: str = "", session: Session | None = None) -> None:
        self._session = session or Session(log=EngineLog(engine))

    # --- the provider itself -----------------------------------------------------------------------------------------

    def Handshake(  # noqa: N802 - the protocol's name
        self, _request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Refuse in the official plugin's own words; the engine accepts that and goes on."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "method Handshake not implemented")
        raise AssertionError("abort returned")  # pragma: no cover - abort always raises

    def GetPluginInfo(  # noqa: N802 - the protocol's name
        self, _request: Empty, _context: grpc.ServicerContext
    ) -> plugin_pb2.PluginInfo:
        """The version of the plugin that this one stands for."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def Attach(  # noqa: N802 - the protocol's name
        self, request: plugin_pb2.PluginAttach, _context: grpc.ServicerContext
    ) -> Empty:
        """Talk to this engine from now on."""
        self._session.log.attach(request.address)
        return Empty()

    def CheckConfig(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.CheckRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """The configuration as it came; unknown keys are not refused."""
        failure = config_failure(values.plain(values.tree(request.news)))
        if failure is None:
            return provider_pb2.CheckResponse(inputs=request.news)
        refused = provider_pb2.CheckFailure(property=failure[0], reason=failure[1])
        return provider_pb2.CheckResponse(inputs=request.news, failures=[refused])

    def DiffConfig(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Whether the configuration changed, and whether it points at another cluster."""
        olds, news = values.plain(values.tree(request.olds)), values.plain(values.tree(request.news))
        changed, replaces = config_difference(olds, news)
        changes = provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes, diffs=changed, replaces=replaces)

    @_answered
    def Configure(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the configuration; an unreachable cluster is no failure, one on another machine is."""
        in_use.announce(self._session.log, PLUGIN, VERSION)
        found = settings(request.variables, os.environ)
        if found.render_directory:
            plugin.refuse(context, NAME, "Configure with renderYamlToDirectory")
        self._session.configure(found, os.environ)
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True
        )

    def Cancel(self, _request: Empty, _context: grpc.ServicerContext) -> Empty:  # noqa: N802 - the protocol's name
        """End every wait."""
        self._session.cancelled.set()
        return Empty()

    # --- resources ---------------------------------------------------------------------------------------------------

    @_answered
    def Check(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """The inputs to store and compare."""
        session = self._session
        if session.cluster is None and session.settings.skip_update_unreachable:
            return provider_pb2.CheckResponse(inputs=request.olds)
        if request.type.startswith("kubernetes:helm.sh/"):
            plugin.refuse(context, NAME, f"Check of {request.type}")
        given = values.tree(request.news)
        asked = check.CheckRequest(
            type_token=request.type,
            logical_name=request.name,
            olds=values.plain(values.tree(request.olds)),
            news=values.plain(given),
            seed=request.randomSeed,
            proposed_name=request.autonaming.proposed_name,
            autonaming_off=request.HasField("autonaming")
            and request.autonaming.mode == provider_pb2.CheckRequest.AutonamingOptions.DISABLE,
        )
        inputs = check.checked(
            asked,
            server_side=session.settings.server_side_apply,
            default_namespace=session.default_namespace,
            is_namespaced=session.is_namespaced,
        )
        return provider_pb2.CheckResponse(inputs=values.struct(checkpoint.with_secrets(inputs, given)))

    @_answered
    def Diff(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """What changed, field by field."""
        session = self._session
        stored_inputs, live = checkpoint.split(values.tree(request.olds))
        asked = diff.DiffRequest(
            type_token=request.type,
            live=live,
            old_inputs=values.plain(values.tree(request.old_inputs)) or stored_inputs,
            new_inputs=values.plain(values.tree(request.news)),
            ignore_changes=list(request.ignoreChanges),
        )
        found = diff.difference(asked, session.settings.mutability, session.is_namespaced)
        replaces = found.replaces + self._unready_job(asked.new_inputs)
        changed = bool(found.changes or replaces)
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME if changed else provider_pb2.DiffResponse.DIFF_NONE,
            replaces=replaces,
            deleteBeforeReplace=found.delete_before_replace,
            detailedDiff=found.changes,
            hasDetailedDiff=True,
        )

    def _unready_job(self, inputs: Tree) -> list[str]:
        """The path that replaces a Job which asks to be replaced while it is not complete."""
        if objects.annotation(inputs, objects.REPLACE_UNREADY) != "true" or self._session.cluster is None:
            return []
        return read.unready_job(self._session.cluster, inputs)

    @_answered
    def Create(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create the object, or try it on the server in a preview."""
        self._refuse_client_side(context, "Create", preview=request.preview)
        call = Call(request.urn, request.type, request.preview, request.timeout)
        made = create.create(self._session, call, values.tree(request.properties))
        if made is None:
            return provider_pb2.CreateResponse(properties=request.properties)
        return provider_pb2.CreateResponse(id=made[0], properties=values.struct(made[1]))

    @_answered
    def Read(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.ReadRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """The live object; an empty answer when it is gone."""
        call = Call(request.urn, request.type)
        found = read.read(self._session, call, request.id, values.tree(request.properties), values.tree(request.inputs))
        if found is None:
            return provider_pb2.ReadResponse()
        properties, inputs = map(values.struct, found)
        return provider_pb2.ReadResponse(id=request.id, properties=properties, inputs=inputs)

    @_answered
    def Update(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Apply the new inputs, or try them on the server in a preview."""
        self._refuse_client_side(context, "Update", preview=request.preview)
        call = Call(request.urn, request.type, request.preview, request.timeout)
        ignored = list(request.ignoreChanges)
        done = update.update(self._session, call, values.tree(request.olds), values.tree(request.news), ignored)
        if done is None:
            return provider_pb2.UpdateResponse(properties=request.news)
        return provider_pb2.UpdateResponse(properties=values.struct(done))

    @_answered
    def Delete(  # noqa: N802 - the protocol's name
        self, request: provider_pb2.DeleteRequest, _context: grpc.ServicerContext
    ) -> Empty:
        """Delete the object and wait until it is gone."""
        call = Call(request.urn, request.type, timeout=request.timeout)
        delete.delete(self._session, call, request.id, values.tree(request.properties))
        return Empty()

    def _refuse_client_side(self, context: grpc.ServicerContext, call: str, *, preview: bool) -> None:
        """Refuse operations of the client-side mode, which this stand-in does not have."""
        if not preview and not self._session.settings.server_side_apply:
            plugin.refuse(context, NAME, f"{call} with enableServerSideApply=false", "Leave enableServerSideApply on.")


def registered(engine: str = "") -> Callable[[Any], None]:
    """A function that adds a provider, which tells this engine its messages, to a gRPC server."""

    def register(server: Any) -> None:  # noqa: ANN401 - grpc ships no types
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(KubernetesProvider(engine), server)

    return register
