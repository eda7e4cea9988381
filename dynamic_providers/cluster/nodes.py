"""What a node says about itself and its GPUs. Pure: objects in, sentences out."""

from dynamic_providers.cluster.conditions import MESSAGE_CHARACTERS, conditions, quoted
from dynamic_providers.json_object import Json

DEVICE_FOUND = "feature.node.kubernetes.io/pci-10de.present"
"""Label of Node Feature Discovery on a node with a device of NVIDIA (vendor 10de)."""
TAKEN = "nvidia.com/gpu.present"
"""Label of the GPU operator on a node it takes care of."""
PRODUCT = "nvidia.com/gpu.product"
"""Label of gpu-feature-discovery: the driver's name for the GPU, with a suffix when it is shared or divided."""
PARTED = "nvidia.com/mig.config.state"
"""Label of the MIG manager: pending, rebooting, success or failed."""
SUFFIXES = ("-SHARED", "-MIG-")


def unready(node: Json) -> str:
    """Return why pods cannot run on a node; "" when they can."""
    told = [one for one in conditions(node) if one["type"] == "Ready"]
    if any(one["status"] == "True" for one in told):
        return ""
    name = node["metadata"]["name"]
    return f"node {name} is not Ready ({quoted(told)})" if told else f"node {name} has not reported yet"


def without_gpus(node: Json, resource: str, wanted: int) -> str:
    """Return why a ready node does not offer what is asked for; "" when it does."""
    name, labels = node["metadata"]["name"], labels_of(node)
    offered = offers(node, resource)
    if offered >= wanted:
        return ""
    if DEVICE_FOUND not in labels:
        return (
            f"node {name} has no label {DEVICE_FOUND}: Node Feature Discovery does not look at it, or it has no "
            "NVIDIA device"
        )
    if TAKEN not in labels:
        return f"node {name} has no label {TAKEN}: the GPU operator has not taken it up"
    divided = f", {PARTED} is {labels[PARTED]}" if PARTED in labels else ""
    return f"node {name} offers {offered} of {wanted} {resource}{divided}"


def other_product(node: Json, wanted: str) -> str:
    """Return the GPU that a node has in place of the wanted one; "" for the wanted one, or before it is known."""
    found = labels_of(node).get(PRODUCT, "")
    return found if found and bare(found) != bare(wanted) else ""


def unshared(node: Json, wanted: str) -> str:
    """Return what is missing until a node's label names the wanted product; "" when it does."""
    found = labels_of(node).get(PRODUCT, "")
    if found == wanted:
        return ""
    return f"label {PRODUCT} of node {node['metadata']['name']} is {found or 'missing'}, not {wanted} yet"


def bare(product: str) -> str:
    """Return a product's name without what sharing appends to it."""
    for suffix in SUFFIXES:
        product = product.partition(suffix)[0]
    return product


def offers(node: Json, resource: str) -> int:
    """Return how many of a resource pods can ask for on a node."""
    text = str(((node.get("status") or {}).get("allocatable") or {}).get(resource, "0"))
    return int(text) if text.isdigit() else 0


def labels_of(node: Json) -> dict[str, str]:
    """Return a node's labels."""
    return dict(node["metadata"].get("labels") or {})


def machine_trouble(machine: Json) -> str:
    """Return how far a machine without a node is, with what its provider says."""
    status = machine.get("status") or {}
    provider = (status.get("providerStatus") or {}).get("conditions") or []
    told = [one for one in [*(status.get("conditions") or []), *provider] if one.get("status") == "False"]
    text = f"machine {machine['metadata']['name']} is {status.get('phase') or 'new'}"
    return f"{text} ({quoted(told)})" if told else text


def failure(item: Json) -> str:
    """Return the reason and the provider's message of a machine or MachineSet that does not heal; "" for none."""
    status = item.get("status") or {}
    if status.get("phase", "Failed") != "Failed" or not (status.get("errorReason") or status.get("errorMessage")):
        return ""
    parts = (str(status.get(key) or "") for key in ("errorReason", "errorMessage"))
    return ": ".join(part[:MESSAGE_CHARACTERS].rstrip(".") for part in parts if part)
