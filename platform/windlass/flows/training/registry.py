"""The registry as a projection: registered from the store, and all of it again where the registry was lost."""

from collections.abc import Iterable

from windlass.engine.lower.service import contract_bytes
from windlass.flows.training import candidates
from windlass.model import layout
from windlass.model.candidate import Candidate
from windlass.model.failure import World
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import ModelSpec
from windlass.ports import Bench


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


def restore(bench: Bench, project: Project, name: str) -> None:
    """Where a registered model has no version at all, build again what a lost registry had: before a new version takes the
    number of an old one. Costs nothing where nothing was ever trained here."""
    if bench.registry is not None and not bench.registry.versions(name):
        rebuild(bench, project)


def rebuild(bench: Bench, project: Project, releases: Iterable[str] = ()) -> dict[str, str]:
    """Register every candidate that passed and whose bytes some store here still has, in the order they were trained, so
    that an empty registry gets its versions back under their old numbers. Model digest to version.

    ``releases`` are model digests that must be among them; `World` (WL521) names the first that no store has.
    """
    found: dict[str, tuple[str, Candidate]] = {}
    for environment in (LOCAL, *sorted(project.environments)):
        store = bench.store(environment)
        for name in store.records("candidates"):
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
