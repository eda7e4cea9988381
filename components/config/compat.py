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
    copy_pull_secret: bool = Field(
        default=False,
        description="Copies the cluster's own pull secret into 3scale's namespace, as the guides do. Whoever reads "
        "Secrets there then has the cluster's access to every registry. Otherwise `threescaleRegistryAuth` is used.",
    )
    seed_policy: bool = Field(
        default=False,
        description="Permits version 0.1 of the token policy, the one of the guides: it fails on bodies that are not "
        "JSON, and changes some that are.",
    )
    serverless: bool = Field(
        default=False,
        description="Has Knative and Service Mesh run the model servers, as the older guides do; only OpenShift AI 2.x "
        "can, with the operators of `prereqs.serviceMesh` and `prereqs.serverless`. Otherwise they are plain "
        "Deployments.",
    )

    @property
    def active(self) -> tuple[str, ...]:
        """Names of the switches that are on, as written in the stack file, sorted."""
        return tuple(sorted(name for name, value in self.model_dump(by_alias=True).items() if value))
