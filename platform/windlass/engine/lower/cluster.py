"""What only a cluster has to know of a service: where its objects go, what they say of themselves, what a pod may do.

Decided here once, so that every serving backend spells the same pod.
"""

from collections.abc import Mapping
from typing import Any

from windlass.engine.lower import addresses
from windlass.engine.lower.names import name as dns_label
from windlass.engine.lower.objectives import buckets
from windlass.model import digests, layout
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Findings
from windlass.model.project import Loaded
from windlass.model.release import Release
from windlass.model.specs.environment import Environment, EnvironmentSpec, LockImages
from windlass.model.specs.model import ModelSpec
from windlass.model.workload import (
    Amount,
    Configuration,
    Fetch,
    Image,
    LogStream,
    Meta,
    Network,
    Pod,
    Resources,
    Security,
    Service,
    Update,
)

PREFIX = "windlass.dev"
PORT = 3000
"""The port of every service in its pod."""
HOME = "/var/bentoml"
"""Not `/home/bentoml`, where an image of a bento holds it: a mount would hide it."""
BENTO, LIBRARY = f"{HOME}/bento", f"{HOME}/lib"
"""Where a fetched bento lies, and the packages of its lock."""
UID = 1034
"""The user of BentoML's own images; nothing depends on the number."""
CONFIGURATION = "/etc/windlass"
"""Where a container finds the files of its configuration."""
WRITABLE = {"home": HOME, "tmp": "/tmp"}  # noqa: S108 -- a mount of its own in the pod
SPREAD = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
CPU_MILLIS, MEMORY_BYTES = 250, 512 << 20
"""What a container asks for where the spec does not say: a cluster must know."""
GRACE_SECONDS = 30
UPDATE = Update(max_surge=1, max_unavailable=0, progress_deadline_seconds=600)
"""Never fewer ready copies than before."""
SERVE = ("python", "-m", "bentoml", "serve", BENTO, "--host", "0.0.0.0", "--port", str(PORT))  # noqa: S104 -- inside a pod


def placed(
    service: Service,
    spec: ModelSpec,
    release: Release,
    loaded: Loaded[Environment],
    stream: LogStream | None = None,
    lock: str | None = None,
) -> Service:
    """The service with all that a cluster asks for. ``spec`` is the promoted one under the environment's overlays, ``stream``
    what is logged of its requests, ``lock`` the digest of the model's pins. Raises `Findings` (WL240) where the environment
    does not say what its pods are made of.
    """
    environment = loaded.spec
    name = service.name
    meta = meta_of(environment, release.metadata.team, release.metadata.name, "serving")
    annotations = {**released(release, environment.metadata.name), f"{PREFIX}/owners": ",".join(spec.governance.owners)}
    bounds = buckets(spec)
    min_available = service.scale.min - 1 if service.scale.min > 1 else None
    bento = _bento(release, loaded, lock)
    pod = Pod(
        pull_secrets=environment.spec.images.pull_secrets,
        **bento,
        security=Security(uid=UID, writable=WRITABLE),
        service_account=name,
        spread=SPREAD,
        update=UPDATE.model_copy(update={"min_available": min_available}),
        network=_network(environment.spec, bento["fetch"] is not None),
        configuration=_configuration(bounds, stream),
    )
    said = {"meta": meta.model_copy(update={"annotations": dict(sorted(annotations.items()))}), "pod": pod}
    grace = service.drain_seconds + GRACE_SECONDS
    resources = asked(service.resources)
    sized = {"duration_buckets": bounds, "resources": resources, "shutdown_grace_seconds": grace}
    return service.model_copy(update={**said, **sized, "port": PORT})


def meta_of(environment: Environment, team: str, model: str | None, component: str) -> Meta:
    """Labels and namespace of one model's objects in one environment, or of the team's own where ``model`` is None."""
    instance = dns_label(team, model or "")
    selector = {"app.kubernetes.io/component": component, "app.kubernetes.io/instance": instance}
    labels = {
        **selector,
        "app.kubernetes.io/managed-by": "windlass",
        "app.kubernetes.io/name": dns_label("", model or team),
        "app.kubernetes.io/part-of": team,
        f"{PREFIX}/environment": environment.metadata.name,
        f"{PREFIX}/team": team,
    }
    return Meta(namespace=namespace(environment, team), labels=labels, annotations={}, selector=selector)


