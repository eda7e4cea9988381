"""The form of secrets that are addresses or documents; no value of a secret is ever repeated."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import SplitResult, parse_qs, urlsplit

from components.config.problems import Problem

Form = tuple[Callable[[str], str], str]
"""What says what is wrong with a value ("" for nothing), and what is allowed."""

_REDIS = "://[[<user>]:<password>@]<host>[:<port>]/<number>"
_SQL = "://<user>:<password>@<host>[:<port>]/<database>"
_NUMBER = re.compile(r"/[0-9]{1,3}")
_SCHEMES: Mapping[object, str] = {"postgresql": "postgresql", "mysql": "mysql2"}
"""Scheme of the address by what the system database is."""
_NAME = re.compile(r"/[A-Za-z0-9_$-]+")


def wrong_forms(secrets: Mapping[str, str], raw: Mapping[str, object]) -> Iterator[Problem]:
    """What is wrong with the values of `secrets`, by their keys; what a key has no form for may be any text.

    `raw` is the stack file as parsed: it says what the databases are.
    """
    for key, (fault_of, allowed) in {**_FORMS, **_databases(raw)}.items():
        fault = fault_of(secrets[key]) if key in secrets else ""
        if fault:
            yield Problem(
                path=key,
                given=f"{fault} (the secret's value is not shown)",
                allowed=allowed,
                remedy=f"run pulumi config set --secret {key}",
            )


def _databases(raw: Mapping[str, object]) -> Mapping[str, Form]:
    """The forms that fit `threescale.externalDatabases`: its kind of database, with TLS or without."""
    encrypted = bool(_declared(raw, "tls"))
    redis = _redis(encrypted=encrypted)
    return {
        "threescaleSystemDatabaseUrl": _system_database(_declared(raw, "systemDatabase"), encrypted=encrypted),
        "threescaleZyncDatabaseUrl": (_database("postgresql", encrypted=encrypted), f"postgresql{_SQL}"),
        "threescaleSystemRedisUrl": redis,
        "threescaleBackendRedisStorageUrl": redis,
        "threescaleBackendRedisQueuesUrl": redis,
    }


def _declared(raw: Mapping[str, object], key: str) -> object:
    here: object = raw
    for step in ("threescale", "externalDatabases", key):
        here = here.get(step) if isinstance(here, Mapping) else None
    return here


def _redis(*, encrypted: bool) -> Form:
    """The operator takes the scheme that goes with its switches of TLS alone (3scale-operator, ValidateRedisURLPrefix).

    It sets them by `threescale.externalDatabases.tls`.
    """
    wanted, other = ("rediss", "redis") if encrypted else ("redis", "rediss")
    because = f"threescale.externalDatabases.tls is {'given' if encrypted else 'not given'}"

    def fault_of(text: str) -> str:
        url = _parsed(text)
        if url is None:
            return "it is no URL"
        faults = {
            f'its scheme is "{other}" while {because}': url.scheme == other,
            f'its scheme is "{url.scheme}"' if url.scheme else "it has no scheme": url.scheme != wanted,
            "it has no host": not url.hostname,
            "it does not end in the number of a database": url.path != "" and not _NUMBER.fullmatch(url.path),
        }
        return _first(faults)

    return (
        fault_of,
        f"{wanted}{_REDIS}; {other}:// goes with{'out' if encrypted else ''} threescale.externalDatabases.tls",
    )


def _database(*schemes: str, encrypted: bool) -> Callable[[str], str]:
    def fault_of(text: str) -> str:
        url = _parsed(text)
        if url is None:
            return "it is no URL"
        faults = {
            f'its scheme is "{url.scheme}"' if url.scheme else "it has no scheme": url.scheme not in schemes,
            "it has no user": not url.username,
            "it has no password": not url.password,
            "it has no host": not url.hostname,
            "it does not end in the name of a database": not _NAME.fullmatch(url.path),
            "it says how TLS is used, as threescale.externalDatabases.tls does": encrypted and _speaks_of_tls(url),
        }
        return _first(faults)

    return fault_of


def _speaks_of_tls(url: SplitResult) -> bool:
    """In an address it would prevail (Rails, DatabaseConfigurations::UrlConfig)."""
    return any(key.startswith(("ssl", "tls")) for key in parse_qs(url.query))


def _system_database(declared: object, *, encrypted: bool) -> Form:
    """The form that fits `threescale.externalDatabases.systemDatabase`, or both where that is none of them."""
    schemes = [scheme for kind, scheme in _SCHEMES.items() if declared not in _SCHEMES or kind == declared]
    return _database(*schemes, encrypted=encrypted), ", or ".join(f"{scheme}{_SQL}" for scheme in schemes)


def _pem(*labels: str) -> Callable[[str], str]:
    begins = tuple(f"-----BEGIN {label}-----" for label in labels)
    return lambda text: "" if text.lstrip().startswith(begins) else f"it does not begin with {begins[0]}"


def _pull_secret(text: str) -> str:
    try:
        document = json.loads(text)
    except ValueError:
        return "it is not JSON"
    auths = document.get("auths") if isinstance(document, dict) else None
    return "" if isinstance(auths, dict) and auths else "it names no registry below auths"


def _parsed(text: str) -> SplitResult | None:
    """The parts of a URL; nothing for a text that is none, such as one with white space or a port that is no number."""
    if re.search(r"\s", text):
        return None
    try:
        url = urlsplit(text)
        url.port  # noqa: B018 - reading it is the check
    except ValueError:
        return None
    return url


def _first(faults: Mapping[str, bool]) -> str:
    return next((fault for fault, is_there in faults.items() if is_there), "")


# What the operator and porta read (3scale-operator, doc/apimanager-reference.md, APIManager Secrets).
_FORMS: Mapping[str, Form] = {
    "threescaleDatabaseClientCertificate": (_pem("CERTIFICATE"), "a certificate in PEM, with its chain if it has one"),
    "threescaleDatabaseClientKey": (
        _pem("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY"),
        "the certificate's key in PEM, without a password",
    ),
    "threescaleRegistryAuth": (_pull_secret, 'the JSON text of a pull secret, {"auths": {"<registry>": …}}'),
}
