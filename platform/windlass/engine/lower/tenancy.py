"""Lower a team to what keeps it to itself in a cluster: a namespace, its bounds, who may look in, the queue it trains by."""

from windlass.engine.lower import cluster
from windlass.engine.lower.quantities import millis, whole_bytes
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment
from windlass.model.specs.team import Quota as Asked
from windlass.model.specs.team import Team
from windlass.model.workload import Grant, Queue, Quota, Resources, Role, Tenancy

GPU = "nvidia.com/gpu"
LOOK = ("get", "list", "watch")
SEEN = {
    "": ("configmaps", "events", "limitranges", "pods", "pods/log", "resourcequotas", "serviceaccounts", "services"),
    "apps": ("deployments", "replicasets"),
    "argoproj.io": ("cronworkflows", "workflows", "workflowtemplates"),
    "autoscaling": ("horizontalpodautoscalers",),
    "kueue.x-k8s.io": ("localqueues", "workloads"),
    "networking.k8s.io": ("networkpolicies",),
    "policy": ("poddisruptionbudgets",),
}
"""What a team's people may look at, by API group. Never secrets."""


def tenancy(loaded: Loaded[Team], environment: Environment) -> Tenancy:
    """The team's namespace in one environment, and what is in it before any model is."""
    spec, name = loaded.spec.spec, loaded.spec.metadata.name
    meta = cluster.meta_of(environment, name, None, "tenancy")
    annotations = {
        f"{cluster.PREFIX}/owners": ",".join(spec.owners),
        f"{cluster.PREFIX}/source": loaded.source.path,
    }
    queue = environment.spec.queue
    return Tenancy(
        name=name,
        team=name,
        environment=environment.metadata.name,
        meta=meta.model_copy(update={"annotations": annotations}),
        quota=_quota(spec.quota),
        limits=cluster.asked(Resources()),
        view=_view(spec.members) if spec.members else None,
        queue=Queue(local=queue.name, cluster=queue.cluster) if queue else None,
    )


def _quota(asked: Asked) -> Quota | None:
    cpu = millis(asked.cpu) if asked.cpu else None
    memory = whole_bytes(asked.memory) if asked.memory else None
    if cpu is None and memory is None and asked.gpus is None:
        return None
    return Quota(cpu_millis=cpu, memory_bytes=memory, gpus=asked.gpus, gpu_resource=GPU)


def _view(groups: tuple[str, ...]) -> Role:
    grants = tuple(Grant(api_groups=(group,), resources=seen, verbs=LOOK) for group, seen in SEEN.items())
    return Role(name="windlass-view", groups=tuple(sorted(set(groups))), grants=grants)