def namespace(environment: Environment, team: str) -> str:
    """The namespace of a team: the target's pattern, else ``<team>-<environment>``."""
    pattern = environment.spec.target.namespace
    return pattern.replace("{team}", team) if pattern else dns_label(team, environment.metadata.name)


def released(release: Release, environment: str) -> dict[str, str]:
    """The way back from an object to git and to the store. Not the commit: an unrelated one must change no object."""
    pin = release.spec.pin
    slug = release.metadata.slug
    return {
        f"{PREFIX}/data": ",".join(f"{one.dataset}@md5:{one.md5}" for one in pin.data),
        f"{PREFIX}/inputs-digest": pin.inputs,
        f"{PREFIX}/model-digest": pin.model.digest,
        f"{PREFIX}/release-digest": release.digest,
        f"{PREFIX}/source": layout.release_folder(environment, slug),
    }


def image(text: str) -> Image:
    """``ref@sha256:...`` in its two parts."""
    ref, _, digest = text.partition("@")
    return Image(ref=ref, digest=digest)


def _bento(release: Release, loaded: Loaded[Environment], lock: str | None) -> dict[str, Any]:
    """What the container runs: the bento's own image, else the runtime image with the bento fetched beside it, and the packages
    of its lock where the image does not hold them."""
    spec, bento = loaded.spec.spec, release.spec.pin.bento
    assert bento is not None  # `lower.service` says so before
    if bento.image is not None:
        return {"image": image(bento.image), "fetch": None, "command": None}
    if spec.images.runtime is None or spec.images.step is None or spec.store is None:
        raise Findings(missing(loaded, needed(spec)))
    own = spec.images.locks.get(lock or "", LockImages())
    fetch = Fetch(
        image=image(spec.images.step),
        store=spec.store.uri,
        endpoint=spec.store.endpoint,
        secret=spec.store.secret_ref.name if spec.store.secret_ref else None,
        digest=bento.digest,
        bento=BENTO,
        library=None if own.runtime else LIBRARY,
    )
    return {"image": image(own.runtime or spec.images.runtime), "fetch": fetch, "command": SERVE}


def store_ports(spec: EnvironmentSpec) -> tuple[int, ...]:
    """Where pods must be let out to reach the environment's store."""
    endpoint = spec.store.endpoint if spec.store else None
    return (addresses.port(endpoint) if endpoint else addresses.PORTS["https"],)


def _network(spec: EnvironmentSpec, fetches: bool) -> Network:
    return Network(
        ingress_from=tuple(sorted(spec.network.ingress_from)), egress_ports=store_ports(spec) if fetches else ()
    )


def needed(spec: EnvironmentSpec) -> dict[str, object]:
    """What an environment that serves in a cluster must say, by path; None where it does not."""
    return {"images.runtime": spec.images.runtime, "images.step": spec.images.step, "store": spec.store}


def _configuration(bounds: tuple[float, ...], stream: LogStream | None) -> Configuration:
    """A change of what the files say must start new pods, since a server reads them once: so the pods carry their digest."""
    log = stream.model_dump(exclude={"meta"}, mode="json") if stream else None
    digest = digests.of_value({"buckets": list(bounds), "log": log})
    return Configuration(folder=CONFIGURATION, digest=digest, request_log=stream.name if stream else None)


def missing(loaded: Loaded[Environment], parts: Mapping[str, object], does: str = "serves") -> list[Diagnostic]:
    """What an environment in a cluster must say of its containers and does not (WL240)."""
    hint = "its pods are made of images by digest and fetch what they need from the store"
    return [
        Diagnostic(
            "WL240",
            f"environment `{loaded.spec.metadata.name}` {does} in a cluster and has no `{part}`",
            loaded.source.place("spec", *part.split(".")),
            hint,
        )
        for part, value in parts.items()
        if value is None
    ]


def asked(resources: Resources, cpu_millis: int = CPU_MILLIS, memory_bytes: int = MEMORY_BYTES) -> Resources:
    """What a container asks for, with these amounts where nobody said any. Memory has a limit, cores have none."""
    cpu, memory = resources.cpu_millis, resources.memory_bytes
    request = memory.request or memory_bytes
    return Resources(
        cpu_millis=Amount(request=cpu.request or cpu_millis, limit=cpu.limit),
        memory_bytes=Amount(request=request, limit=memory.limit or request),
        gpu=resources.gpu,
    )
