"""Nodes: pools of machines with and without GPUs, what makes the GPUs usable, and the cluster's autoscaler.

Inputs (`GpuNodePoolArgs`): the pool of `gpu.pools` as `components.config.gpu.Pool`, the worker MachineSets that
preflight read (a pool may also carry one whole), and what makes GPUs usable. `WorkerPoolArgs`: the same for
`nodes.workers`. `GpuSoftwareArgs`: the gates of the operators `nfd` and `gpu-operator`.

What is placed per pool: a MachineSet `<cluster>-<pool>-<mark>` in `openshift-machine-api`, derived from a worker's.
Zone, image, subnet and credentials are the worker's, and later changes of them there are no difference here. The mark
is that of what the stack file says of a machine: another machine is another MachineSet, made before the old one goes.
With `min` and `max` a MachineAutoscaler, and the size is the autoscaler's, from `min` on. On bare metal labels and a
taint on the named nodes alone.

For all pools together: NodeFeatureDiscovery, ClusterPolicy, and a ConfigMap of the device plugin when a pool is
time-sliced; each only where its operator is installed by this stack. One ClusterAutoscaler when a pool has `min` and
`max`.

Outputs: `GpuNodePool.ready`, the gate behind which every node offers its GPUs; what model servers need to get on the
nodes (`tolerations`, `node_selector`, `gpu_resource`) is computed from the stack file alone, by `Pool`.

Limits: `waits.gpuNodesReadySeconds`, `waits.nodesReadySeconds`, `waits.nodeFeaturesReadySeconds`,
`waits.gpuOperatorReadySeconds`. A pool whose `min` is 0 is ready at once; its first model waits for the machine.
"""

from components.gpu_node_pool.component import GpuNodePool, GpuNodePoolArgs
from components.gpu_node_pool.placing import MachineSets
from components.gpu_node_pool.software import GpuSoftware, GpuSoftwareArgs
from components.gpu_node_pool.workers import Autoscaling, AutoscalingArgs, WorkerPool, WorkerPoolArgs

__all__ = [
    "Autoscaling",
    "AutoscalingArgs",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "GpuSoftware",
    "GpuSoftwareArgs",
    "MachineSets",
    "WorkerPool",
    "WorkerPoolArgs",
]
