"""What the operators below the models promise each other."""

from collections.abc import Iterator

from components.config.problems import Problem
from components.config.promise import Names, Promise
from components.config.settings import Settings

_OLDEST = (2, 16)
"""Oldest release of OpenShift AI whose two singletons this project writes (Red Hat, OpenShift AI life cycle)."""

_HEADED_SINCE = (2, 19)
"""Release from which Services with a cluster IP can be asked for (opendatahub-operator, pull request 1748)."""

_HEADLESS = "modelServing.serviceKind"


def releases(settings: Settings, _: Names) -> Iterator[Problem]:
    """The pinned OpenShift AI is one whose objects are known."""
    release = settings.prereqs.openshift_ai
    if release is not None and release.release < _OLDEST:
        yield Problem(
            path="prereqs.openshiftAi.startingCSV",
            given=f'"{release.starting_csv}" was given',
            allowed="release 2.16 or later; older ones have other fields and are no longer supported",
            remedy="pin a later version, such as one of channel eus-2.25 or stable-3.x",
        )


def service_kinds(settings: Settings, _: Names) -> Iterator[Problem]:
    """Services have a cluster IP only where OpenShift AI can give them one."""
    release, headed = settings.prereqs.openshift_ai, settings.model_serving.service_kind == "headed"
    served = any(model.server is not None for model in settings.models.values()) and not settings.compat.serverless
    if release is not None and _OLDEST <= release.release < _HEADED_SINCE and headed and served:
        yield Problem(
            path=_HEADLESS,
            given=f'"headed", which it is when left out, was given with {release.starting_csv}',
            allowed="headless; Services of model servers have no cluster IP before release 2.19",
            remedy=f"set {_HEADLESS} to headless, or pin a later version of OpenShift AI",
        )


def only_for_knative(settings: Settings, _: Names) -> Iterator[Problem]:
    """What Knative alone needs is given with Knative alone."""
    given = {
        "prereqs.serviceMesh": settings.prereqs.service_mesh,
        "prereqs.serverless": settings.prereqs.serverless,
        "modelServing.ingressCertificateSecret": settings.model_serving.ingress_certificate_secret,
    }
    for path, value in given.items():
        if value is not None and not settings.compat.serverless:
            yield Problem(
                path=path,
                given="it was given without compat.serverless",
                allowed="nothing; model servers are plain Deployments, which need neither Knative nor Service Mesh",
                remedy=f"remove {path}, or set compat.serverless to true outside production",
            )


PREREQ_PROMISES: tuple[Promise, ...] = (
    Promise(frozenset({"prereqs"}), releases),
    Promise(frozenset({"compat", "model_serving", "models", "prereqs"}), service_kinds),
    Promise(frozenset({"compat", "model_serving", "prereqs"}), only_for_knative),
)
"""Every promise about the operators below the models."""
