"""The stack's secrets: flat keys, each one encrypted on its own, never inside an object."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class SecretKey:
    """One secret of the stack file."""

    name: str
    """Key as written, without the project's prefix."""
    description: str
    """What it opens, and what a change of it does."""
    required: bool = True
    """Whether every stack needs it; otherwise `needed_for` says when."""
    needed_for: str = ""
    """Path of the key with which an optional secret becomes required (`threescale.smtp.username`), or nothing."""
    given: bool = False
    """Whether somebody else hands it out, so that it cannot be generated."""
    of_kinds: frozenset[str] = frozenset()
    """Kinds of that section for which it does; all of them when there is none."""

    def is_needed(self, raw: Mapping[str, object]) -> bool:
        """Whether the stack file `raw`, as parsed, cannot do without it."""
        if self.required or not self.needed_for:
            return self.required
        found: object = raw
        for step in self.needed_for.split("."):
            found = found.get(step) if isinstance(found, Mapping) else None
        if not self.of_kinds:
            return bool(found)
        return isinstance(found, Mapping) and found.get("kind") in self.of_kinds


_KEYED_STORES = frozenset({"minio", "external"})
"""Kinds of model store whose keys somebody chooses; OpenShift Data Foundation makes its own."""

SECRET_KEYS: tuple[SecretKey, ...] = (
    SecretKey(
        name="threescaleSeedToken",
        description="Access token that 3scale takes over at its first start, from the Secret `system-seed`. A later "
        "change has no effect there.",
    ),
    SecretKey(
        name="threescaleAdminPassword",
        description="Password of the tenant's first administrator; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleMasterToken",
        description="Access token of 3scale's master portal; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleMasterPassword",
        description="Password of 3scale's master administrator; read once, at the first start.",
    ),
    SecretKey(
        name="threescaleAccessToken",
        description="Access token with which this program calls the Admin API. When left out, the seed token. It may "
        "be rotated at any time.",
        required=False,
    ),
    SecretKey(
        name="keycloakAdminClientSecret",
        description="Secret of the client with which this program signs in to the identity server; written into the "
        "Secret from which the server takes it at its first start. A later change does not reach the server: while "
        "`identity.permanentClientId` is not given, give the client its new secret there first (realm `master`, "
        "`identity.automationClientId`), or every sign-in ends with 401 until the old value is set again.",
        required=False,
        needed_for="identity",
    ),
    SecretKey(
        name="keycloakPermanentClientSecret",
        description="Secret of the client `identity.permanentClientId`; needed with it. Changed here, it is changed "
        "in the identity server too.",
        required=False,
    ),
    SecretKey(
        name="identityDatabaseUsername",
        description="User of the identity server's database, who owns it.",
        required=False,
        needed_for="identity.database",
        given=True,
    ),
    SecretKey(
        name="identityDatabasePassword",
        description="Password of the identity server's database.",
        required=False,
        needed_for="identity.database",
        given=True,
    ),
    SecretKey(
        name="portalAccessCode",
        description="Code without which nobody sees the developer portal. When left out, a new tenant's own code goes "
        "as soon as single sign-on is set up and published; otherwise it stays.",
        required=False,
    ),
    SecretKey(
        name="threescaleSystemDatabaseUrl",
        description="Address of 3scale's system database, `postgresql://<user>:<password>@<host>[:<port>]/<database>` "
        "or `mysql2://…`. The user owns the database, which exists.",
        required=False,
        needed_for="threescale.externalDatabases",
        given=True,
    ),
    SecretKey(
        name="threescaleSystemRedisUrl",
        description="Address of the Redis of 3scale's portals, `redis://[:<password>@]<host>[:<port>]/<number>`; with "
        "`threescale.externalDatabases.tls` it and the next two begin with `rediss://`.",
        required=False,
        needed_for="threescale.externalDatabases",
        given=True,
    ),
    SecretKey(
        name="threescaleBackendRedisStorageUrl",
        description="Address of the Redis in which 3scale counts calls, `redis://[:<password>@]<host>[:<port>]/"
        "<number>`.",
        required=False,
        needed_for="threescale.externalDatabases",
        given=True,
    ),
    SecretKey(
        name="threescaleBackendRedisQueuesUrl",
        description="Address of the Redis of 3scale's job queues; another number or another server than the counters.",
        required=False,
        needed_for="threescale.externalDatabases",
        given=True,
    ),
    SecretKey(
        name="threescaleZyncDatabaseUrl",
        description="Address of zync's database, `postgresql://<user>:<password>@<host>[:<port>]/zync_production`.",
        required=False,
        needed_for="threescale.externalDatabases.zync",
        given=True,
    ),
    SecretKey(
        name="threescaleDatabaseClientCertificate",
        description="3scale's own certificate (PEM), which it shows to databases that ask for one. Its operator "
        "demands a pair in any case; servers that ask for none take any, such as a self-signed one.",
        required=False,
        needed_for="threescale.externalDatabases.tls",
        given=True,
    ),
    SecretKey(
        name="threescaleDatabaseClientKey",
        description="The key of that certificate (PEM), without a password.",
        required=False,
        needed_for="threescale.externalDatabases.tls",
        given=True,
    ),
    SecretKey(
        name="threescaleFileStorageAccessKeyId",
        description="Access key of the bucket in which the portal's files are.",
        required=False,
        needed_for="threescale.fileStorage.s3",
        given=True,
    ),
    SecretKey(
        name="threescaleFileStorageSecretAccessKey",
        description="Secret access key of the bucket in which the portal's files are.",
        required=False,
        needed_for="threescale.fileStorage.s3",
        given=True,
    ),
    SecretKey(
        name="threescaleSmtpPassword",
        description="Password with which 3scale signs in to the mail server.",
        required=False,
        needed_for="threescale.smtp.username",
        given=True,
    ),
    SecretKey(
        name="threescaleRegistryAuth",
        description="Access to the registry of 3scale's images, as the JSON text of a pull secret (`auths`). When left "
        "out, the cluster's own pull secret has to cover them.",
        required=False,
        given=True,
    ),
    SecretKey(
        name="huggingFaceToken",
        description="Token with which the import of models signs in to the model hub; gated models need it. Only the "
        "Jobs of the import see it.",
        required=False,
    ),
    SecretKey(
        name="modelApiKey",
        description="Key for which model servers with `requireApiKey` ask; the gateway knows it, developers do not.",
        required=False,
    ),
    SecretKey(
        name="modelStoreAccessKeyId",
        description="Id of the key for the bucket with the models, with write access. Of a MinIO server it is the "
        "first user's name, and `python3 -m toolchain secrets <stack> --keys "
        "modelStoreAccessKeyId,modelStoreSecretAccessKey` generates both.",
        required=False,
        needed_for="modelStore",
        of_kinds=_KEYED_STORES,
        given=True,
    ),
    SecretKey(
        name="modelStoreSecretAccessKey",
        description="The key for the bucket with the models, with write access.",
        required=False,
        needed_for="modelStore",
        of_kinds=_KEYED_STORES,
        given=True,
    ),
    SecretKey(
        name="modelStoreReaderAccessKeyId",
        description="Id of a key that only reads the bucket with the models; model servers get it in place of the one "
        "with write access. With `modelStore.kind: external`.",
        required=False,
        given=True,
    ),
    SecretKey(
        name="modelStoreReaderSecretAccessKey",
        description="The key that only reads the bucket with the models.",
        required=False,
        given=True,
    ),
)
"""Every secret this project reads, in the order of the documentation."""
