"""Components and the whole program under the recorder."""

import runpy
from collections.abc import Callable, Mapping

import pulumi

from components.config.stack import load
from components.site import Offer, Site, connected
from tests.support.recorder import Recording, Registration, attempted, recorded
from tests.support.stack_file import CANARIES, ROOT, dev_stack, handed_over

MODEL = "llama-32-1b-instruct-cpu"
"""The dev stack's model."""

AUTHORITY = "-----BEGIN CERTIFICATE-----\nrouter\n"
"""What preflight would have found."""


def placed(component: Callable[[Site, pulumi.Resource], object], **changes: object) -> Recording:
    """What `component` registers when it gets a site of the changed dev stack and a gate to wait for."""
    return placed_with(CANARIES, component, **changes)


def placed_with(
    secrets: Mapping[str, str], component: Callable[[Site, pulumi.Resource], object], **changes: object
) -> Recording:
    """The same with these secrets."""

    def place() -> None:
        site = connected(load(), AUTHORITY, None)
        component(site, pulumi.CustomResource("test:index:Gate", "gate"))

    return recorded(place, config=handed_over(dev_stack(**changes)), secrets=secrets)


def an_offer(product: pulumi.Resource | None = None) -> Offer:
    """A placed model with the ids of a tenant."""
    known = pulumi.Output.from_input
    return Offer(
        product=product or pulumi.CustomResource("test:index:Product", "product"),
        product_id=known("31"),
        backend_id=known("21"),
        plan_ids={"standard": known("81")},
        service_plan_id=known("171"),
        versions={"staging": known("3"), "production": known("2")},
    )


def program(*, preview: bool = True, **changes: object) -> Recording:
    """What the whole program registers for the changed dev stack."""
    return program_of(dev_stack(**changes), preview=preview)


def program_of(
    config: Mapping[str, object], *, preview: bool = True, secrets: Mapping[str, str] = CANARIES
) -> Recording:
    """What the whole program registers for these keys of a stack file."""
    return recorded(
        lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"),
        config=handed_over(config),
        secrets=secrets,
        preview=preview,
    )


def refused(
    *, preview: bool = True, secrets: Mapping[str, str] = CANARIES, **changes: object
) -> tuple[str, list[Registration]]:
    """The sentence with which the whole program refuses the changed dev stack, and what it registered until then."""
    recording, refusal = attempted(
        lambda: runpy.run_path(str(ROOT / "__main__.py"), run_name="__main__"),
        config=handed_over(dev_stack(**changes)),
        secrets=secrets,
        preview=preview,
    )
    assert refusal is not None, "the program accepted the stack"
    return str(refusal), recording.resources
