"""What can go wrong between this product and the identity server; no text holds a secret."""


class KeycloakError(Exception):
    """A request to the identity server that did not succeed."""

    def __init__(self, asked: str, wrong: str, allowed: str, remedy: str) -> None:
        super().__init__(f"{asked}: {wrong}. {allowed}. {remedy}.")
        self.wrong = wrong


class Unanswered(KeycloakError):  # noqa: N818 - says what happened; it is a KeycloakError
    """The server gave no usable answer."""

    def __init__(self, asked: str, url: str, cause: str) -> None:
        super().__init__(
            asked,
            f"no answer of {url} ({cause})",
            "Allowed is the address of a Keycloak 26 whose certificate is trusted",
            "See that the identity server is up and its Route leads to it, then run `pulumi up` again",
        )
