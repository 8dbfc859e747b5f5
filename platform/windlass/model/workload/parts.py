"""What workloads of several kinds are made of: containers, what they ask for, where they run, what objects say of themselves."""

from windlass.model.document import Digest, Document, Text


class EnvEntry(Document):
    """An environment variable of a container: a value or a reference to a secret's key."""

    name: Text
    value: str | None = None
    secret_ref: dict[str, str] | None = None

    @property
    def variable(self) -> str:
        """Where a laptop, which has no secret store, finds the value of a reference: WINDLASS_SECRET_<NAME>_<KEY>."""
        ref = self.secret_ref or {}
        return f"WINDLASS_SECRET_{ref.get('name', '')}_{ref.get('key', '')}".upper().replace("-", "_")


class Meta(Document):
    """What every object of a workload says of itself. ``selector`` is the part of the labels that never changes."""

    namespace: Text
    labels: dict[str, str]
    annotations: dict[str, str]
    selector: dict[str, str]


class Image(Document):
    """A container image by digest, never by tag."""

    ref: Text
    digest: Digest


class Security(Document):
    """What a pod may do: the restricted profile, as one user, writing only to the named places."""

    uid: int
    writable: dict[str, str]


class Network(Document):
    """Which namespaces may ask, besides the pod's own, and which TCP ports the pod may ask."""

    ingress_from: tuple[Text, ...] = ()
    egress_ports: tuple[int, ...] = ()


class Amount(Document):
    """Request and limit of one resource, in its canonical unit."""

    request: int | None = None
    limit: int | None = None


class Gpu(Document):
    """Whole GPUs, and what the cluster calls them."""

    count: int
    resource: Text = "nvidia.com/gpu"


class Resources(Document):
    """What one container asks for."""

    cpu_millis: Amount = Amount()
    memory_bytes: Amount = Amount()
    gpu: Gpu | None = None
    instance_type: str | None = None
    """The machine that holds it all, where a platform is asked for machines."""


class Toleration(Document):
    """A taint that a pod puts up with; of any value where ``value`` is None, with any effect where ``effect`` is."""

    key: Text
    value: str | None = None
    effect: Text | None = None


class Placement(Document):
    """Which nodes a pod may run on."""

    node_selector: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()
