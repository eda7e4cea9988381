"""OLM's objects for one operator; pure."""

from components.custom_resources import Manifest
from components.operator_install.catalogue import Operator


def operator_group(operator: Operator) -> Manifest:
    """The one OperatorGroup of an operator's namespace.

    A namespace with two groups, or none, fails every operator in it (operator-lifecycle-manager).
    """
    return {
        "apiVersion": "operators.coreos.com/v1",
        "kind": "OperatorGroup",
        "metadata": {"name": operator.package, "namespace": operator.namespace},
        "spec": {"targetNamespaces": [operator.namespace]} if operator.own_namespace else {},
    }


def subscription(operator: Operator) -> Manifest:
    """The Subscription for the pinned version; OLM installs nothing before somebody approves its plan."""
    channel = operator.channel
    spec = {
        "name": operator.package,
        "source": channel.source,
        "sourceNamespace": channel.source_namespace,
        "channel": channel.channel,
        "startingCSV": channel.starting_csv,
        "installPlanApproval": "Manual",
    }
    config = {"env": [{"name": name, "value": value} for name, value in sorted(operator.environment.items())]}
    return {
        "apiVersion": "operators.coreos.com/v1alpha1",
        "kind": "Subscription",
        "metadata": {"name": operator.package, "namespace": operator.namespace},
        "spec": {**spec, "config": config} if operator.environment else spec,
    }
