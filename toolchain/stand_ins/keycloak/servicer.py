"""The gRPC service `pulumirpc.ResourceProvider` of one provider instance."""
# ruff: noqa: N802 - the methods have the names of the protocol

from __future__ import annotations

import contextlib
import hashlib
import os
from typing import TYPE_CHECKING, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from toolchain.stand_ins import in_use, plugin
from toolchain.stand_ins.engine_log import EngineLog
from toolchain.stand_ins.keycloak import settings
from toolchain.stand_ins.keycloak.api import AdminApi, proxy
from toolchain.stand_ins.keycloak.check import checked
from toolchain.stand_ins.keycloak.diff import difference, keeping, root
from toolchain.stand_ins.keycloak.errors import ApiError, KeycloakError, as_reported
from toolchain.stand_ins.keycloak.invokes import FUNCTIONS
from toolchain.stand_ins.keycloak.outputs import in_state, inputs_of_import, planned, refreshed, repeated, settled
from toolchain.stand_ins.keycloak.resources import BY_TYPE
from toolchain.stand_ins.keycloak.shapes import complete
from toolchain.stand_ins.keycloak.values import Values, from_struct, has_unknown, to_struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolchain.stand_ins.keycloak.diff import Difference
    from toolchain.stand_ins.keycloak.resources.resource import Resource

VERSION = "6.13.0"
"""Version of the official plugin that this one stands in for."""

NAME = "pulumi-resource-keycloak"
"""The plugin that this one stands in for."""

SUFFIX_DIGITS = 7
"""Hex digits of a generated name."""

KINDS = {
    "ADD": provider_pb2.PropertyDiff.ADD,
    "UPDATE": provider_pb2.PropertyDiff.UPDATE,
    "DELETE": provider_pb2.PropertyDiff.DELETE,
}
REPLACING = {
    "ADD": provider_pb2.PropertyDiff.ADD_REPLACE,
    "UPDATE": provider_pb2.PropertyDiff.UPDATE_REPLACE,
    "DELETE": provider_pb2.PropertyDiff.DELETE_REPLACE,
}


def fail(context: grpc.ServicerContext, reason: str) -> NoReturn:
    """End the call as the real plugin does: status UNKNOWN and a text, no details."""
    context.abort(grpc.StatusCode.UNKNOWN, reason)
    raise AssertionError("abort returned")


def type_of(urn: str) -> str:
    """The resource's own type in a URN, without the types of its parents."""
    return urn.split("::")[2].rsplit("$", maxsplit=1)[-1]


def name_of(urn: str) -> str:
    """The logical name in a URN."""
    return urn.split("::", 3)[3]


def generated_name(request: provider_pb2.CheckRequest) -> str:
    """What an input that has to be named is named: the engine's own proposal, else logical name and seven digits."""
    if request.HasField("autonaming") and request.autonaming.proposed_name:
        return request.autonaming.proposed_name
    return f"{name_of(request.urn)}-{hashlib.sha256(request.randomSeed).hexdigest()[:SUFFIX_DIGITS]}"


def resource_of(urn: str, operation: str, context: grpc.ServicerContext) -> Resource:
    """The resource type of a URN; ends the call for one that is not covered, in the words of the real plugin."""
    found = BY_TYPE.get(type_of(urn))
    if found is None:
        fail(context, f"unrecognized resource type ({operation}): {type_of(urn)}")
    return found


def kind_of(found: Difference, path: str) -> provider_pb2.PropertyDiff.Kind.ValueType:
    """The kind of one change on the wire."""
    return (REPLACING if root(path) in found.replaces else KINDS)[found.changes[path]]


def with_computed(resource: Resource, given: Values, state: Values) -> Values:
    """The inputs, and for those left out what the server once chose: an update writes it again."""
    chosen = {name: state.get(name) for name, field in resource.fields.items() if field.computed and not field.output}
    return {**given, **{name: value for name, value in chosen.items() if given.get(name) in (None, [])}}


def kept(resource: Resource, state: Values) -> Values:
    """What the server chose and an update does not read again."""
    return {name: state[name] for name, field in resource.fields.items() if field.computed and name in state}


@contextlib.contextmanager
def reported(context: grpc.ServicerContext, prefix: str = "") -> Iterator[None]:
    """Report a failure of the block as the plugin's own text."""
    try:
        yield
    except KeycloakError as error:
        fail(context, prefix + as_reported(error))


