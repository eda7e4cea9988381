"""`secret`: one value of a Kubernetes Secret on standard output, made for `$(…)`: a stack hands out references only."""

import base64
import sys

from operations.cluster import Cluster, connect
from operations.errors import OperationError


def value(cluster: Cluster, reference: str, key: str) -> str:
    """The decoded value of `key` in the Secret `namespace/name`.

    Raises:
        OperationError: The reference is malformed, or there is no such Secret or key.
    """
    namespace, _, name = reference.partition("/")
    if not namespace or not name:
        message = f"asked for a Secret by {reference!r}; a reference is NAMESPACE/NAME, as the stack outputs print it"
        raise OperationError(message)
    data = cluster.secret_data(namespace, name)
    if key not in data:
        message = f"asked for key {key!r} of Secret {reference}; it has {', '.join(sorted(data)) or 'no keys'}"
        raise OperationError(message)
    return base64.b64decode(data[key]).decode()


def main(reference: str, key: str, kubeconfig: str | None, context: str | None) -> int:
    """Print the value without a line end; returns 0."""
    sys.stdout.write(value(connect(kubeconfig, context), reference, key))
    return 0
