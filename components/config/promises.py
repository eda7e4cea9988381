"""What one part of the configuration promises another: names that exist, names that are free, hosts that fit."""

from collections.abc import Callable, Iterator, Mapping

from components.config import (
    api_promises,
    plan_promises,
    tenant_promises,
    threescale_promises,
    token_chain,
    token_policy_promises,
)
from components.config.gpu_promises import NODE_PROMISES
from components.config.hosts import gateway_label, public_hosts
from components.config.identity_promises import IDENTITY_PROMISES
from components.config.pool_promises import SERVING_PROMISES
from components.config.prereq_promises import PREREQ_PROMISES
from components.config.problems import Problem
from components.config.promise import Names, Promise, repeated
from components.config.realm_promises import REALM_PROMISES
from components.config.section import MAX_HOST, MAX_LABEL
from components.config.settings import Settings
from components.config.storage_promises import STORAGE_PROMISES

_MAX_SERVER_NAME = 53
"""Longest name of an InferenceService in characters; KServe adds `-predictor` (kserve, pkg/apis/serving)."""


def _duplicates(settings: Settings, _: Names) -> Iterator[Problem]:
    kinds: dict[str, Callable[[str], str]] = {
        "systemName": lambda key: settings.system_name(key).lower().replace("_", "-"),
        "servedModelName": settings.served_model_name,
        "displayName": settings.display_name,
    }
    for field, value in kinds.items():
        values = {key: value(key) for key in settings.models}
        for key, first in repeated(values):
            yield Problem(
                path=f"models.{key}.{field}",
                given=f'"{values[key]}" is also the {field} of model {first}',
                allowed=f"a {field} that no other model has; when left out it is the model's key"
                + (" (names are compared as the gateway's host shows them)" if field == "systemName" else ""),
                remedy=f"give one of the two models another {field}",
            )


def _hosts(settings: Settings, _: Names) -> Iterator[Problem]:
    tenant = settings.threescale.tenant_name
    room = MAX_LABEL - len(gateway_label("", tenant, "production"))
    for key, model in settings.models.items():
        name = settings.system_name(key)
        label = gateway_label(name, tenant, "production")
        if len(label) > MAX_LABEL:
            yield Problem(
                path=f"models.{key}.systemName" if model.system_name else f"models.{key}",
                given=f'"{name}" gives the host label {label} of {len(label)} characters',
                allowed=f"a system name of at most {room} characters, so that the label has at most {MAX_LABEL}",
                remedy=f"set models.{key}.systemName to a shorter name",
            )


def _domain(settings: Settings, _: Names) -> Iterator[Problem]:
    # A label that is too long is a problem of its model, and would make this one right or wrong by accident.
    hosts = [host for host in public_hosts(settings) if len(host.partition(".")[0]) <= MAX_LABEL]
    longest = max(hosts, key=len)
    if len(longest) > MAX_HOST:
        label, _dot, domain = longest.partition(".")
        room = MAX_HOST - len(label) - 1
        yield Problem(
            path="cluster.wildcardDomain",
            given=f"its {len(domain)} characters make the host {label}.… {len(longest)} characters long",
            allowed=f"hosts of at most {MAX_HOST} characters, so a domain of at most {room}",
            remedy="use a cluster with a shorter domain, or shorten the names in that host",
        )


def _server_names(settings: Settings, _: Names) -> Iterator[Problem]:
    for key, model in settings.models.items():
        if model.server is not None and len(key) > _MAX_SERVER_NAME:
            yield Problem(
                path=f"models.{key}",
                given=f"the key has {len(key)} characters",
                allowed=f"a key of at most {_MAX_SERVER_NAME} characters for a model with a server of its own",
                remedy="shorten the key; displayName and servedModelName may stay long",
            )


def _plans(settings: Settings, names: Names) -> Iterator[Problem]:
    for key, model in settings.models.items():
        for position, plan in enumerate(model.plans):
            if plan not in names.plans or plan in model.plans[:position]:
                yield Problem(
                    path=f"models.{key}.plans[{position}]",
                    given=f'"{plan}" {"is there twice" if plan in names.plans else "is no plan"}',
                    allowed=f"each of the plans once: {', '.join(sorted(names.plans)) or 'none is declared'}",
                    remedy=f"declare plans.{plan} or name another plan",
                )


def _applications(settings: Settings, names: Names) -> Iterator[Problem]:
    for account, declared in settings.consumers.accounts.items():
        for name, application in declared.applications.items():
            path = f"consumers.accounts.{account}.applications.{name}"
            model = settings.models.get(application.model)
            if application.model not in names.models:
                yield Problem(
                    path=f"{path}.model",
                    given=f'"{application.model}" is no model',
                    allowed=f"one of the models: {', '.join(sorted(names.models)) or 'none is declared'}",
                    remedy="name a model of the catalogue, or add it",
                )
            elif model is not None and application.plan not in model.plans:
                yield Problem(
                    path=f"{path}.plan",
                    given=f'"{application.plan}" is not offered by model {application.model}',
                    allowed=f"one of its plans: {', '.join(model.plans)}",
                    remedy=f"name one of them, or add the plan to models.{application.model}.plans",
                )


