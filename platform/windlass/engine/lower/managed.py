"""What only a platform that runs services by itself has to know of one: its name there, the machine that it asks for, how it is
found again.

Decided here once, so that every backend for such a platform spells the same. What the platform takes care of (images, probes,
networks, who may run where) is not asked for.
"""

from collections.abc import Iterable

from windlass.engine.lower import cluster
from windlass.engine.lower.instances import smallest
from windlass.engine.lower.names import name as dns_label
from windlass.model.failure import Findings
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.workload import EnvEntry, Managed, Service, TakenSecret

PROGRAM = "model"
"""The name of the service in every bento: the fixed program's."""
HEX = 40
"""Digits of a digest in a label, which has room for 63 characters: as many as a commit has."""


def placed(service: Service, release: Release, environment: Environment) -> Service:
    """The service with all that a platform asks for. Raises `Findings` (WL310) where none of the environment's machines holds
    it, since a promoted spec may be older than the table."""
    resources = cluster.asked(service.resources)
    chosen = smallest(resources, environment.spec.instance_types)
    if chosen is None:
        message = f"no instance type of `{environment.metadata.name}` holds what {service.slug} asks for"
        raise Findings.one("WL310", message, "lower its resources by an overlay, or list a larger machine")
    managed = Managed(
        # a platform knows no namespaces of teams, so the environment is a part of the name
        name=dns_label(service.team, service.model, service.environment),
        program=PROGRAM,
        labels=_labels(service, release, environment),
        secrets=_secrets(service),
        update=cluster.UPDATE,
    )
    sized = resources.model_copy(update={"instance_type": chosen.name})
    return service.model_copy(update={"resources": sized, "managed": managed})


def secret_name(team: str, model: str, environment: str) -> str:
    """The one secret of a service: its keys are the variables that the service refers to secrets for."""
    return dns_label(team, model, f"{environment}-env")


def _secrets(service: Service) -> tuple[TakenSecret, ...]:
    keys = {entry.name: _kept(entry) for entry in service.env if entry.secret_ref}
    own = TakenSecret(name=secret_name(service.team, service.model, service.environment), keys=keys)
    return (own,) if keys else ()


def _kept(entry: EnvEntry) -> str:
    assert entry.secret_ref is not None
    return f"{entry.secret_ref['name']}/{entry.secret_ref['key']}"


def _labels(service: Service, release: Release, environment: Environment) -> dict[str, str]:
    pin = release.spec.pin
    assert pin.bento is not None  # `lower.service` says so before
    digests: Iterable[tuple[str, str]] = (
        ("bento", pin.bento.digest),
        ("inputs", pin.inputs),
        ("model", pin.model.digest),
        ("release", release.digest),
    )
    labels = cluster.meta_of(environment, service.team, service.model, "serving").labels
    marks = {f"{cluster.PREFIX}/{kind}": digest.partition(":")[2][:HEX] for kind, digest in digests}
    return dict(sorted({**labels, **marks}.items()))
