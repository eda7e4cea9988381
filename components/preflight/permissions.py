"""What the deployer must be allowed to do, as questions for the cluster; pure."""

from collections.abc import Iterable, Mapping

from components.config import Settings
from components.preflight.needs import Need, needs

Question = Mapping[str, str]
"""Attributes of one SelfSubjectAccessReview: verb, group, resource; where they apply subresource, namespace, name."""

EVERYTHING: Question = {"verb": "*", "group": "*", "resource": "*"}
"""The question that only an administrator of the whole cluster is answered with yes: it saves all others."""


def needed_permissions(settings: Settings) -> tuple[Question, ...]:
    """One question per right that this stack needs."""
    return tuple(_question(verb, need) for need in needs(settings) for verb in need.verbs)


def in_words(questions: Iterable[Question]) -> list[str]:
    """Rights as kubectl writes them, one per kind and place: `create, patch routes.route.openshift.io in namespace x`.

    The order is that in which each kind comes first.
    """
    verbs: dict[str, list[str]] = {}
    for one in questions:
        verbs.setdefault(_what(one), []).append(one["verb"])
    return [f"{', '.join(found)} {what}" for what, found in verbs.items()]


def _question(verb: str, need: Need) -> Question:
    resource, _, part = need.kind.resource.partition("/")
    place = {"subresource": part, "namespace": need.namespace, "name": need.name}
    given = {key: value for key, value in place.items() if value}
    return {"verb": verb, "group": need.kind.group, "resource": resource, **given}


def _what(question: Question) -> str:
    resource = ".".join(part for part in (question["resource"], question["group"]) if part)
    parts = [question[key] for key in ("subresource", "name") if key in question]
    where = f"in namespace {question['namespace']}" if "namespace" in question else "in the whole cluster"
    return f"{'/'.join((resource, *parts))} {where}"
