"""Training runs in a cluster: which of those that specs ask for has an end, goes on, or is to be submitted; and the submitting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from windlass.engine import commands
from windlass.engine.cluster import attempts, stamp
from windlass.flows.applying.receipts import GOES
from windlass.flows.cluster.reach import Reach
from windlass.flows.steps import upload, wheels
from windlass.flows.training import candidates, material
from windlass.model import digests
from windlass.model.candidate import Candidate
from windlass.model.failure import World
from windlass.model.plan import Change, Identity, Observed, Verdict
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports
from windlass.ports.cluster import Live

INPUTS = "windlass.dev/inputs-digest"


@dataclass(frozen=True, slots=True)
class Run:
    """One run that specs ask for: what is to happen, the Workflow that would be submitted, and whether that is left to people."""

    change: Change
    object: Mapping[str, Any]
    given_up: bool = False


@dataclass(frozen=True, slots=True)
class Runs:
    """All of an environment, and what people must know of them."""

    every: tuple[Run, ...] = ()
    said: tuple[Verdict, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """As a part of the plan."""
        return tuple(one.change for one in self.every)


def look(ports: Ports, reach: Reach, environment: Environment, rendered: tuple[Mapping[str, Any], ...]) -> Runs:
    """Ask the store first, then the cluster. A plan may be made where the store cannot be reached: it says so."""
    if not rendered:
        return Runs()
    live = workflows(reach, environment, {one["metadata"]["namespace"] for one in rendered})
    try:
        known = {_inputs(one): _recorded(ports, environment, one) for one in rendered}
    except World as world:
        return Runs(tuple(_run(one, live, None) for one in rendered), (_unsure(environment, world),))
    every = tuple(_run(one, live, known[_inputs(one)]) for one in rendered)
    return Runs(every, tuple(_given_up(environment, one) for one in every if one.given_up))


def workflows(reach: Reach, environment: Environment, namespaces: set[str]) -> list[Live]:
    """Every Workflow of the environment's trainings in its namespaces: another repository may call one of its own so, too."""
    return reach.workflows.listed(f"windlass.dev/environment={environment.metadata.name}", namespaces)


def submit(ports: Ports, reach: Reach, project: Project, environment: Environment, run: Run) -> str:
    """Upload what its pods will bring, then let it go. It is named by what goes in, so that nobody submits it twice."""
    identity = run.change.identity
    loaded, store = project.models[identity.owner], ports.store(environment.metadata.name)
    found = material.whole(ports, project, loaded, environment)
    lock = digests.of_bytes(found.model.lock)
    own = environment.spec.images.locks.get(lock)
    needed = not (own and own.step) and store.record(wheels.record(found.model.lock)) is None
    ports.progress.begin("upload", identity.owner)
    remote = reach.remote(upload.address(project, environment))
    upload.upload(ports, project, loaded, environment, store, remote, reach.wheels if needed else None)
    ports.progress.end("upload", "done", "")
    return "submitted" if reach.workflows.submit(run.object) else "was submitted already"


def _run(rendered: Mapping[str, Any], live: list[Live], known: Candidate | None) -> Run:
    plain, inputs = stamp.identity(rendered), _inputs(rendered)
    tried = attempts.attempts(plain.name, [one for one in live if one["metadata"]["namespace"] == plain.namespace])
    way, name = attempts.following(plain.name, tried)
    identity = plain.model_copy(update={"name": name})
    named = {**rendered, "metadata": {**rendered["metadata"], "name": name}}
    if known is not None or way == "running":
        there = _there(identity, inputs, known.outcome if known else GOES)
        said = _ended(known) if known else attempts.told(tried[-1])
        return Run(Change(identity=identity, action="unchanged", reason=said, observed=there), named)
    if way == "given up":
        why = f"{len(tried)} attempts ended without a word, the last one: {attempts.told(tried[-1])}"
        left = Observed(identity=identity, present=False, uid=inputs, version=GOES)
        return Run(Change(identity=identity, action="unchanged", reason=why, observed=left), named, given_up=True)
    absent = Observed(identity=identity, present=False)
    why = "nobody has trained these inputs" if not tried else f"{attempts.told(tried[-1])}: it is tried again"
    desired = {"digest": digests.of_value(rendered["spec"])}
    return Run(Change(identity=identity, action="create", reason=why, desired=desired, observed=absent), named)


def _given_up(environment: Environment, run: Run) -> Verdict:
    slug, name = run.change.identity.owner, environment.metadata.name
    see, read, again = (
        commands.windlass(environment, words)
        for words in (f"status {name}", f"logs {slug} --env {name}", f"train {slug} --env {name}")
    )
    return Verdict(
        guard="training",
        allowed=True,
        subject=slug,
        reason=f"the training of {slug} is not tried again: {run.change.reason}",
        hint=f"see why ({see}, {read}); then {again}",
        code="WL456",
        warning=True,
    )


def _there(identity: Identity, inputs: str, version: str) -> Observed:
    return Observed(identity=identity, present=True, uid=inputs, version=version, meaning="run")


def _recorded(ports: Ports, environment: Environment, rendered: Mapping[str, Any]) -> Candidate | None:
    """How the run of these inputs ended, as the store knows; None where it does not."""
    slug = stamp.identity(rendered).owner
    return candidates.recorded(ports.store(environment.metadata.name), slug, _inputs(rendered))


def _ended(known: Candidate) -> str:
    return f"training {known.outcome}" + (f": {' '.join(known.reason.split())}" if known.reason else "")


def _inputs(rendered: Mapping[str, Any]) -> str:
    return stamp.said(rendered, INPUTS)


def _unsure(environment: Environment, world: World) -> Verdict:
    return Verdict(
        guard="store",
        allowed=True,
        subject=environment.metadata.name,
        reason=f"the store cannot be asked what is trained already: {world}",
        hint="an apply can only be done where it can",
        code=world.diagnostics[0].code,
        warning=True,
    )
