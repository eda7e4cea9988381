"""`secret`: one value of a Kubernetes Secret on standard output, made for `$(…)`: a stack hands out references only."""

import base64
import sys
from pathlib import Path

from operations.cluster import Cluster, access, connect
from operations.errors import OperationError


def value(cluster: Cluster, reference: str, key: str) -> str:
    """The decoded value of `key` in the Secret `namespace/name`.

    Raises:
        OperationError: The reference is malformed, there is no such Secret or key, or the value is no text.
    """
    namespace, _, name = reference.partition("/")
    if not namespace or not name:
        message = f"asked for a Secret by {reference!r}; a reference is NAMESPACE/NAME, as the stack outputs print it"
        raise OperationError(message)
    data = cluster.secret_data(namespace, name)
    if key not in data:
        keys = ", ".join(sorted(data)) or "no keys"
        raise OperationError(f"asked for key {key!r} of Secret {reference}; it has {keys}; name one of them")
    try:
        return base64.b64decode(data[key]).decode()
    except ValueError:
        message = (
            f"asked for key {key!r} of Secret {reference}: its value is no text, and only text can be printed; "
            "read it with `oc extract`"
        )
        raise OperationError(message) from None


def main(reference: str, key: str, kubeconfig: str | None, context: str | None) -> int:
    """Print the value without a line end; returns 0."""
    given = str(Path(kubeconfig).expanduser().absolute()) if kubeconfig else None  # as typed, not as in a stack file
    sys.stdout.write(value(connect(access(given, context)), reference, key))
    return 0
