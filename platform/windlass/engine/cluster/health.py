"""How a live object does, read from the object alone.

The order of the questions is that of kstatus, which people's other tools ask: is it going away, has its controller seen this
spec, what does its controller say in general, what does its kind say. It differs where a model would be called well too soon:
a Job or a Workflow that runs is on its way, a pod that failed has failed, and a kind that nobody here knows is unknown until it
says that it is ready.
"""

from collections.abc import Callable
from typing import Any

from windlass.engine.cluster import custom, workloads
from windlass.engine.cluster.live import Live, at, condition, group, items, number, text
from windlass.model.health import Health, State

__all__ = ["Health", "State", "health"]

LIFELESS = frozenset(
    {
        *(("", kind) for kind in ("ConfigMap", "LimitRange", "ResourceQuota", "Secret", "ServiceAccount")),
        *(("rbac.authorization.k8s.io", kind) for kind in ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
        *(("admissionregistration.k8s.io", f"{kind}WebhookConfiguration") for kind in ("Mutating", "Validating")),
        *(("admissionregistration.k8s.io", f"ValidatingAdmissionPolicy{end}") for end in ("", "Binding")),
        *(("argoproj.io", kind) for kind in ("ClusterWorkflowTemplate", "WorkflowTemplate")),
        *(("monitoring.coreos.com", kind) for kind in ("PrometheusRule", "ServiceMonitor")),
        ("batch", "CronJob"),
        ("coordination.k8s.io", "Lease"),
        ("networking.k8s.io", "NetworkPolicy"),
        ("policy", "PodDisruptionBudget"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "StorageClass"),
    }
)
"""Kinds that are well as soon as they exist."""

RULES: dict[tuple[str, str], Callable[[Live], Health]] = {
    ("", "Namespace"): workloads.namespace,
    ("", "PersistentVolumeClaim"): workloads.claim,
    ("", "Pod"): workloads.pod,
    ("", "Service"): workloads.service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): custom.definition,
    ("apps", "DaemonSet"): workloads.daemon_set,
    ("apps", "Deployment"): workloads.deployment,
    ("apps", "ReplicaSet"): workloads.replica_set,
    ("apps", "StatefulSet"): workloads.stateful_set,
    ("argoproj.io", "CronWorkflow"): custom.cron_workflow,
    ("argoproj.io", "Workflow"): custom.workflow,
    ("autoscaling", "HorizontalPodAutoscaler"): workloads.autoscaler,
    ("batch", "Job"): workloads.job,
    ("external-secrets.io", "ExternalSecret"): custom.conditional("Ready"),
    ("external-secrets.io", "SecretStore"): custom.conditional("Ready"),
    ("gateway.networking.k8s.io", "HTTPRoute"): custom.route,
    ("kueue.x-k8s.io", "LocalQueue"): custom.conditional("Active"),
    **{kind: lambda live: Health("current") for kind in LIFELESS},
}


def health(live: Live) -> Health:
    """How an object does. Never raises, whatever the object looks like."""
    if at(live, "metadata", "deletionTimestamp") is not None:
        return Health("terminating", "it is being deleted")
    seen: Any = at(live, "status", "observedGeneration")
    if seen is not None and seen != number(live, "metadata", "generation"):
        return Health("progressing", "its controller has not seen this spec yet")
    stalled, reconciling = condition(live, "Stalled"), condition(live, "Reconciling")
    if reconciling.status == "True":
        return Health("progressing", reconciling.words)
    if stalled.status == "True":
        return Health("failed", stalled.words)
    return RULES.get((group(live), text(live, "kind")), _other)(live)


def _other(live: Live) -> Health:
    """A kind without a rule: its word that it is ready counts, its silence does not."""
    ready = condition(live, "Ready")
    if ready.status == "True":
        return Health("current")
    if any(text(one, "type") == "Ready" for one in items(live, "status", "conditions")):
        return Health("progressing", ready.words or "it is not ready")
    return Health("unknown", f"{text(live, 'kind') or 'this kind'} does not say how it does")
