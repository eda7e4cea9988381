"""Is the 3scale that is there already the one of this stack?"""

from collections.abc import Iterator

from components.config import Settings
from components.preflight.reader import ClusterReader

_MANAGER = "/apis/apps.3scale.net/v1alpha1/namespaces/{}/apimanagers/apimanager"


def other_tenant(reader: ClusterReader, settings: Settings) -> Iterator[str]:
    """A sentence when the installation has another tenant.

    3scale makes the tenant at its first start; the operator would take another name into hosts and addresses alone
    (3scale-operator, doc/apimanager-reference.md, tenantName).
    """
    namespace, wanted = settings.namespaces.threescale, settings.threescale.tenant_name
    manager = reader.read(_MANAGER.format(namespace))
    found = (manager or {}).get("spec", {}).get("tenantName")
    if found and found != wanted:
        yield (
            f"threescale.tenantName is {wanted}, and the APIManager in namespace {namespace} has the tenant {found}. "
            "Allowed is the name with which 3scale was first started: it is in every host, and the tenant itself keeps "
            f"it. Set threescale.tenantName to {found}; where somebody has changed the APIManager by hand, change it "
            "back there; for another tenant, take another stack and another namespaces.threescale."
        )
