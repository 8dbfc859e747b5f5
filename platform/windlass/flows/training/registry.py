"""The registry as a projection: registered from the store, and all of it again where the registry was lost."""

from collections.abc import Iterable

from windlass.engine.lower.service import contract_bytes
from windlass.flows.training import candidates
from windlass.model import layout
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import Failure, World
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import ModelSpec
from windlass.ports import Bench

AWAY = "WL527"


def register(bench: Bench, environment: str, candidate: Candidate, spec: ModelSpec | None) -> str:
    """The version of a candidate's model, registered from the environment's store if it is not yet. ``spec`` (if it is
    still known) gives the signature. Raises `World` where the store lacks the bytes.
    """
    pin = candidate.model
    if pin is None:
        raise World.one("WL521", f"the record of {candidate.slug} {candidate.inputs} names no model", "train it again")
    assert bench.registry is not None  # who has none does not come here
    known = bench.registry.versions(pin.registry).get(pin.digest)
    store = bench.store(environment)
    place = bench.root / layout.state(environment, "models", pin.digest.removeprefix("sha256:"))
    store.get_folder(pin.digest, place)
    extra = {"lock": store.get(candidate.lock).decode()} if candidate.lock else {}
    if spec is not None and spec.serving is not None:
        extra["contract"] = contract_bytes(spec).decode()
    version = bench.registry.ensure(candidate, pin, place, extra)
    bench.progress.point("register.again" if known else "register.done")
    return version


def number(bench: Bench, pin: ModelPin) -> str | None:
    """The version of a pin, where it is registered. It is a label: a tracker that does not answer leaves it out."""
    assert bench.registry is not None
    try:
        return bench.registry.versions(pin.registry).get(pin.digest)
    except World as world:
        if not away(world):
            raise
        bench.progress.note(f"  the release says no version: {world.diagnostics[0].message}")
        return None


def away(failure: Failure) -> bool:
    """Whether a tracker does not answer, or not to us (WL527)."""
    return failure.diagnostics[0].code == AWAY


def restore(bench: Bench, project: Project, slug: str, name: str, environments: Iterable[str] | None = None) -> None:
    """Where a registered model has no version at all, build again what a lost registry had of it: before a new version takes the
    number of an old one. Costs nothing where nothing of it was ever trained."""
    if bench.registry is not None and not bench.registry.versions(name):
        rebuild(bench, project, slug=slug, environments=environments)


def rebuild(
    bench: Bench,
    project: Project,
    releases: Iterable[str] = (),
    slug: str = "",
    environments: Iterable[str] | None = None,
) -> dict[str, str]:
    """Register every candidate that passed (or those of one model) and whose bytes some store still has, in the order they were
    trained, so that an empty registry gets its versions back under their old numbers. Model digest to version.

    ``environments`` are those whose stores are asked: all of this machine, whose registry is one for all of them, unless others
    are named. ``releases`` are model digests that must be among them; `World` (WL521) names the first that no store has.
    """
    found: dict[str, tuple[str, Candidate]] = {}
    for environment in (LOCAL, *sorted(project.environments)) if environments is None else environments:
        store = bench.store(environment)
        for name in store.records(f"candidates/{slug}" if slug else "candidates"):
            candidate = candidates.read(store, name)
            if (
                candidate
                and candidate.outcome == candidates.PASSED
                and candidate.model
                and store.has(candidate.model.digest)
            ):
                found.setdefault(candidate.model.digest, (environment, candidate))
    for digest in releases:
        if digest not in found:
            hint = "bring the store back, or train again: a release is only digests, its bytes live there"
            raise World.one("WL521", f"no store on this machine has the model {digest}", hint)
    ordered = sorted(found.items(), key=lambda one: (one[1][1].finished_at, one[0]))
    return {digest: register(bench, environment, one, _spec(project, one)) for digest, (environment, one) in ordered}


def _spec(project: Project, candidate: Candidate) -> ModelSpec | None:
    loaded = project.models.get(candidate.slug)
    return loaded.spec.spec if loaded else None
