"""The Deployments, Services and volume claims of an installation, under the names the real operator gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox.operators.kinds import DISRUPTION_BUDGET, SECRET
from sandbox.operators.reconcile import owner

if TYPE_CHECKING:
    from sandbox.operators.reconcile import View
    from sandbox.operators.store import Manifest
    from sandbox.operators.threescale.installation import Installation

WATCHED_LABEL = "apimanager.apps.3scale.net/watched-by"
"""Label (value `apimanager`) of a Secret whose change rolls the gateways."""
_IMAGES = "registry.redhat.io"
_TAG = "3scale"
"""Beginning of the images' tag; the release follows."""
_SYSTEM_PORTS = (("http", 3000),)
_GATEWAY_PORTS = (("gateway", 8080), ("management", 8090), ("metrics", 9421))
_CACHE_ENVIRONMENTS = {"apicast-staging": ("staging", "lazy"), "apicast-production": ("production", "boot")}


@dataclass(frozen=True, kw_only=True)
class Workload:
    """One Deployment: its image and ports, and where the spec sets its replicas."""

    name: str
    image: str
    ports: tuple[tuple[str, int], ...] = ()
    settings: tuple[str, ...] = ()
    """Path of its part of the spec."""
    claim: str = ""
    """The volume claim it mounts."""


_ALWAYS = (
    Workload(
        name="apicast-staging",
        image=f"{_IMAGES}/3scale-amp2/apicast-gateway-rhel8:{_TAG}",
        ports=_GATEWAY_PORTS,
        settings=("apicast", "stagingSpec"),
    ),
    Workload(
        name="apicast-production",
        image=f"{_IMAGES}/3scale-amp2/apicast-gateway-rhel8:{_TAG}",
        ports=_GATEWAY_PORTS,
        settings=("apicast", "productionSpec"),
    ),
    Workload(
        name="backend-listener",
        image=f"{_IMAGES}/3scale-amp2/backend-rhel8:{_TAG}",
        ports=(("http", 3000),),
        settings=("backend", "listenerSpec"),
    ),
    Workload(
        name="backend-worker",
        image=f"{_IMAGES}/3scale-amp2/backend-rhel8:{_TAG}",
        settings=("backend", "workerSpec"),
    ),
    Workload(
        name="backend-cron", image=f"{_IMAGES}/3scale-amp2/backend-rhel8:{_TAG}", settings=("backend", "cronSpec")
    ),
    Workload(
        name="system-memcache", image=f"{_IMAGES}/3scale-amp2/memcached-rhel7:{_TAG}", ports=(("memcache", 11211),)
    ),
    Workload(
        name="system-app",
        image=f"{_IMAGES}/3scale-amp2/system-rhel8:{_TAG}",
        ports=_SYSTEM_PORTS,
        settings=("system", "appSpec"),
        claim="system-storage",
    ),
    Workload(
        name="system-sidekiq",
        image=f"{_IMAGES}/3scale-amp2/system-rhel8:{_TAG}",
        settings=("system", "sidekiqSpec"),
        claim="system-storage",
    ),
    Workload(
        name="system-searchd",
        image=f"{_IMAGES}/3scale-amp2/manticore-rhel9:{_TAG}",
        ports=(("searchd", 9306),),
        claim="system-searchd-manticore",
    ),
)
_ZYNC = (
    Workload(
        name="zync",
        image=f"{_IMAGES}/3scale-amp2/zync-rhel9:{_TAG}",
        ports=(("http", 8080),),
        settings=("zync", "appSpec"),
    ),
    Workload(name="zync-que", image=f"{_IMAGES}/3scale-amp2/zync-rhel9:{_TAG}", settings=("zync", "queSpec")),
)
_ZYNC_DATABASE = Workload(
    name="zync-database", image=f"{_IMAGES}/rhel8/postgresql-13:latest", ports=(("postgresql", 5432),)
)
_SYSTEM_MYSQL = Workload(
    name="system-mysql",
    image=f"{_IMAGES}/rhel8/mysql-80:latest",
    ports=(("system-mysql", 3306),),
    claim="mysql-storage",
)
_SYSTEM_POSTGRESQL = Workload(
    name="system-postgresql",
    image=f"{_IMAGES}/rhel8/postgresql-13:latest",
    ports=(("system-postgresql", 5432),),
    claim="postgresql-data",
)
_SYSTEM_REDIS = Workload(
    name="system-redis", image=f"{_IMAGES}/rhel8/redis-6:latest", ports=(("redis", 6379),), claim="system-redis-storage"
)
_BACKEND_REDIS = Workload(
    name="backend-redis",
    image=f"{_IMAGES}/rhel8/redis-6:latest",
    ports=(("redis", 6379),),
    claim="backend-redis-storage",
)


