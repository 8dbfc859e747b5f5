"""What one release becomes in one environment: the objects that the proposal of it is judged by, and their digest."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass.engine import manifests
from windlass.engine.cast import Document
from windlass.engine.policy.manifests import Judge
from windlass.flows.releasing.releases import Held, workloads
from windlass.flows.rendering import objects
from windlass.model import digests
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.failure import Refused
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Becoming:
    """Objects by their name (a path where they are a cluster's) with digests of their content, and the digest of all."""

    objects: Mapping[str, str]
    digest: str
    documents: tuple[Document, ...] = ()


def becomes(ports: Ports, project: Project, environment: Environment, held: Held) -> Becoming:
    """What a release becomes: a cluster's objects, else those of this machine's target. Raises like `lower`."""
    slug = held.release.metadata.slug
    if environment.spec.target.kind != "kubernetes":
        work = workloads(project, environment, {slug: held}, {slug: environment.spec.target.port or 1})
        made = manifests.serving(work)
        found = {str(one.identity): digests.of_value(one.plain()["fields"]) for one in made}
        return Becoming(found, manifests.render_digest(made))
    documents = tuple(objects.of_releases(ports, project, environment, {slug: held}))
    contents = {one.path: digests.of_bytes(one.data) for one in documents}
    return Becoming(contents, digests.of_value(contents), documents)


def judged(ports: Ports, project: Project, environment: Environment, made: Becoming) -> tuple[Diagnostic, ...]:
    """What policies find against it."""
    today = ports.clock.now().date().isoformat()
    return tuple(Judge(project, environment, today).judged(made.documents))


def permitted(ports: Ports, project: Project, environment: Environment, held: Held) -> Becoming:
    """What a release becomes, or `Refused` (WL283) where a policy says no: nobody need review what will not be let in."""
    made = becomes(ports, project, environment, held)
    found = judged(ports, project, environment, made)
    if any(one.severity is Severity.ERROR for one in found):
        texts = {one.path: one.data.decode() for one in made.documents}
        places = {one.place.path for one in found if one.place}
        raise Refused(found, sources={path: texts[path] for path in places & texts.keys()})
    return made
