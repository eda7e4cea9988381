"""Read: refresh, import and `.get()`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from toolchain.stand_ins.kubernetes import checkpoint, objects, typed
from toolchain.stand_ins.kubernetes.awaiting import readiness
from toolchain.stand_ins.kubernetes.awaiting.waiting import AwaitError
from toolchain.stand_ins.kubernetes.errors import ApiError, CallError, InitFailed, NoMatch
from toolchain.stand_ins.kubernetes.values import plain

if TYPE_CHECKING:
    from toolchain.stand_ins.kubernetes.cluster import Cluster
    from toolchain.stand_ins.kubernetes.session import Call, Session
    from toolchain.stand_ins.kubernetes.values import Tree

UNREACHABLE = (
    "failed to read resource state due to unreachable cluster. If the cluster was deleted, you can remove this "
    "resource from Pulumi state by rerunning the operation with the PULUMI_K8S_DELETE_UNREACHABLE environment "
    'variable set to "true"'
)


def read(
    session: Session, call: Call, resource_id: str, given_state: Tree, given_inputs: Tree
) -> tuple[Tree, Tree] | None:
    """(properties, inputs) of the live object; `None` when it is gone, or its kind is.

    The inputs are the old inputs with live values; without old ones only what identifies the object, because the
    plugin that this one stands for was recorded without a package schema.

    Raises:
        CallError: The cluster is out of reach, or refuses.
        InitFailed: The object is there but not ready.
    """
    if session.cluster is None:
        return _out_of_reach(session, call, given_state, given_inputs)
    state = plain(given_state)
    old_inputs = typed.normalized(plain(given_inputs))
    is_new = not old_inputs.get("apiVersion")
    if is_new:
        old_inputs = _identity(call, resource_id, old_inputs, state)
    live = _found(session.cluster, old_inputs, resource_id.rpartition("/")[2])
    if live is None:
        return None
    inputs = objects.prune(live, old_inputs)
    version, manager = checkpoint.api_version(state, old_inputs), checkpoint.field_manager(state, old_inputs)
    properties = checkpoint.checkpoint(inputs, live, given_inputs, api_version=version, manager=manager)
    marked_inputs = checkpoint.with_secrets(inputs, given_inputs)
    if not is_new or state.get("apiVersion"):
        _refuse_unready(session, resource_id, live, properties, marked_inputs)
    return properties, marked_inputs


def _found(cluster: Cluster, obj: Tree, name: str) -> Tree | None:
    """The live object, `None` when it, its namespace or its kind is gone."""
    try:
        return cluster.get(cluster.place(obj, name))
    except NoMatch:
        return None
    except ApiError as error:
        if error.is_not_found:
            return None
        raise CallError(str(error)) from error


def _identity(call: Call, resource_id: str, old_inputs: Tree, state: Tree) -> Tree:
    """What says which object is meant: its kind from the state or the type, its name and namespace from the id."""
    namespace, _, name = resource_id.rpartition("/")
    kind = state if state.get("apiVersion") else objects.kind_of_type(call.type_token)
    metadata = {**(old_inputs.get("metadata") or {}), "name": name, **({"namespace": namespace} if namespace else {})}
    return {**old_inputs, "apiVersion": kind["apiVersion"], "kind": kind["kind"], "metadata": metadata}


def _refuse_unready(session: Session, resource_id: str, live: Tree, properties: Tree, inputs: Tree) -> None:
    """Raise `InitFailed` when the object's kind has a readiness and the object has not."""
    try:
        readiness.refuse_unready(session.reachable(), live)
    except AwaitError as error:
        reasons = [str(error), *error.problems]
        raise InitFailed(
            str(error), resource_id=resource_id, properties=properties, reasons=reasons, inputs=inputs
        ) from error


def _out_of_reach(session: Session, call: Call, state: Tree, inputs: Tree) -> tuple[Tree, Tree] | None:
    """The answer without a cluster, as the provider's options want it."""
    session.log.warning(call.urn, f"configured Kubernetes cluster is unreachable: {session.unreachable}")
    if session.settings.delete_unreachable:
        return None
    if session.settings.skip_update_unreachable:
        return state, inputs
    raise CallError(UNREACHABLE)


def unready_job(cluster: Cluster, inputs: Tree) -> list[str]:
    """The path to report as replacing when the Job of these inputs exists and is not complete; else nothing."""
    if objects.text(inputs, "kind") != "Job":
        return []
    try:
        live = cluster.poll(cluster.place(inputs))
    except (ApiError, NoMatch):  # only a Job that is seen to be unready is replaced
        return []
    unready = live is not None and not readiness.is_ready(cluster, live)
    return ['.metadata.annotations["pulumi.com/replaceUnready"]'] if unready else []
