"""An API declared word by word, for servers whose operations this project does not know, and for adoption."""

from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from components.config.naming import RuleKey, SystemName
from components.config.product_rules import ProductRuleChanges
from components.config.section import Section, Title

Status = Annotated[int, Field(ge=200, le=599)]
"""Status of an answer (porta, app/models/proxy.rb)."""

HeaderName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=255)]
"""Name of a header or parameter (porta, app/models/proxy.rb, auth_user_key)."""

Said = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_{}\[\],.;@#~%&()?\"= /\\:-]+$", max_length=255)]
"""What a gateway says when it refuses: of marks 3scale takes these alone (porta, app/models/proxy.rb, HTTP_HEADER)."""

Text = Annotated[str, StringConstraints(max_length=2000)]
"""A text of some sentences."""


class Method(Section):
    """An operation that is counted; each counts as a hit too."""

    display_name: Title = Field(description="Name in the portal and in the traffic chart; unique in the product.")
    description: Text = Field(default="", description="What the operation does.")


class Metric(Method):
    """Something that is counted by itself."""

    unit: Title = Field(description="What is counted, such as `token`.")


class Rule(Section):
    """What a request counts."""

    metric: SystemName = Field(description="The method or metric that is counted: one declared here, or `hits`.")
    delta: Annotated[int, Field(gt=0)] = Field(default=1, description="By how much it is counted.")
    position: Annotated[int, Field(gt=0, le=1_000_000)] = Field(
        description="Place in the order; gaps are allowed, so that a rule between two others moves none of them."
    )
    last: bool = Field(default=False, description="Whether no later rule is tried after this one matched.")


class PolicyItem(Section):
    """One link of the policy chain."""

    name: Title = Field(description="Name of the policy. 3scale checks no names; the gateway skips what it lacks.")
    version: Title = Field(default="builtin", description="Version of the policy; `builtin` for the gateway's own.")
    enabled: bool = Field(default=True, description="Whether the gateway runs it.")
    configuration: dict[str, Any] = Field(default={}, description="Its settings, in the form the policy defines.")


class Authentication(Section):
    """Where a request carries its key."""

    credentials_location: Literal["authorization", "headers", "query"] = Field(
        default="authorization",
        description="`authorization` (Bearer token or Basic user), `headers` or `query`.",
    )
    auth_user_key: HeaderName = Field(
        default="Authorization", description="Name of the header or parameter, where the location is not the former."
    )


class Refusal(Section):
    """What the gateway answers when it refuses a request; what is left out is 3scale's own."""

    text: Said | None = Field(
        default=None,
        description="Body of the answer. 3scale takes no apostrophe in it, no exclamation mark and no letter with an "
        "accent.",
    )
    status: Status | None = Field(default=None, description="Status of the answer, 200 to 599.")
    content_type: Said | None = Field(default=None, description="Value of the header Content-Type.")


class Refusals(Section):
    """The gateway's four kinds of refusal."""

    auth_failed: Refusal = Field(default=Refusal(), description="The key is not known or may not be used.")
    auth_missing: Refusal = Field(default=Refusal(), description="The request carries no key.")
    no_match: Refusal = Field(default=Refusal(), description="No rule matches the request.")
    limits_exceeded: Refusal = Field(default=Refusal(), description="A limit of the plan is reached.")


class ExactApi(Section):
    """Parts of an API that replace what is computed from `kind` and `expose`, each of them as a whole."""

    methods: dict[SystemName, Method] | None = Field(
        default=None, description="Methods by permanent name. When left out, the exposed operations."
    )
    metrics: dict[SystemName, Metric] | None = Field(
        default=None, description="Metrics besides `hits` by permanent name. When left out, the token metrics."
    )
    rules: dict[RuleKey, Rule] | None = Field(
        default=None,
        description="What a request counts, by `<method> <pattern>`. A pattern is a prefix unless it ends in `$`; what "
        "matches no rule does not pass. When left out, one rule per exposed operation.",
    )
    policies: tuple[PolicyItem, ...] | None = Field(
        default=None,
        description="The gateway's policy chain in its order. When left out: cors, upstream_connection, caching where "
        "a plan limits tokens, llm-metrics for declared token metrics, apicast.",
    )
    authentication: Authentication = Field(default=Authentication(), description="Where a request carries its key.")
    errors: Refusals = Field(default=Refusals(), description="What the gateway answers when it refuses a request.")
    product: ProductRuleChanges | None = Field(
        default=None, description="Usage rules that differ from `apiDefaults.product`."
    )
    hostname_rewrite: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:-]*$", max_length=255)] = Field(
        default="", description="Host header of requests to the model server. When left out, its own host."
    )
    test_path: Annotated[str, StringConstraints(pattern=r"^/\S*$", max_length=255)] = Field(
        default="/", description="Path that 3scale's console shows in its example request."
    )