def workloads(installation: Installation) -> tuple[Workload, ...]:
    """The Deployments of an installation: 15 with internal databases."""
    found = list(_ALWAYS)
    if installation.zync:
        found += _ZYNC
        if not installation.external("zync", "database"):
            found.append(_ZYNC_DATABASE)
    if not installation.external("system", "database"):
        postgresql = installation.setting("system", "database", "postgresql") is not None
        found.append(_SYSTEM_POSTGRESQL if postgresql else _SYSTEM_MYSQL)
    if not installation.external("system", "redis"):
        found.append(_SYSTEM_REDIS)
    if not installation.external("backend", "redis"):
        found.append(_BACKEND_REDIS)
    return tuple(found)


BEFORE_SYSTEM = frozenset({"backend-redis", "backend-listener", "backend-worker", "backend-cron", "system-memcache"})
"""What the operator makes before it looks at the portals' files (3scale-operator, reconcileAPIManagerLogic)."""

_SCALING = tuple(workload for workload in (*_ALWAYS, *_ZYNC) if workload.settings and workload.name != "system-searchd")
"""What can have several pods; no database is among it."""


def budgets(installation: Installation) -> tuple[Manifest, ...]:
    """A PodDisruptionBudget per part that can scale (3scale-operator, component/pod_disruption_budget.go)."""
    if not installation.setting("podDisruptionBudget", "enabled", default=False):
        return ()
    kind = DISRUPTION_BUDGET
    return tuple(
        {
            **head(installation, kind.api_version, kind.kind, workload.name),
            "spec": {"maxUnavailable": 1, "selector": {"matchLabels": {"deployment": workload.name}}},
        }
        for workload in _SCALING
        if installation.zync or workload not in _ZYNC
    )


def stale_budgets(installation: Installation, view: View) -> tuple[Manifest, ...]:
    """Budgets of an installation that wants none any more."""
    wanted = {budget["metadata"]["name"] for budget in budgets(installation)}
    return tuple(
        budget
        for budget in view.store.objects(DISRUPTION_BUDGET, installation.namespace)
        if budget["metadata"]["name"] not in wanted
        and any(
            reference["uid"] == installation.manager["metadata"]["uid"]
            for reference in budget["metadata"].get("ownerReferences", ())
        )
    )


def policy_secrets(installation: Installation) -> dict[str, list[Manifest]]:
    """The custom policies by gateway, each as `{name, version, secretRef}`."""
    return {
        "apicast-staging": installation.setting("apicast", "stagingSpec", "customPolicies", default=[]),
        "apicast-production": installation.setting("apicast", "productionSpec", "customPolicies", default=[]),
    }


def deployments(installation: Installation, view: View) -> tuple[Manifest, ...]:
    """Every Deployment of an installation."""
    return tuple(_deployment(installation, workload, view) for workload in workloads(installation))


def services(installation: Installation) -> tuple[Manifest, ...]:
    """Every Service. The emulator in `system-app` answers the three portals and the authorisation calls."""
    found = [
        _service(installation, workload.name, workload.ports, workload.name)
        for workload in workloads(installation)
        if workload.ports and workload.name not in ("system-app", "backend-listener")
    ]
    portals = ("system-master", "system-provider", "system-developer", "backend-listener")
    return (*found, *(_service(installation, name, _SYSTEM_PORTS, "system-app") for name in portals))


def claims(installation: Installation) -> tuple[Manifest, ...]:
    """The volume claims; files of the portal on shared storage unless they are in S3."""
    names = {workload.claim for workload in workloads(installation) if workload.claim} - {"system-storage"}
    found = [_claim(installation, name, "ReadWriteOnce", "1Gi", {}) for name in sorted(names)]
    if not _in_s3(installation):
        storage = installation.setting("system", "fileStorage", "persistentVolumeClaim", default={})
        size = storage.get("resources", {}).get("requests", "100Mi")
        found.append(_claim(installation, "system-storage", "ReadWriteMany", size, storage))
    return tuple(found)


def head(installation: Installation, api_version: str, kind: str, name: str) -> Manifest:
    """The beginning of an owned object's manifest."""
    metadata = {
        "name": name,
        "namespace": installation.namespace,
        "labels": {"app": installation.app_label, "threescale_component": name.partition("-")[0]},
        "ownerReferences": [owner(installation.manager)],
    }
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _in_s3(installation: Installation) -> bool:
    return installation.setting("system", "fileStorage", "simpleStorageService") is not None