@plugin.refusing_the_rest("keycloak")
class KeycloakProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider instance: one server, one administrator."""

    def __init__(self, log: EngineLog | None = None) -> None:
        self._log = log or EngineLog()
        self._api: AdminApi | None = None

    def GetPluginInfo(self, _request: object, _context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """The version."""
        return plugin_pb2.PluginInfo(version=VERSION)

    def Cancel(self, _request: object, _context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Called at the end of every command; requests have their own time-out."""
        return empty_pb2.Empty()

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """The provider's inputs as they are, and why they are refused."""
        try:
            reasons = settings.problems(from_struct(request.news), name_of(request.urn))
        except KeycloakError as error:
            fail(context, str(error))
        failures = [provider_pb2.CheckFailure(reason=reason) for reason in reasons]
        return provider_pb2.CheckResponse(inputs=request.news, failures=failures)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, _context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Which inputs of the provider changed; none of them ever replaces it."""
        changes = settings.changed(from_struct(request.olds), from_struct(request.news))
        if not changes:
            return provider_pb2.DiffResponse()
        return provider_pb2.DiffResponse(
            changes=provider_pb2.DiffResponse.DIFF_SOME,
            diffs=sorted(changes),
            detailedDiff={
                name: provider_pb2.PropertyDiff(kind=KINDS[kind], inputDiff=True) for name, kind in changes.items()
            },
        )

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Take the settings; log in only when `initialLogin` is on. A server on another machine is refused."""
        in_use.announce(self._log, NAME, VERSION)
        try:
            found = settings.settings(from_struct(request.args))
            for url in dict.fromkeys((found.url, found.admin_url)):
                in_use.check_server(NAME, url, proxy(url), os.environ)
            self._api = AdminApi(found)
            if found.initial_login:
                self._api.login()
        except in_use.DistantServerError as error:
            fail(context, str(error))
        except KeycloakError as error:
            fail(context, f"error initializing keycloak provider: {error}")
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    def Check(self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:
        """Inputs with defaults and generated names, and why they are refused."""
        resource = resource_of(request.urn, "Check", context)
        olds, news = from_struct(request.olds), from_struct(request.news)
        inputs, reasons = checked(resource, name_of(request.urn), olds, news, generated_name(request))
        failures = [provider_pb2.CheckFailure(reason=reason) for reason in reasons]
        return provider_pb2.CheckResponse(inputs=to_struct(inputs), failures=failures)

    def Diff(self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:
        """The state against the inputs."""
        resource = resource_of(request.urn, "Diff", context)
        found = difference(resource, from_struct(request.olds), from_struct(request.news), request.ignoreChanges)
        some = provider_pb2.DiffResponse.DIFF_SOME if found.changes else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(
            changes=some,
            diffs=found.names,
            replaces=found.replaces,
            stables=found.stables,
            deleteBeforeReplace=found.delete_first,
            detailedDiff={path: provider_pb2.PropertyDiff(kind=kind_of(found, path)) for path in found.changes},
            hasDetailedDiff=True,
        )

    def Create(self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:
        """Create, or promise in a preview without asking the server."""
        resource = resource_of(request.urn, "Create", context)
        given = from_struct(request.properties)
        if request.preview:
            return provider_pb2.CreateResponse(properties=to_struct(planned(resource.fields, given)))
        with reported(context):
            id_, observed = resource.create(self._connected(context), complete(resource.fields, given))
        state = in_state(resource.fields, id_, settled(resource.fields, given, observed))
        return provider_pb2.CreateResponse(id=id_, properties=to_struct(state))

    def Read(self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:
        """The object as it is; nothing when it is gone. Without a state the id is an import id."""
        resource = resource_of(request.urn, "Read", context)
        api = self._connected(context)
        state, inputs = from_struct(request.properties), from_struct(request.inputs)
        with reported(context, f"refreshing {request.urn}: "):
            try:
                id_, state = (request.id, state) if state else resource.imported(api, request.id) or ("", {})
                observed = resource.read(api, id_, state) if id_ else None
            except ApiError as error:
                if not error.gone:
                    raise
                observed = None
        if observed is None:
            return provider_pb2.ReadResponse()
        values = refreshed(resource.fields, state, observed)
        fresh = repeated(resource.fields, inputs, values) if inputs else inputs_of_import(resource.fields, values)
        outputs = in_state(resource.fields, id_, values)
        return provider_pb2.ReadResponse(id=id_, properties=to_struct(outputs), inputs=to_struct(fresh))

    def Update(self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:
        """Change in place, or promise in a preview."""
        resource = resource_of(request.urn, "Update", context)
        state, given = from_struct(request.olds), from_struct(request.news)
        changes = difference(resource, state, given, request.ignoreChanges)
        given = keeping(given, state, request.ignoreChanges)
        if request.preview:
            before = {**state, **dict.fromkeys(resource.recomputed(set(changes.names)))}
            return provider_pb2.UpdateResponse(properties=to_struct(planned(resource.fields, given, before)))
        wanted = complete(resource.fields, with_computed(resource, given, state))
        with reported(context, f"updating {request.urn}: "):
            observed = resource.update(self._connected(context), request.id, state, wanted)
        outputs = settled(resource.fields, given, {**kept(resource, state), **observed})
        return provider_pb2.UpdateResponse(properties=to_struct(in_state(resource.fields, request.id, outputs)))

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        """Delete."""
        resource = resource_of(request.urn, "Delete", context)
        with reported(context, f"deleting {request.urn}: "):
            resource.delete(self._connected(context), request.id, from_struct(request.properties))
        return empty_pb2.Empty()

    def Invoke(self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:
        """A look-up; with unknown arguments everything of it is unknown."""
        function = FUNCTIONS.get(request.tok)
        if function is None:
            fail(context, f"unrecognized data function (Invoke): {request.tok}")
        arguments = from_struct(request.args)
        if has_unknown(arguments):
            return provider_pb2.InvokeResponse()
        with reported(context, f"invoking {request.tok}: "):
            result = function(self._connected(context), arguments)
        return provider_pb2.InvokeResponse(**{"return": to_struct(result)})

    def _connected(self, context: grpc.ServicerContext) -> AdminApi:
        """The server; the engine never asks for it before a successful Configure."""
        if self._api is None:
            fail(context, "the provider is not configured: Configure has to succeed before this call")
        return self._api
