"""Create: a plain POST, or an apply for `*Patch` resources and for upserts; then the wait for readiness."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import checkpoint, objects, ownership
from toolchain.stand_ins.kubernetes.awaiting import readiness
from toolchain.stand_ins.kubernetes.awaiting.conditions import BadExpression
from toolchain.stand_ins.kubernetes.awaiting.waiting import AwaitError, newest
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, InitFailed, NoMatch, explained
from toolchain.stand_ins.kubernetes.values import has_unknown, plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolchain.stand_ins.kubernetes.session import Call, Session
    from toolchain.stand_ins.kubernetes.values import Tree

_IF_IT_EXISTS = (
    "\nThe object exists already and is not in this stack's state. Import it (resource option `import`), name the old "
    "resource in an alias if it was renamed, change single fields with a Patch resource, or set "
    "`upsertExistingObjects` on the provider to take existing objects over."
)


def create(session: Session, call: Call, given: Tree) -> tuple[str, Tree] | None:
    """(id, properties to store); `None` in a preview that cannot be tried on the server and echoes its inputs.

    Raises:
        CallError: The object was not created.
        InitFailed: It was created, but did not become ready.
    """
    if not call.preview:
        session.reachable()
    inputs = plain(given)
    is_patch = objects.is_patch(call.type_token, inputs)
    if call.preview and (is_patch or has_unknown(inputs) or not _can_be_tried(session, inputs)):
        return None
    manager = checkpoint.field_manager({}, inputs)

    def kept(live: Tree) -> Tree:
        version = objects.text(inputs, "apiVersion")
        return checkpoint.checkpoint(inputs, live, given, api_version=version, manager=manager)

    created = _tried(session, call, inputs, manager)
    if created is None:
        return None
    if call.preview:
        return "", kept({key: value for key, value in created.items() if key != "status"})
    if objects.is_kind(inputs, "apiextensions.k8s.io/v1", "CustomResourceDefinition"):
        session.reachable().forget_kinds()
    live = _ready(session, call, created, inputs, kept)
    return objects.identity(live), kept(live)


def _tried(session: Session, call: Call, inputs: Tree, manager: str) -> Tree | None:
    """The created object; `None` in a preview that the server refuses for what may change until the update.

    Raises:
        CallError: The server refused, or does not know the kind.
    """
    try:
        return _sent(session, call, inputs, manager)
    except NoMatch as error:
        raise CallError(_no_such_kind(call.urn, inputs, error)) from error
    except ApiError as error:
        if call.preview and (error.is_forbidden or error.is_existing or error.is_missing_namespace):
            return None
        raise CallError(_not_created(call.urn, _refusal(error, manager))) from error


def _can_be_tried(session: Session, inputs: Tree) -> bool:
    return session.settings.server_side_apply and session.serves(inputs)


def _no_such_kind(urn: str, inputs: Tree, error: NoMatch) -> str:
    kind = f"{objects.text(inputs, 'apiVersion')}/{objects.text(inputs, 'kind')}"
    return (
        f'creation of resource "{urn}" with kind {kind} failed because the Kubernetes API server reported that the '
        "apiVersion for this resource does not exist. Verify that any required CRDs have been created: "
        f"{error}"
    )


def _refusal(error: ApiError, manager: str) -> str:
    return explained(error, manager) + (_IF_IT_EXISTS if error.is_existing else "")


def _not_created(urn: str, told: str) -> str:
    return f'resource "{urn}" was not successfully created by the Kubernetes API server: {told}'


def _sent(session: Session, call: Call, inputs: Tree, manager: str) -> Tree:
    """The created object. A missing kind or namespace is waited for, because another resource may bring it.

    Raises:
        ApiError: The server refused.
        NoMatch: The kind is missing after all tries.
    """
    cluster = session.reachable()
    is_apply = session.settings.upsert or objects.is_patch(call.type_token, inputs)
    failure: ApiError | NoMatch | None = None
    for number, pause in enumerate(session.retry_seconds):
        try:
            if is_apply:
                force = ownership.force(session.settings, inputs, None, preview=call.preview)
                return cluster.apply(inputs, manager, force=force, dry_run=call.preview)
            return cluster.create(inputs, dry_run=call.preview)
        except (ApiError, NoMatch) as error:
            if isinstance(error, ApiError) and (
                not error.is_not_found or (call.preview and error.is_missing_namespace)
            ):
                raise
            failure = error
        session.log.tell(call.urn, f"Retry #{number}; creation failed: {failure}")
        if session.cancelled.wait(pause):
            break
    if failure is None:
        raise AssertionError("no try was made")
    raise failure


def _ready(session: Session, call: Call, created: Tree, inputs: Tree, kept: Callable[[Tree], Tree]) -> Tree:
    """The live object once it is ready; `kept` makes the properties to store of a live object.

    Raises:
        InitFailed: It does not become ready.
        CallError: `pulumi.com/waitFor` is not understood; the object exists all the same, as with the official plugin.
    """
    cluster = session.reachable()
    place = cluster.place(created)
    seconds = readiness.timeout_seconds(call.timeout, inputs)
    try:
        readiness.wait(session.waiter(call.urn), place, created, seconds=seconds, await_all=session.settings.await_all)
    except BadExpression as error:
        raise CallError(_not_created(call.urn, str(error))) from error
    except AwaitError as error:
        message = (
            f'resource "{call.urn}" was successfully created, but the Kubernetes API server reported that it failed '
            f"to fully initialize or become live: {error}"
        )
        raise InitFailed(
            message,
            resource_id=objects.identity(error.live),
            properties=kept(error.live),
            reasons=[message, *error.problems],
        ) from error
    return newest(cluster, place, created)
