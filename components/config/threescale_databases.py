"""The databases of 3scale, where they are not its own."""

from typing import Literal

from pydantic import Field

from components.config.section import Certificates, Section

EXTERNAL_ONLY_SINCE = (2, 16)
"""First release that brings no databases of its own (3scale-operator, doc/apimanager-reference.md)."""

TLS_SINCE = (2, 16)
"""First release that has switches for TLS with databases (3scale-operator, pull requests 1026 and 1035)."""


class DatabaseTls(Section):
    """TLS between 3scale and all of its external databases; each server's certificate and host name are checked.

    3scale shows a certificate of its own to servers that ask for one, and its operator demands that pair in any case.
    """

    ca_bundle: Certificates = Field(
        description="PEM certificates of every authority that signs a certificate of these servers, one after the "
        "other; the public ones are not among them by themselves. 3scale's own certificate and its key are the stack "
        "secrets `threescaleDatabaseClientCertificate` and `threescaleDatabaseClientKey`."
    )


class ExternalDatabases(Section):
    """Databases that somebody else runs: both Redis and the system database are external, or none of them.

    Their addresses hold passwords, so they are stack secrets.
    """

    system_database: Literal["postgresql", "mysql"] = Field(
        description="What the system database is: `postgresql` from 13 on or `mysql` from 8.0 on. Its address is the "
        "stack secret `threescaleSystemDatabaseUrl`. Both Redis servers have to be 7.0 or newer."
    )
    zync: bool = Field(
        default=False,
        description="Whether zync's PostgreSQL is external too; then `threescaleZyncDatabaseUrl` is its address. When "
        "false, 3scale runs one that can be lost: zync fills it again.",
    )
    tls: DatabaseTls | None = Field(
        default=None,
        description="TLS to all of these databases, from 3scale 2.16 on and required there in `prod`; addresses of "
        "Redis then begin with `rediss://`. When left out, passwords, keys of developers and everything that is "
        "counted travel in the clear.",
    )
