"""Plan one environment: what git asks for, what is live, what differs, what the guards say."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import ValidationError

from windlass import __version__
from windlass.engine import diff, guard, manifests, rendered_only
from windlass.engine.lower.pipeline import pipeline
from windlass.engine.release import spec_digest
from windlass.flows import clean, train
from windlass.flows.applying import deletions, observe, receipts
from windlass.flows.releasing import approvals, release, releases
from windlass.flows.releasing.releases import Held
from windlass.model import digests
from windlass.model.failure import Refused, Usage, World
from windlass.model.plan import Change, Manifest, Observed, Plan, Verdict
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model, Registry
from windlass.ports import Ports

FIRST_PORT = 3000


def plan(
    ports: Ports, project: Project, environment: Environment, only: str | None = None, port: int | None = None
) -> Plan:
    """The plan of an environment, or of one model in it. Raises `Usage` where its target is not on this machine, `Refused`
    where the tree is dirty and the environment is not `local`."""
    name = environment.metadata.name
    _possible(ports, environment)
    base = ports.git.head()
    held = _only(releases.current(ports, project, environment, base), only)
    last = receipts.last(ports, environment)
    runs = _runs(ports, project, environment, only)
    registered = {slug: one.release.spec.pin.model.registry for slug, one in held.items()}
    registered |= departed(project, last.served if last else {}, registered, only)
    observed = observe.observe(ports, name, runs, held, registered, last)
    observed = tuple(seen for seen in observed if only in (None, seen.identity.owner))
    desired = [*runs, *_serving(project, environment, held, _places(ports, environment, held, port))]
    changes = diff.changes(desired, observed)
    deletable = deletions.allowed(ports, last, base)
    return Plan(
        tool=__version__,
        environment=name,
        rehearsed=environment.spec.rehearsed,
        base=base,
        render_digest=manifests.render_digest(manifest for manifest in desired if manifest not in runs),
        releases={slug: one.release.digest for slug, one in held.items()},
        changes=changes,
        verdicts=(
            *guard.verdicts(changes, environment.spec.guards, deletable),
            *approvals.verdicts(ports, project, environment, held, changes, last, base),
            *unmerged(ports, project, environment, changes),
            *_untrained(project, environment, only),
        ),
        created_at=ports.clock.now().isoformat(timespec="seconds"),
    )


def dump(made: Plan) -> bytes:
    """The plan file: canonical JSON. Its digest is its name."""
    return digests.canonical({"digest": made.digest, "plan": made.plain()}) + b"\n"


def writable(ports: Ports, path: Path) -> None:
    """Whether a plan file can go there, asked before anything is planned. Raises `Usage` (WL613): a typing error in a path
    makes no folders."""
    if ports.files.look(path.parent).kind != "folder":
        raise Usage.one(
            "WL613", f"there is no folder `{path.parent}` for the plan file", "make it, or name another file"
        )
    if ports.files.look(path).kind == "folder":
        raise Usage.one("WL613", f"`{path}` is a folder, not a plan file", "name a file in it: --out plan.json")


def read(ports: Ports, path: Path) -> Plan:
    """A plan file. Raises `Usage` where it is none, `Refused` where its digest is not of its content."""
    data = ports.files.read(path)
    if data is None:
        raise Usage.one("WL612", f"there is no plan file `{path.name}`", "`windlass plan ENV --out FILE` writes one")
    try:
        document = json.loads(data)
        made = Plan.model_validate(document["plan"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Usage.one(
            "WL612", f"`{path.name}` is no plan file", "`windlass plan ENV --out FILE` writes one"
        ) from error
    if made.digest != document["digest"]:
        raise Refused.one("WL421", f"`{path.name}` was changed after it was made", "plan again")
    return made


def trains(environment: Environment) -> bool:
    """Whether this environment trains: `local`, and the head of the chain."""
    return environment.metadata.name == LOCAL or environment.spec.promotes_from is None


def _possible(ports: Ports, environment: Environment) -> None:
    name = environment.metadata.name
    if environment.spec.target.kind != "local":
        raise Usage.one(
            "WL610",
            f"environment `{name}` goes to target `{environment.spec.target.kind}`, which this version cannot reach yet",
            f"rehearse it on this machine: `--rehearse` after `{name}`",
        )
    if name != LOCAL:
        clean.require(ports, name, ("specs", "environments"))


def _only(held: Mapping[str, Held], only: str | None) -> dict[str, Held]:
    return {slug: one for slug, one in held.items() if only in (None, slug)}


def _runs(ports: Ports, project: Project, environment: Environment, only: str | None) -> list[Manifest]:
    if not trains(environment):
        return []
    chosen = [
        loaded
        for slug, loaded in sorted(project.models.items())
        if only in (None, slug) and not rendered_only.says(loaded)
    ]
    return [_run(ports, project, loaded, environment) for loaded in chosen]


def _run(ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment) -> Manifest:
    inputs = train.wanted(ports, project, loaded, environment)
    spec = spec_digest(loaded.source.value)
    return manifests.pipeline_run(pipeline(loaded, project, environment), inputs, spec)


def unmerged(ports: Ports, project: Project, environment: Environment, changes: Collection[Change]) -> list[Verdict]:
    """A run whose result could not be released, because what stands here is not what was merged (WL436). A warning: the plan
    of a branch is what a reviewer wants to see, and what serves may go on. Apply asks before it trains."""
    if environment.metadata.name == LOCAL:
        return []
    found: list[Verdict] = []
    for change in changes:
        slug = change.identity.owner
        if change.identity.kind not in receipts.RUNS or change.action in ("unchanged", "delete"):
            continue
        try:
            release.merged(ports, project.models[slug], environment)
        except Refused as refused:
            why = refused.diagnostics[0]
            found.append(
                Verdict(
                    guard="merged",
                    allowed=True,
                    subject=slug,
                    reason=f"{slug} would not be trained: {why.message}",
                    hint=why.hint,
                    code=why.code,
                    warning=True,
                )
            )
        except World:
            # Without the remote nobody can tell; apply cannot do without it and says so.
            continue
    return found


def _untrained(project: Project, environment: Environment, only: str | None) -> list[Verdict]:
    """Models that are only rendered (WL313): a warning, since a plan that leaves a model out must say so."""
    found = [one for slug, one in sorted(project.models.items()) if only in (None, slug) and rendered_only.says(one)]
    return [
        Verdict(
            guard="format",
            allowed=True,
            subject=one.spec.metadata.slug,
            reason=f"{one.spec.metadata.slug} is not trained: this version only renders {one.spec.spec.model_format.name} models",
            hint="`windlass explain WL313`",
            code="WL313",
            warning=True,
        )
        for one in found
        if trains(environment)
    ]


def departed(
    project: Project, served: Collection[str], registered: Collection[str], only: str | None = None
) -> dict[str, str]:
    """The registered names of models that the ledger says are served and no release names any more: their aliases must go too."""
    gone = [slug for slug in served if slug not in registered and only in (None, slug)]
    return {slug: _registered_name(project, slug) for slug in gone}


def _registered_name(project: Project, slug: str) -> str:
    loaded = project.models.get(slug)
    return (loaded.spec.spec.registry if loaded else Registry()).of(slug)


def _places(ports: Ports, environment: Environment, held: Mapping[str, Held], port: int | None) -> dict[str, int]:
    """A port for each model: where it already is, where it was asked to be, else the next free of the environment."""
    records = {seen.identity.owner: _port(seen) for seen in ports.servers.observe(environment.metadata.name)}
    places = {slug: records[slug] for slug in held if slug in records}
    if port is not None and len(held) == 1:
        return dict.fromkeys(held, port)
    for slug in sorted(held):
        if slug not in places:
            places[slug] = next_port(environment, {*places.values(), *records.values()})
    return places


def next_port(environment: Environment, taken: Collection[int]) -> int:
    """The first port of the environment's range that no service of it has."""
    following = environment.spec.target.port or FIRST_PORT
    while following in taken:
        following += 1
    return following


def _port(seen: Observed) -> int:
    return int(seen.fields["runs"]["port"])


def _serving(
    project: Project, environment: Environment, held: Mapping[str, Held], places: Mapping[str, int]
) -> tuple[Manifest, ...]:
    return manifests.serving(releases.workloads(project, environment, held, places))
