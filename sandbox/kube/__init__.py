"""The real Kubernetes API: etcd, kube-apiserver, kube-controller-manager, certificates, a client and first objects."""
