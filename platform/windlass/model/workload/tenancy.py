"""`Tenancy`: what keeps one team to itself in one environment."""

from typing import Literal

from windlass.model.document import Document, Text
from windlass.model.workload.parts import Meta, Resources


class Quota(Document):
    """What a namespace may hold: thousandths of cores, bytes, whole GPUs of one resource name."""

    cpu_millis: int | None = None
    memory_bytes: int | None = None
    gpus: int | None = None
    gpu_resource: Text


class Grant(Document):
    """Verbs on resources of API groups."""

    api_groups: tuple[str, ...]
    resources: tuple[Text, ...]
    verbs: tuple[Text, ...]


class Role(Document):
    """What groups of people may do in a namespace."""

    name: Text
    groups: tuple[Text, ...]
    grants: tuple[Grant, ...]


class Queue(Document):
    """A queue in the namespace, and the cluster's queue behind it."""

    local: Text
    cluster: Text


class Tenancy(Document):
    """What keeps one team to itself in one environment. Traffic is denied unless a workload's own policy allows it."""

    name: Text
    team: Text
    environment: Text
    meta: Meta
    pod_security: Literal["restricted"] = "restricted"
    quota: Quota | None = None
    limits: Resources
    """What a container gets that asks for nothing."""
    view: Role | None = None
    """Who may look, and at what. Nobody may change anything: what runs comes from git."""
    queue: Queue | None = None
