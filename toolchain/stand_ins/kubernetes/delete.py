"""Delete: foreground by default, then wait until the object is gone; a `*Patch` resource only gives its fields up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import checkpoint, objects, ownership
from toolchain.stand_ins.kubernetes.awaiting import readiness
from toolchain.stand_ins.kubernetes.awaiting.waiting import AwaitError
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, InitFailed, NoMatch
from toolchain.stand_ins.kubernetes.values import plain

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Place
    from toolchain.stand_ins.kubernetes.session import Call, Session
    from toolchain.stand_ins.kubernetes.values import Tree

UNREACHABLE = (
    "configured Kubernetes cluster is unreachable. If the cluster was deleted, you can remove this resource from "
    'Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment variable set to "true"'
)

_POLICIES = {"orphan": "Orphan", "background": "Background"}


def delete(session: Session, call: Call, resource_id: str, given_state: Tree) -> None:
    """Return when the object is gone. An object, namespace or kind that is gone already is success.

    Raises:
        CallError: The cluster is out of reach, or refuses.
        InitFailed: The object is still there when time is up.
    """
    if session.cluster is None:
        session.log.warning(call.urn, f"configured Kubernetes cluster is unreachable: {session.unreachable}")
        if session.settings.delete_unreachable:
            return
        raise CallError(UNREACHABLE)
    state = plain(given_state)
    inputs, live = checkpoint.split(state)
    obj = live if live.get("apiVersion") else {**objects.kind_of_type(call.type_token), **_metadata(resource_id)}
    try:
        place = session.cluster.place(obj, resource_id.rpartition("/")[2])
        if objects.is_patch(call.type_token, obj):
            ownership.give_up(session.cluster, place, obj, checkpoint.field_manager(state, inputs))
        else:
            _deleted(session, call, place, obj, inputs or obj)
    except NoMatch:
        return
    except ApiError as error:
        if not error.is_not_found:
            raise CallError(_told(call, obj, error)) from error
    except AwaitError as error:
        raise _kept(resource_id, given_state, error) from error


def _deleted(session: Session, call: Call, place: Place, known: Tree, inputs: Tree) -> None:
    """Delete and wait, both as the annotations of the inputs say."""
    policy = objects.annotation(inputs, objects.DELETION_POLICY).lower()
    session.reachable().delete(place, _POLICIES.get(policy, "Foreground"))
    seconds = readiness.timeout_seconds(call.timeout, inputs)
    readiness.wait_until_gone(session.waiter(call.urn), place, known, inputs, seconds)


def _metadata(resource_id: str) -> Tree:
    namespace, _, name = resource_id.rpartition("/")
    return {"metadata": {"name": name, **({"namespace": namespace} if namespace else {})}}


def _told(call: Call, obj: Tree, error: ApiError) -> str:
    """The refusal's text; for a Patch that alone gives a required field with what to do about it."""
    if objects.is_patch(call.type_token, obj) and "Required value" in str(error):
        return (
            "this Patch resource is currently managing a required field, so it can't be deleted directly. Either set "
            f"the `retainOnDelete` resource option, or transfer ownership of the field before deleting: {error}"
        )
    return str(error)


def _kept(resource_id: str, given_state: Tree, error: AwaitError) -> InitFailed:
    """The failure that keeps the object in the state as it was last seen."""
    state = plain(given_state)
    inputs, _ = checkpoint.split(state)
    properties = checkpoint.checkpoint(
        inputs,
        error.live,
        given_state,
        api_version=checkpoint.api_version(state, inputs),
        manager=checkpoint.field_manager(state, inputs),
    )
    reasons = [str(error), *error.problems]
    return InitFailed(str(error), resource_id=resource_id, properties=properties, reasons=reasons)
