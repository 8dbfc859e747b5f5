"""The order in which objects are written: what others need first; they go in the reverse. Ties by namespace and name, so that no
order depends on that of the input."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from windlass.model.plan import Change, Identity

WAVES = (
    ("Namespace", "CustomResourceDefinition"),
    ("ResourceQuota", "LimitRange", "NetworkPolicy", "PriorityClass", "StorageClass", "LocalQueue"),
    ("ServiceAccount", "Role", "ClusterRole", "SecretStore", "ClusterSecretStore"),
    ("RoleBinding", "ClusterRoleBinding", "ExternalSecret", "Secret", "ConfigMap", "PersistentVolumeClaim"),
    ("Service", "PodDisruptionBudget", "WorkflowTemplate"),
    ("Deployment", "StatefulSet", "DaemonSet", "Job"),
)
"""Kinds that go together, one after the other; every other kind comes last."""
RANK = {kind: number for number, wave in enumerate(WAVES) for kind in wave}
GATES = {"Namespace", "CustomResourceDefinition"}
"""What must be served before anything can be put into it."""


def waves(changes: Iterable[Change]) -> list[list[Change]]:
    """What is written, in groups that need nothing of each other."""
    ordered = sorted(changes, key=lambda change: _rank(change.identity))
    return [list(group) for _, group in groupby(ordered, key=lambda change: _rank(change.identity)[0])]


def leaving(changes: Sequence[Change]) -> list[list[Change]]:
    """What is deleted, in the reverse order."""
    return waves(changes)[::-1]


def _rank(identity: Identity) -> tuple[int, str, str, str]:
    return (RANK.get(identity.kind, len(WAVES)), identity.namespace, identity.kind, identity.name)
