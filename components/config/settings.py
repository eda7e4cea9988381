"""The whole configuration of one stack, secrets apart."""

from typing import Literal

from pydantic import Field

from components.config.api_defaults import ApiDefaults
from components.config.catalog import Model
from components.config.cluster import Cluster
from components.config.compat import Compat
from components.config.consumers import Consumers
from components.config.gpu import GpuSettings
from components.config.identity import AnyIdentity
from components.config.machines import Nodes
from components.config.model_serving import ModelServing
from components.config.monitoring import Monitoring
from components.config.namespaces import Namespaces
from components.config.operators import Prereqs
from components.config.plans import Plan
from components.config.portal import Portal
from components.config.section import DnsLabel, Section
from components.config.storage import ModelImport, ModelStore, Storage
from components.config.threescale import Promotion, ThreeScale
from components.config.waits import Waits


class Settings(Section):
    """One environment: every key of the stack file that is not a secret."""

    environment: Literal["dev", "test", "prod"] = Field(
        description="What the stack is for. `prod` refuses every `compat` switch."
    )
    cluster: Cluster = Field(description="The cluster, and how to reach it.")
    prereqs: Prereqs = Field(default=Prereqs(), description="What is installed before models can be served.")
    namespaces: Namespaces = Field(default=Namespaces(), description="Names of the namespaces.")
    storage: Storage = Field(default=Storage(), description="What this stack installs to store data.")
    model_store: ModelStore | None = Field(
        default=None,
        description="Where the bucket with the models is. When left out, models come as images or somebody else "
        "serves them.",
    )
    model_import: ModelImport = Field(
        default=ModelImport(), description="The Jobs that copy models from the hub into the bucket."
    )
    nodes: Nodes = Field(default=Nodes(), description="Nodes that this stack adds for everything but GPUs.")
    gpu: GpuSettings = Field(default=GpuSettings(), description="Nodes with GPUs.")
    model_serving: ModelServing = Field(default=ModelServing(), description="What holds for every model server.")
    models: dict[DnsLabel, Model] = Field(
        description="The catalogue: one entry per model. The key is the model's identity: Pulumi name, Kubernetes "
        "name and, unless overridden, the served and the system name. A changed key replaces the model."
    )
    plans: dict[DnsLabel, Plan] = Field(description="Plans by name; a changed key replaces the plan.")
    api_defaults: ApiDefaults = Field(default=ApiDefaults(), description="What all models share at the gateway.")
    identity: AnyIdentity | None = Field(
        default=None,
        description="The identity server. When left out or empty, developers sign in with local passwords of the "
        "portal.",
    )
    portal: Portal = Field(default=Portal(), description="The developer portal.")
    threescale: ThreeScale = Field(description="The 3scale installation.")
    consumers: Consumers = Field(default=Consumers(), description="Accounts and applications of this stack's own.")
    promotion: Promotion = Field(default=Promotion(), description="How far a change of an API is promoted.")
    monitoring: Monitoring | None = Field(
        default=None,
        description="Monitors, rules and a dashboard. When left out or empty, nothing of them is placed.",
    )
    waits: Waits = Field(default=Waits(), description="Time limits of the gates.")
    compat: Compat = Field(default=Compat(), description="Exceptions from the secure defaults; refused in `prod`.")

    def display_name(self, key: str) -> str:
        """Title of model `key` in the portal."""
        return self.models[key].display_name or key

    def system_name(self, key: str) -> str:
        """Permanent name of model `key` in 3scale."""
        return self.models[key].system_name or key

    def served_model_name(self, key: str) -> str:
        """Name by which requests ask for model `key`."""
        return self.models[key].served_model_name or key

    def backend_system_name(self, key: str) -> str:
        """Permanent name of the backend of model `key` in 3scale."""
        return self.models[key].backend.system_name or self.system_name(key)

    def docs_system_name(self, key: str) -> str:
        """Permanent name of the page that describes the API of model `key` in the portal."""
        return self.models[key].docs.system_name or self.system_name(key)

    def plan_system_name(self, plan: str) -> str:
        """Permanent name of the plan `plan` in 3scale."""
        return self.plans[plan].system_name or plan

    def plans_of(self, key: str) -> dict[str, Plan]:
        """The plans that model `key` offers, without those that nobody declares, which is a problem of its own."""
        return {name: self.plans[name] for name in self.models[key].plans if name in self.plans}

    def models_offering(self, plan: str) -> dict[str, Model]:
        """The models that offer the plan `plan`."""
        return {key: model for key, model in self.models.items() if plan in model.plans}

    def promotion_of(self, key: str) -> Promotion:
        """How far a change of the API of model `key` is promoted."""
        return self.models[key].promotion or self.promotion
