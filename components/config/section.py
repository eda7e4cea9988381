"""What every part of the configuration shares: camelCase in YAML, frozen, unknown keys refused."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

MAX_LABEL = 63
"""Longest DNS label, in characters (RFC 1035, section 2.3.4)."""

MAX_HOST = 253
"""Longest host name, in characters: 255 octets with the length of the first label and the root (RFC 1035, 2.3.4)."""

RULE = "rule"
"""Type of an error that says by itself what was given, what is allowed and what to do."""


def rule(*, given: str, allowed: str, remedy: str) -> PydanticCustomError:
    """The error of a rule that reads several keys; `{path}` in `remedy` stands for the path of the error."""
    return PydanticCustomError(RULE, "{allowed}", {"given": given, "allowed": allowed, "remedy": remedy})


class Section(BaseModel):
    """One object of the stack file; types are strict, so `"8192"` is not a number."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        strict=True,
        validate_default=True,
    )


DnsLabel = Annotated[str, StringConstraints(pattern=r"^[a-z]([a-z0-9-]*[a-z0-9])?$", max_length=MAX_LABEL)]
"""A name that fits one label of a host name and a Kubernetes object name."""

Namespace = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", max_length=MAX_LABEL)]
"""A Kubernetes namespace; unlike our own keys it may start with a digit (`3scale`)."""


def _short_labels(domain: object) -> object:
    """Says a domain's limits in words; the pattern after it, which editors use too, would only show itself."""
    if isinstance(domain, str) and (long := [label for label in domain.split(".") if len(label) > MAX_LABEL]):
        raise rule(
            given=f'a label of {len(long[0])} characters, "{long[0]}", was given',
            allowed=f"a domain whose labels have at most {MAX_LABEL} characters",
            remedy="correct {path}: give the domain that the cluster's router serves",
        )
    return domain


DnsDomain = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$", max_length=MAX_HOST
    ),
    BeforeValidator(_short_labels),
]
"""A domain without scheme, port or leading dot, such as `apps.example.com`."""

PinnedImage = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)+@sha256:[0-9a-f]{64}$")]
"""A container image pinned by digest, `registry/repository@sha256:…`; a tag can move under a pinned program."""

HttpUrl = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]+)?(/[^?#\s]*)?$", max_length=255)]
"""A URL that porta accepts as private endpoint: no query, fragment or user info (porta, app/models/backend_api.rb)."""

Quantity = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?(m|k|Ki|M|Mi|G|Gi|T|Ti)?$")]
"""A Kubernetes quantity, such as `500m` or `8Gi`."""

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=255)]
"""An e-mail address."""

Certificates = Annotated[str, StringConstraints(pattern=r"^\s*-----BEGIN CERTIFICATE-----")]
"""Certificates in PEM form (RFC 7468), one below the other."""

Seconds = Annotated[int, Field(gt=0, le=86_400)]
"""A time limit of at most one day."""


def _without_newline(text: str) -> str:
    if re.search(r"[\r\n]", text):
        msg = "text in one line"
        raise ValueError(msg)
    return text


Title = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_without_newline)]
"""A line of text for people."""
