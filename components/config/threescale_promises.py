"""What the installation of 3scale and the gateways in front of the models promise."""

from collections.abc import Iterator

from components.config.api_defaults import ROUTER_MARGIN_SECONDS
from components.config.documents import DocumentError
from components.config.gateway_policy import MANIFEST, SEED_VERSION, manifest, policy_files
from components.config.problems import Problem
from components.config.promise import Names
from components.config.settings import Settings
from components.config.threescale_databases import EXTERNAL_ONLY_SINCE, TLS_SINCE


def databases(settings: Settings, _: Names) -> Iterator[Problem]:
    """Databases that are lost with one pod are for evaluation, and newer releases bring none."""
    threescale = settings.threescale
    if threescale.external_databases is not None:
        return
    release = threescale.release
    if release is not None and release >= EXTERNAL_ONLY_SINCE:
        reason = f"3scale {release[0]}.{release[1]} brings no databases of its own"
    elif settings.environment == "prod":
        reason = "environment is prod, and 3scale's own databases run in one pod each"
    else:
        return
    yield Problem(
        path="threescale.externalDatabases",
        given=f"the key is missing; {reason}",
        allowed="databases that somebody else runs: systemDatabase, with their addresses as stack secrets",
        remedy="add threescale.externalDatabases",
    )


def encrypted_databases(settings: Settings, _: Names) -> Iterator[Problem]:
    """What travels to the databases is read by nobody in production; older releases have no switch for it."""
    threescale = settings.threescale
    if threescale.external_databases is None:
        return
    release, tls = threescale.release, threescale.external_databases.tls
    older = release is not None and release < TLS_SINCE
    if tls is not None and older:
        yield Problem(
            path="threescale.externalDatabases.tls",
            given=f"the key was given while threescale.channel is {threescale.channel}",
            allowed=f"it from 3scale {'.'.join(map(str, TLS_SINCE))} on; an older operator would not know it",
            remedy="take a newer threescale.channel with its startingCSV, or remove threescale.externalDatabases.tls",
        )
    if tls is None and not older and settings.environment == "prod":
        yield Problem(
            path="threescale.externalDatabases.tls",
            given="the key is missing while environment is prod",
            allowed="TLS with certificates that are checked; passwords and keys of developers travel on this way",
            remedy="add threescale.externalDatabases.tls with caBundle, and let the servers take TLS",
        )


def file_storage(settings: Settings, _: Names) -> Iterator[Problem]:
    """Files of the portal travel in the clear in `dev` alone."""
    s3 = settings.threescale.file_storage.s3
    if s3 is not None and s3.protocol == "http" and settings.environment != "dev":
        yield Problem(
            path="threescale.fileStorage.s3.protocol",
            given=f'"http" was given while environment is {settings.environment}',
            allowed="https; over http files and signatures of requests can be read on the way",
            remedy="remove threescale.fileStorage.s3.protocol, and let the server take TLS",
        )


def evaluation(settings: Settings, _: Names) -> Iterator[Problem]:
    """What is for evaluation alone is refused in production."""
    if settings.environment != "prod":
        return
    smtp = settings.threescale.smtp
    if not settings.threescale.resource_requirements:
        yield Problem(
            path="threescale.resourceRequirements",
            given="false was given while environment is prod",
            allowed="true; pods that ask for nothing are the first that a full node ends",
            remedy="remove threescale.resourceRequirements; threescale.resources sets single numbers",
        )
    if smtp is not None and not smtp.verify_certificate:
        yield Problem(
            path="threescale.smtp.verifyCertificate",
            given="false was given while environment is prod",
            allowed="true; whoever answers in the server's place reads every mail and the password",
            remedy="remove threescale.smtp.verifyCertificate, and use a server whose certificate 3scale trusts",
        )


def seed_policy(settings: Settings, _: Names) -> Iterator[Problem]:
    """The guides' policy is used knowingly."""
    policy = settings.threescale.gateway_policy
    if policy.is_the_guides and not settings.compat.seed_policy:
        yield Problem(
            path="threescale.gatewayPolicy.version",
            given=f'"{SEED_VERSION}" was given, the version of the guides',
            allowed="a newer version, or this one with compat.seedPolicy; it fails on bodies that are not JSON",
            remedy="remove threescale.gatewayPolicy.version, or set compat.seedPolicy to true",
        )


def policy_folder(settings: Settings, _: Names) -> Iterator[Problem]:
    """The files of the gateway's policy are there, and say the version that the chains ask for."""
    policy = settings.threescale.gateway_policy
    folder = policy.files_folder
    if folder is None:
        return
    path = "threescale.gatewayPolicy"
    try:
        version = manifest(policy_files(folder)[MANIFEST]).get("version")
    except DocumentError as refusal:
        yield Problem(
            path=f"{path}.folder",
            given=refusal.given,
            allowed=f"a folder below the project's own with init.lua, {MANIFEST} and further Lua files",
            remedy=refusal.remedy.replace("{path}", f"{path}.folder"),
        )
        return
    if version != policy.version:
        yield Problem(
            path=f"{path}.version",
            given=f'"{policy.version}" was given, but {folder}/{MANIFEST} says "{version}"',
            allowed="the version of the files; gateways skip a policy of another version than the chain's",
            remedy=f"correct {path}.version or {MANIFEST}",
        )


def router_patience(settings: Settings, _: Names) -> Iterator[Problem]:
    """The router waits longer than the gateway, whose own answer is otherwise never seen."""
    limits = settings.api_defaults
    wanted = limits.longest_upstream_seconds + ROUTER_MARGIN_SECONDS
    if limits.router_timeout_seconds < wanted:
        yield Problem(
            path="apiDefaults.router.timeoutSeconds",
            given=f"{limits.router_timeout_seconds} was given, but the gateway waits {limits.longest_upstream_seconds} "
            "seconds for a model",
            allowed=f"at least {wanted}: {ROUTER_MARGIN_SECONDS} more than the longest of apiDefaults.upstream",
            remedy="remove apiDefaults.router.timeoutSeconds, or shorten apiDefaults.upstream",
        )