def _namespaces(settings: Settings, _: Names) -> Iterator[Problem]:
    values: dict[str, str] = {}
    if settings.prereqs.openshift_ai is not None:
        values["prereqs.openshiftAi.namespace"] = settings.prereqs.openshift_ai.namespace
    if settings.prereqs.nfd is not None:
        values["prereqs.nfd.namespace"] = settings.prereqs.nfd.namespace
    if settings.prereqs.gpu_operator is not None:
        values["prereqs.gpuOperator.namespace"] = settings.prereqs.gpu_operator.namespace
    if settings.prereqs.service_mesh is not None:
        values["prereqs.serviceMesh.namespace"] = settings.prereqs.service_mesh.namespace
    if settings.prereqs.serverless is not None:
        values["prereqs.serverless.namespace"] = settings.prereqs.serverless.namespace
    values |= {f"namespaces.{key}": value for key, value in settings.namespaces.model_dump(by_alias=True).items()}
    for path, first in repeated(values):
        yield Problem(
            path=path,
            given=f'"{values[path]}" is also {first}',
            allowed="a namespace of its own; an operator's namespace holds exactly one OperatorGroup",
            remedy="give one of the two another namespace",
        )


def _compat(settings: Settings, _: Names) -> Iterator[Problem]:
    if settings.environment == "prod":
        for switch in settings.compat.active:
            yield Problem(
                path=f"compat.{switch}",
                given="true was given while environment is prod",
                allowed="false; a switch of compat gives up a safe default and is refused in production",
                remedy=f"remove compat.{switch}",
            )


PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"models"}), _duplicates),
    Promise(frozenset({"models", "threescale"}), _hosts),
    Promise(frozenset({"cluster", "identity", "models", "namespaces", "threescale"}), _domain),
    Promise(frozenset({"models"}), _server_names),
    Promise(frozenset({"models", "plans"}), _plans),
    Promise(frozenset({"api_defaults", "models", "plans", "compat"}), api_promises.limits_and_prices),
    Promise(frozenset({"models", "plans"}), api_promises.plan_names),
    Promise(frozenset({"models", "plans"}), api_promises.features),
    Promise(frozenset({"models"}), api_promises.other_names),
    Promise(frozenset({"api_defaults", "models", "compat"}), api_promises.exact_apis),
    Promise(frozenset({"models", "plans"}), plan_promises.answers_fit),
    Promise(frozenset({"models", "plans"}), plan_promises.permitted_models),
    Promise(frozenset({"models", "plans", "compat"}), plan_promises.requests_name_models),
    Promise(frozenset({"api_defaults", "models", "plans", "threescale"}), plan_promises.restrictions_hold),
    Promise(frozenset({"models", "plans"}), plan_promises.titles_tell_plans_apart),
    Promise(frozenset({"api_defaults", "threescale"}), plan_promises.metering_is_known),
    Promise(frozenset({"api_defaults", "models", "compat"}), token_policy_promises.reported_metrics),
    Promise(frozenset({"models", "plans"}), token_policy_promises.named_plans),
    Promise(frozenset({"models", "threescale"}), token_policy_promises.described_form),
    Promise(frozenset({"models"}), token_chain.working_chains),
    Promise(frozenset({"models", "plans"}), token_chain.limits_of_nothing),
    Promise(frozenset({"environment", "models"}), api_promises.closed_in_production),
    Promise(frozenset({"models"}), api_promises.documents),
    Promise(frozenset({"models", "consumers"}), _applications),
    Promise(frozenset({"models", "consumers"}), tenant_promises.subscriptions),
    Promise(frozenset({"consumers"}), tenant_promises.users),
    Promise(frozenset({"models", "threescale", "consumers", "compat"}), tenant_promises.sample_names),
    Promise(frozenset({"threescale", "portal"}), tenant_promises.newer_settings),
    Promise(frozenset({"namespaces", "prereqs"}), _namespaces),
    Promise(frozenset({"environment", "compat"}), _compat),
    Promise(frozenset({"environment", "portal"}), tenant_promises.trusted),
    *PREREQ_PROMISES,
    *SERVING_PROMISES,
    *STORAGE_PROMISES,
    *IDENTITY_PROMISES,
    *REALM_PROMISES,
    *NODE_PROMISES,
    Promise(frozenset({"environment", "threescale"}), threescale_promises.databases),
    Promise(frozenset({"environment", "threescale"}), threescale_promises.encrypted_databases),
    Promise(frozenset({"environment", "threescale"}), threescale_promises.file_storage),
    Promise(frozenset({"environment", "threescale"}), threescale_promises.evaluation),
    Promise(frozenset({"compat", "threescale"}), threescale_promises.seed_policy),
    Promise(frozenset({"threescale"}), threescale_promises.policy_folder),
    Promise(frozenset({"api_defaults"}), threescale_promises.router_patience),
)
"""Every promise across sections."""


def broken(
    settings: Settings, valid: frozenset[str], raw: Mapping[str, object], secrets: frozenset[str] = frozenset()
) -> Iterator[Problem]:
    """What does not hold between the sections named in `valid`; `raw` is the stack file as written.

    `secrets` names the secret keys that are set.
    """
    names = Names(models=_names(raw.get("models")), plans=_names(raw.get("plans")), secrets=secrets)
    for promise in PROMISES:
        if promise.reads <= valid:
            yield from promise.broken(settings, names)


def _names(section: object) -> frozenset[str]:
    return frozenset(section) if isinstance(section, dict) else frozenset()
