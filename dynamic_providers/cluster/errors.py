"""What can go wrong between this product and the cluster.

ClusterError
├── Unreachable     no answer of the API server, or no usable kubeconfig
├── Forbidden       the API server refuses the caller
├── Refused         this product refuses what it was asked to do
└── Failed          the cluster says that waiting is in vain
"""

# ruff: noqa: N818 - the names say what happened; all of them are a ClusterError


class ClusterError(Exception):
    """A request to the cluster, or a wait for it, that did not succeed."""

    def __init__(self, asked: str, wrong: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{asked}: {wrong}. {allowed}. {remedy}.")
        self.wrong = wrong


class Unreachable(ClusterError):
    """The API server gave no usable answer."""

    def __init__(self, asked: str, wrong: str) -> None:
        super().__init__(
            asked,
            wrong,
            "Allowed is a kubeconfig whose cluster answers",
            "See that the kubeconfig and its context are right and the cluster is up, then run again",
        )


class Forbidden(ClusterError):
    """The API server refused the caller; its sentence names the verb, the resource and the namespace."""

    def __init__(self, asked: str, sentence: str) -> None:
        super().__init__(
            asked,
            f"the cluster refused it: {sentence}",
            "Allowed is an identity with the role that the documentation lists",
            "Grant the missing permission, or log in again when the credentials have expired",
        )


class Refused(ClusterError):
    """What was found in the cluster is not what was pinned."""


class Failed(ClusterError):
    """A terminal state; `evidence` quotes conditions, events and containers."""

    def __init__(self, what: str, state: str, evidence: str, remedy: str) -> None:
        told = f"{state}. {evidence}" if evidence else state
        super().__init__(f"wait for {what}", told.rstrip("."), "Allowed is a state that can still become ready", remedy)
