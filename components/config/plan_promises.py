"""What a plan permits in a request is what its models can do; that, and how tokens are counted, the gateways know."""

from collections.abc import Iterator, Mapping

from components.config.catalog import Model
from components.config.counted import limitable_tokens
from components.config.gateway_policy import NAME, SEED_VERSION
from components.config.operations import nameless_operations
from components.config.plans import Plan
from components.config.problems import Problem, written
from components.config.promise import Names, repeated
from components.config.settings import Settings
from components.config.token_chain import members, token_policies
from components.config.vllm import Vllm, VllmCpu

_ADAPTERS = "--lora-modules"
"""Argument of vLLM by which a server has further names (vllm, docs/features/lora.md)."""

_WITHOUT_LENGTH = frozenset({"embedding"})
"""Kinds of models whose answers are no text."""


def answers_fit(settings: Settings, _: Names) -> Iterator[Problem]:
    """No plan promises longer answers than a model's context, in which the prompt has to stand too."""
    for name, plan in settings.plans.items():
        for key, model in settings.models_offering(name).items():
            longest = None if model.kind in _WITHOUT_LENGTH else model.max_model_len
            if plan.max_tokens is not None and longest is not None and plan.max_tokens > longest:
                yield Problem(
                    path=f"plans.{name}.maxTokens",
                    given=f"{plan.max_tokens} was given, while models.{key}.maxModelLen is {longest}",
                    allowed=f"at most {longest} tokens, prompt and answer together, as long as {key} offers the plan",
                    remedy=f"correct plans.{name}.maxTokens, or offer {key} by another plan",
                )


def permitted_models(settings: Settings, _: Names) -> Iterator[Problem]:
    """A plan names what its models are asked for by, and permits something of each of them."""
    for name, plan in settings.plans.items():
        if plan.models is not None:
            served = {key: served_names(settings, key) for key in settings.models_offering(name)}
            known = {key: names for key, names in served.items() if names is not None}
            if served and len(known) == len(served):
                yield from _unserved(name, plan.models, known)
            yield from _closed(name, frozenset(plan.models), known)


def requests_name_models(settings: Settings, _: Names) -> Iterator[Problem]:
    """What is permitted by its name is asked for by a name: a request without one is refused."""
    for name, plan in settings.plans.items():
        for key, model in settings.models_offering(name).items() if plan.models is not None else ():
            if nameless := nameless_operations(model, settings.compat):
                yield Problem(
                    path=f"plans.{name}.models",
                    given=f"it was given while model {key}, which offers the plan, exposes {', '.join(nameless)}",
                    allowed="it with operations whose requests name a model; all others would be refused with 403",
                    remedy=f"leave them out of models.{key}.expose, or offer {key} by another plan",
                )


def restrictions_hold(settings: Settings, _: Names) -> Iterator[Problem]:
    """What a plan does not permit is refused by a policy that stands in the chain and knows the plan by its title."""
    for name, plan in settings.plans.items():
        if plan.is_restricted and settings.threescale.gateway_policy.is_the_guides:
            yield Problem(
                path=f"plans.{name}",
                given=f"maxTokens or models was given while threescale.gatewayPolicy.version is {SEED_VERSION}",
                allowed="them with this project's own policy; the guides' policy knows no plans",
                remedy=f"remove threescale.gatewayPolicy, or plans.{name}.maxTokens and plans.{name}.models",
            )
        for key, model in settings.models_offering(name).items() if plan.is_restricted else ():
            if model.api.policies is not None:
                yield from _left_out(name, plan, key, model)
            elif not limitable_tokens(model, settings.api_defaults.metering):
                yield Problem(
                    path=f"plans.{name}",
                    given=f"maxTokens or models was given, while answers of {key}, which offers it, tell no tokens",
                    allowed="them on plans of models that count tokens; others have no token policy in their chain",
                    remedy=f"offer {key} by another plan",
                )


def titles_tell_plans_apart(settings: Settings, _: Names) -> Iterator[Problem]:
    """Plans of one model have titles of their own where one of them is restricted: the gateway knows no other name."""
    for key in settings.models:
        offered = settings.plans_of(key)
        for plan, first in repeated({name: one.display_name for name, one in offered.items()}):
            if offered[plan].is_restricted or offered[first].is_restricted:
                yield Problem(
                    path=f"plans.{plan}.displayName",
                    given=f'"{offered[plan].display_name}" is also the title of plan {first}, and model {key} offers '
                    "both",
                    allowed="titles that tell the plans of a model apart, where one has maxTokens or models",
                    remedy="give one of the two another displayName",
                )


def metering_is_known(settings: Settings, _: Names) -> Iterator[Problem]:
    """Nothing of `apiDefaults.metering` is asked of a policy that does not know it."""
    given = settings.api_defaults.metering.model_dump(by_alias=True, exclude_defaults=True)
    for name in given if settings.threescale.gateway_policy.is_the_guides else ():
        yield Problem(
            path=f"apiDefaults.metering.{name}",
            given=f"it was given while threescale.gatewayPolicy.version is {SEED_VERSION}",
            allowed="it with this project's own policy; the guides' policy does not know it",
            remedy=f"remove apiDefaults.metering.{name}, or threescale.gatewayPolicy",
        )


def served_names(settings: Settings, key: str) -> frozenset[str] | None:
    """Names by which requests ask for what the server of model `key` has; nothing where nobody knows them all."""
    server = settings.models[key].server
    if not isinstance(server, Vllm | VllmCpu) or any(one.startswith(_ADAPTERS) for one in server.extra_args):
        return None
    adapters = server.lora.modules if isinstance(server, Vllm) and server.lora is not None else {}
    return frozenset({settings.served_model_name(key), *adapters})


def _unserved(plan: str, permitted: tuple[str, ...], served: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Permitted names that none of the models has."""
    every = sorted({name for names in served.values() for name in names})
    for position, name in enumerate(permitted):
        if name not in every:
            yield Problem(
                path=written(["plans", plan, "models", position]),
                given=f'"{name}" is no name of what is served by {", ".join(served)}, which offer the plan',
                allowed=f"names by which requests ask: {', '.join(every)}",
                remedy="name one of them, or serve a model of that name under the plan",
            )


def _closed(plan: str, permitted: frozenset[str], served: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Models of which the plan permits nothing."""
    for key, names in served.items():
        if not names & permitted:
            yield Problem(
                path=f"plans.{plan}.models",
                given=f"it has no name of model {key}, which offers the plan",
                allowed=f"at least one of {', '.join(sorted(names))}; otherwise every call would be refused",
                remedy=f"add one of them, or remove {plan} from models.{key}.plans",
            )


def _left_out(name: str, plan: Plan, key: str, model: Model) -> Iterator[Problem]:
    """A declared chain whose token policy does not name the plan."""
    policies = [item.configuration.get("plans") for _position, item in token_policies(model)]
    entries = [entry for plans in policies for entry in members(plans)]
    if not any(isinstance(entry, dict) and entry.get("plan") == plan.display_name for entry in entries):
        yield Problem(
            path=f"plans.{name}",
            given=f"maxTokens or models was given, while models.{key}.api.policies says nothing of the plan",
            allowed=f"a chain that is computed, or one in which {NAME} names the plan by its title",
            remedy=f"add the plan to the configuration of {NAME} there, or remove models.{key}.api.policies",
        )
