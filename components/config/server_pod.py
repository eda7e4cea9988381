"""What every model server's pod has: an image, sizes, a place, and how many of them there are."""

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from components.config.quantities import number_of
from components.config.section import DnsLabel, PinnedImage, Quantity, Seconds, Section, rule

GPU = "nvidia.com/gpu"
"""Key of a GPU node's taint, and name of the resource that GPUs are (NVIDIA, k8s-device-plugin)."""

MODEL_FOLDER = "/mnt/models"
"""Folder at which KServe mounts the weights (kserve, pkg/constants)."""

FilePath = Annotated[str, StringConstraints(pattern=r"^/[A-Za-z0-9._/-]+$", max_length=255)]
"""A file in the server's container."""

Argument = Annotated[str, StringConstraints(pattern=r"^--[a-z][a-z0-9_-]*(=.*)?$")]
"""One argument of a command line, `--name` or `--name=value`."""


class Amounts(Section):
    """Processor time and memory."""

    cpu: Quantity = Field(description="Processor cores, for example `2` or `500m`.")
    memory: Quantity = Field(description="Memory, for example `8Gi`.")


class Resources(Section):
    """What a model server's pod asks for and may use."""

    requests: Amounts = Field(description="What the scheduler sets aside for the pod.")
    limits: Amounts = Field(description="What the pod may use at most.")

    @model_validator(mode="after")
    def _no_more_asked_than_allowed(self) -> Self:
        for name in ("cpu", "memory"):
            asked, most = getattr(self.requests, name), getattr(self.limits, name)
            if number_of(asked) > number_of(most):
                raise rule(
                    given=f"requests.{name} {asked} and limits.{name} {most} were given",
                    allowed="requests of at most the limits; the API server refuses any other pod",
                    remedy=f"lower {{path}}.requests.{name}, or raise {{path}}.limits.{name}",
                )
        return self


class Toleration(Section):
    """A taint that does not keep the pod away."""

    key: Annotated[str, StringConstraints(min_length=1, max_length=317)] = Field(
        default=GPU, description="Key of the taint."
    )
    operator: Literal["Exists", "Equal"] = Field(
        default="Exists", description="Whether any value is tolerated, or the one in `value` alone."
    )
    value: Annotated[str, StringConstraints(max_length=63)] | None = Field(
        default=None, description="Value of the taint, with operator `Equal`."
    )
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] = Field(
        default="NoSchedule", description="Effect of the taint."
    )

    @model_validator(mode="after")
    def _value_of_equal(self) -> Self:
        if (self.operator == "Equal") != (self.value is not None):
            equal = self.operator == "Equal"
            raise rule(
                given=f"operator {self.operator} was given {'without' if equal else 'together with'} value",
                allowed="value together with operator Equal, and only with it",
                remedy="add {path}.value" if equal else "remove {path}.value, or set {path}.operator to Equal",
            )
        return self


class ServerPod(Section):
    """What is the same for every engine but vLLM without an accelerator."""

    engine: str = Field(description="Which server answers.")
    image: PinnedImage = Field(description="Image of the server, pinned by digest.")
    resources: Resources = Field(description="Processor time and memory of the pod.")
    pool: DnsLabel | None = Field(
        default=None,
        description="Pool of `gpu.pools` whose nodes run the server: its taint is tolerated, its nodes are selected.",
    )
    gpus: Annotated[int, Field(ge=0, le=16)] | None = Field(
        default=None,
        description="GPUs of one pod. When left out, 1 for `vllm` and `image` and wherever a pool is named, else none.",
    )
    tolerations: tuple[Toleration, ...] | None = Field(
        default=None,
        description="Taints that the pod tolerates, in place of a pool's. When left out, the pool's taint; without a "
        "pool any taint `nvidia.com/gpu` where the pod has a GPU.",
    )
    node_selector: dict[str, str] | None = Field(
        default=None, description="Labels of the nodes that run the server, in place of a pool's."
    )
    shared_memory: Quantity = Field(
        default="2Gi", description="Size of `/dev/shm`, through which the processes of one server talk."
    )
    replicas: Annotated[int, Field(ge=1, le=100)] = Field(default=1, description="Number of equal servers.")
    strategy: Literal["Recreate", "RollingUpdate"] | None = Field(
        default=None,
        description="How a changed server takes over: `Recreate` ends the old pod first, `RollingUpdate` starts the "
        "new one beside it. When left out, `Recreate` with GPUs, since a second pod would wait for one for ever.",
    )
    start_seconds: Seconds | None = Field(
        default=None,
        description="How long a start may take before the pod is started again. When left out, what reading the "
        "declared `weights` takes, or `waits.modelReadySeconds` where none are declared. It begins when image and "
        "weights are on the node.",
    )
    monitoring: bool | None = Field(
        default=None,
        description="Whether this stack places a ServiceMonitor for the server's metrics. When left out, for every "
        "engine but vLLM, whose metrics OpenShift AI collects by itself: two monitors would count twice.",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        by_hand = [name for name, value in self._places().items() if value is not None]
        if self.pool is not None and by_hand:
            raise rule(
                given=f"pool was given together with {' and '.join(by_hand)}",
                allowed="a pool, from which both follow, or tolerations and nodeSelector without one",
                remedy=f"remove {{path}}.pool, or remove {' and '.join(f'{{path}}.{name}' for name in by_hand)}",
            )
        if self.pool is not None and self.gpus == 0:
            raise rule(
                given=f"pool {self.pool} was given with gpus 0",
                allowed="at least one GPU on a pool of GPU nodes",
                remedy="remove {path}.pool or {path}.gpus",
            )
        return self

    @property
    def devices(self) -> int:
        """GPUs of one pod."""
        if self.gpus is not None:
            return self.gpus
        return 1 if self.pool is not None or self.engine in _ON_GPUS else 0

    @property
    def most_replicas(self) -> int:
        """Most pods there can be."""
        return self.replicas

    @property
    def gpu_share(self) -> float | None:
        """Share of a GPU's memory that one pod takes, or nothing where nobody has said."""
        return None

    @property
    def measured_at(self) -> str | None:
        """Path of the server's metrics on port 8080, or nothing where it has none."""
        return "/metrics"

    def _places(self) -> dict[str, object]:
        return {"tolerations": self.tolerations, "nodeSelector": self.node_selector}


_ON_GPUS = frozenset({"vllm", "image"})
"""Engines that need an accelerator."""
