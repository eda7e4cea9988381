"""Switches that give back values of the guides which are not safe."""

from pydantic import Field

from components.config.section import Section


class Compat(Section):
    """Named exceptions from the secure defaults; all of them are refused in production."""

    wildcard_redirect_uri: bool = Field(
        default=False,
        description="Lets the identity server redirect a login to any address. Otherwise only to the portal's own.",
    )
    open_cors: bool = Field(
        default=False,
        description="Lets web pages of any origin call the models. Otherwise only pages of the developer portal.",
    )
    keep_default_mapping_rule: bool = Field(
        default=False,
        description="Keeps 3scale's own rule `GET /`, with which every GET path passes the gateway, "
        "`/metrics` included.",
    )
    expose_operational: bool = Field(
        default=False,
        description="Also exposes a model server's `/metrics`, `/tokenize` and `/detokenize`. `/metrics` shows the "
        "traffic of all consumers.",
    )
    keep_sample_account: bool = Field(
        default=False,
        description="Keeps the account `Developer` of a new tenant, whose password is widely known in older releases. "
        "The sample product and backend go all the same.",
    )

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the switches that are on, as written in the stack file, sorted."""
        return tuple(sorted(name for name, value in self.model_dump(by_alias=True).items() if value))
