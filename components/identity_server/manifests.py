"""Red Hat build of Keycloak as its operator's objects; pure."""

from components.custom_resources import Manifest

NAME = "keycloak"
"""Name of the Keycloak object; the operator derives the Service's name from it."""

AUTOMATION_SECRET = "keycloak-automation"  # noqa: S105 - the name of a Secret, not its contents
"""Secret from which the server takes its first administrator, a client, at its first start."""


def keycloak(namespace: str, host: str, instances: int) -> Manifest:
    """The server. TLS ends at the router, which sets the forwarded headers.

    The administrator's credential is chosen by us, so that the first preview can check everything in the realm.
    """
    return {
        "apiVersion": "k8s.keycloak.org/v2alpha1",
        "kind": "Keycloak",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "instances": instances,
            "bootstrapAdmin": {"service": {"secret": AUTOMATION_SECRET}},
            "hostname": {"hostname": host},
            "http": {"httpEnabled": True},
            "proxy": {"headers": "xforwarded"},
            "ingress": {"enabled": False},
        },
    }


def route(namespace: str, host: str) -> Manifest:
    """The public address; the operator's own ingress would pass TLS through to a server that has no certificate."""
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {
            "host": host,
            "to": {"kind": "Service", "name": f"{NAME}-service"},
            "port": {"targetPort": "http"},
            "tls": {"termination": "edge", "insecureEdgeTerminationPolicy": "Redirect"},
        },
    }
