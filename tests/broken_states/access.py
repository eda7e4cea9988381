"""What can be broken where people and programs come in: identity and 3scale."""

import datetime as dt
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.broken_states.broken_state import BrokenState
from tests.broken_states.ground import CLASSES, portal_class
from tests.broken_states.world import World

OPERATORS = ("**maas:platform:**",)
GATEWAY = ("**maas:platform:**", "**maas:threescale:ThreeScaleInstall**")
MANAGER = "wait for APIManager 3scale/apimanager"
SHARED = "block-storage"
NOWHERE = "postgres.databases.invalid"


def foreign_authority() -> str:
    """The certificate of an authority that signs nothing here."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another authority")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=30))
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()


IDENTITY: dict[str, Any] = {
    "identity": {"channel": "stable-v26.4", "startingCSV": "rhbk-operator.v26.4.0-opr.1"},
}
SERVER = (*OPERATORS, "**maas:identity:IdentityServer**")


def strange_class(world: World) -> None:
    name = {"name": SHARED}
    driver = "east.rbd.csi.ceph.com.example"
    made = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": name, "provisioner": driver}
    world.make(CLASSES, made)


def taken_host(world: World) -> None:
    world.make("/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "squatter"}})
    route = {"apiVersion": "route.openshift.io/v1", "kind": "Route"}
    spec = {"host": "maas-admin.apps.maas.test", "to": {"kind": "Service", "name": "shop"}}
    place = "/apis/route.openshift.io/v1/namespaces/squatter/routes"
    world.make(place, {**route, "metadata": {"name": "shop", "namespace": "squatter"}, "spec": spec})


STATES = (
    BrokenState(
        name="identity-image",
        broken="The identity server does not start",
        reads=(
            "wait for Keycloak keycloak/keycloak: the time is over",
            "Ready (Ready=False Waiting for more replicas)",
            "Containers: keycloak-0/keycloak ",
            "manifest unknown",
        ),
        means="Its operator says that it waits for the pod; the pod's container says why it does not come up.",
        remedy="Repair what the container's reason names: image, Secret, database.",
        waits="identityReadySeconds",
        settings=IDENTITY,
        targets=SERVER,
        spoil=lambda world: world.fault(part="node", kind="image_missing", image=".*rhbk/keycloak-rhel9:.*"),
        mend=World.no_faults,
        heals=False,
    ),
    BrokenState(
        name="certificate",
        broken="The identity server's certificate is not trusted",
        reads=("https://sso.apps.maas.test", "tls: failed to verify certificate"),
        means="No authority of `identity.caBundle` has signed the certificate that the server shows.",
        remedy="Put the authority of the server's certificate into `identity.caBundle`.",
        settings={
            "identity": {
                "flavour": "external",
                "url": "https://sso.apps.maas.test",
                "caBundle": foreign_authority(),
            }
        },
        targets=("**maas:platform:WorkNamespaces**", "**maas:identity:MaasRealm**"),
        heals=False,
    ),
    BrokenState(
        name="database",
        broken="3scale's database cannot be reached",
        reads=(MANAGER, "Preflights (Preflights=False", f"dial tcp: lookup {NOWHERE}: no such host"),
        means="The operator tried the address in the Secret and got no connection; it makes nothing before.",
        remedy="Correct the stack secret with the database's address, or the network between; the operator looks again "
        "after 10 minutes.",
        waits="threescaleAvailableSeconds",
        settings={"threescale": {"externalDatabases": {"systemDatabase": "postgresql"}}},
        targets=GATEWAY,
        heals=False,
    ),
    BrokenState(
        name="volume",
        broken="A volume is not made",
        reads=(
            f"{MANAGER}: the time is over",
            "Warnings: PersistentVolumeClaim system-storage ProvisioningFailed: ",
            f'StorageClass "{SHARED}"',
            "unbound immediate PersistentVolumeClaims",
        ),
        means="The class's driver refuses the claim, and the pods that need the volume wait for it.",
        remedy="Name a class whose driver can do what the message asks for.",
        waits="threescaleAvailableSeconds",
        settings=portal_class(SHARED),
        targets=GATEWAY,
        spoil=strange_class,
        mend=lambda world: world.remove(f"{CLASSES}/{SHARED}"),
        heals=False,
    ),
    BrokenState(
        name="policy-secret",
        broken="A Secret that the gateway watches is missing",
        reads=(
            f"{MANAGER}: the time is over",
            "MissingWatchedSecrets",
            "The following secret(s) could not be found: token-policy",
        ),
        means="`threescale.gatewayPolicy.secretName` names a Secret that nobody has made.",
        remedy="Make the Secret in 3scale's namespace, or correct the name.",
        waits="threescaleAvailableSeconds",
        settings={"threescale": {"gatewayPolicy": {"secretName": "token-policy"}}},
        targets=GATEWAY,
        heals=False,
    ),
    BrokenState(
        name="taken-host",
        broken="A host belongs to another namespace's Route",
        reads=(
            f"{MANAGER}: the time is over",
            "Routes: ",
            "maas-admin.apps.maas.test",
            "HostAlreadyClaimed",
            "another namespace",
        ),
        means="The router gives a host to whoever claimed it first.",
        remedy="Delete the other Route, or choose another `threescale.tenantName`.",
        waits="threescaleAvailableSeconds",
        limit=40,
        targets=GATEWAY,
        spoil=taken_host,
        mend=lambda world: world.remove("/api/v1/namespaces/squatter"),
    ),
)