def _deployment(installation: Installation, workload: Workload, view: View) -> Manifest:
    labels = {"app": installation.app_label, "deployment": workload.name}
    container: Manifest = {"name": workload.name, "image": _image(installation, workload)}
    if workload.settings and (resources := installation.setting(*workload.settings, "resources")):
        container["resources"] = resources
    if workload.ports:
        container["ports"] = [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in workload.ports]
    if env := _environment(installation, workload.name, view):
        container["env"] = env
    if workload.name == "system-app" or workload.name in _CACHE_ENVIRONMENTS:
        container["readinessProbe"] = {"tcpSocket": {"port": workload.ports[0][1]}, "periodSeconds": 5}
    volumes = _volumes(installation, workload)
    if volumes:
        container["volumeMounts"] = [mount for mount, _ in volumes]
    # Its ServiceAccounts refer to them, and the API server writes that into each pod.
    pulled_with = installation.setting("imagePullSecrets", default=[{"name": "threescale-registry-auth"}])
    pod: Manifest = {"containers": [container], "imagePullSecrets": pulled_with}
    if volumes:
        pod["volumes"] = [volume for _, volume in volumes]
    metadata: Manifest = {"labels": labels}
    if rolls := _watched_editions(installation, workload, view):
        metadata["annotations"] = rolls
    spec = {
        "replicas": installation.setting(*workload.settings, "replicas", default=1) if workload.settings else 1,
        "selector": {"matchLabels": {"deployment": workload.name}},
        "template": {"metadata": metadata, "spec": pod},
    }
    return {**head(installation, "apps/v1", "Deployment", workload.name), "spec": spec}


def _volumes(installation: Installation, workload: Workload) -> list[tuple[Manifest, Manifest]]:
    """Pairs of a container's mount and the pod's volume."""
    found: list[tuple[Manifest, Manifest]] = []
    if workload.claim and not (workload.claim == "system-storage" and _in_s3(installation)):
        source = {"persistentVolumeClaim": {"claimName": workload.claim}}
        mount = {"name": workload.claim, "mountPath": f"/var/lib/{workload.claim}"}
        found.append((mount, {"name": workload.claim, **source}))
    for policy in policy_secrets(installation).get(workload.name, ()):
        name = f"policy-{policy['name']}-{policy['version']}".replace(".", "-").replace("_", "-").lower()
        path = f"/opt/app-root/src/policies/{policy['name']}/{policy['version']}"
        volume = {"name": name, "secret": {"secretName": policy["secretRef"]["name"]}}
        found.append(({"name": name, "mountPath": path, "readOnly": True}, volume))
    return found


def _watched_editions(installation: Installation, workload: Workload, view: View) -> dict[str, str]:
    """Annotations that change with a watched Secret, so that the Deployment rolls."""
    editions = {}
    for policy in policy_secrets(installation).get(workload.name, ()):
        name = policy["secretRef"]["name"]
        secret = view.store.get(SECRET, installation.namespace, name)
        if secret and secret["metadata"].get("labels", {}).get(WATCHED_LABEL) == "apimanager":
            editions[f"apps.3scale.net/{name}-version"] = str(secret["metadata"].get("resourceVersion", ""))
    return editions


def _image(installation: Installation, workload: Workload) -> str:
    return f"{workload.image}{installation.release}" if workload.image.endswith(_TAG) else workload.image


def _environment(installation: Installation, name: str, view: View) -> list[Manifest]:
    if name == "system-app":
        keys = ("ADMIN_ACCESS_TOKEN", "ADMIN_USER", "ADMIN_PASSWORD", "ADMIN_EMAIL", "TENANT_NAME")
        return [
            *(_from_secret(key, "system-seed", key) for key in keys),
            _from_secret("APICAST_ACCESS_TOKEN", "system-master-apicast", "ACCESS_TOKEN"),
            {"name": "THREESCALE_RELEASE", "value": installation.release},
        ]
    if name not in _CACHE_ENVIRONMENTS:
        return []
    environment, loader = _CACHE_ENVIRONMENTS[name]
    cache = view.settings.gateway_cache_seconds if environment == "production" else 0
    plain = {
        "THREESCALE_DEPLOYMENT_ENV": environment,
        "APICAST_CONFIGURATION_LOADER": loader,
        "APICAST_CONFIGURATION_CACHE": str(cache),
        "APICAST_RESPONSE_CODES": "true",
        "APICAST_EXTENDED_METRICS": "true",
    }
    return [
        _from_secret("THREESCALE_PORTAL_ENDPOINT", "system-master-apicast", "PROXY_CONFIGS_ENDPOINT"),
        _from_secret("BACKEND_ENDPOINT_OVERRIDE", "backend-listener", "service_endpoint"),
        *({"name": key, "value": value} for key, value in plain.items()),
    ]


def _from_secret(name: str, secret: str, key: str) -> Manifest:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}


def _service(installation: Installation, name: str, ports: tuple[tuple[str, int], ...], target: str) -> Manifest:
    listed = [{"name": key, "port": port, "targetPort": port, "protocol": "TCP"} for key, port in ports]
    spec = {"selector": {"deployment": target}, "ports": listed}
    return {**head(installation, "v1", "Service", name), "spec": spec}


def _claim(installation: Installation, name: str, mode: str, size: str, storage: Manifest) -> Manifest:
    spec: Manifest = {"accessModes": [mode], "resources": {"requests": {"storage": size}}}
    spec |= {field: storage[field] for field in ("storageClassName", "volumeName") if field in storage}
    return {**head(installation, "v1", "PersistentVolumeClaim", name), "spec": spec}
