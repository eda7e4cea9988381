"""How the gateways' token policy counts, and how strictly the limits of tokens hold."""

from typing import Annotated, Literal

from pydantic import Field

from components.config.section import Section


class Estimate(Section):
    """What is written down of answers that tell no usage: a guess, apart from everything that is counted."""

    enabled: bool = Field(
        default=False,
        description="Whether such calls are estimated by their length, into the metric `estimated_tokens` alone.",
    )
    bytes_per_token: Annotated[int, Field(ge=1, le=100)] = Field(
        default=6,
        description="Bytes of request and answer that are taken for one token; a larger number estimates less.",
    )


class Metering(Section):
    """Counting of tokens for every model whose answers tell their usage."""

    authorization: Literal["exact", "cached"] = Field(
        default="exact",
        description="How calls are authorised where a plan limits tokens. `exact` asks 3scale before every call, so "
        "that the first call after a crossed limit is refused; `cached` saves that question and lets further calls "
        "pass until the gateway's cache has learnt of it. Models without limits of tokens are always cached.",
    )
    continuous_usage: bool = Field(
        default=False,
        description="Whether streams are asked for usage in every event and not in the last alone, so that a stream "
        "which the client cuts is counted up to there. Clients see the additional field.",
    )
    application_labels: bool = Field(
        default=True,
        description="Whether the gateways' counters tell applications apart. When false, there are fewer series, and "
        "no alert about the limit of an application.",
    )
    reasoning_tokens: bool = Field(
        default=False,
        description="Adds the metric `reasoning_tokens` to chat models: the part of the answer's tokens that the "
        "server tells as thoughts.",
    )
    cached_tokens: bool = Field(
        default=False,
        description="Adds the metric `cached_tokens` to chat models: the part of the prompt's tokens that the server "
        "had in its cache. vLLM tells it with `--enable-prompt-tokens-details`.",
    )
    estimate: Estimate = Field(default=Estimate(), description="What becomes of answers that tell no usage.")
