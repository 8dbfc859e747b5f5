"""The receipt of an apply: what it did, what each model serves now, what was trained, who agreed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from windlass import __version__
from windlass.flows import actor, train
from windlass.flows.releasing import approvals
from windlass.flows.releasing.releases import Held
from windlass.flows.training import candidates
from windlass.model import layout
from windlass.model.failure import Failure
from windlass.model.plan import Change, Plan
from windlass.model.project import Project
from windlass.model.receipt import Outcome, Receipt, Served
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports

RUNS = ("PipelineRun", "Workflow")
"""Kinds of training runs, on a laptop and in a cluster."""
GOES = "goes on"
"""The version of a run that has not ended: what becomes of it makes no plan stale."""


@dataclass(frozen=True, slots=True)
class Act:
    """One apply under way: the plan, what the environment is asked to hold, and the receipt before."""

    ports: Ports
    project: Project
    environment: Environment
    plan: Plan
    held: Mapping[str, Held]
    last: Receipt | None


@dataclass(slots=True)
class Done:
    """What became of it so far. Whoever is interrupted leaves it as it starts."""

    outcome: Literal["succeeded", "failed", "interrupted"] = "interrupted"
    objects: list[Outcome] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


def last(ports: Ports, environment: Environment) -> Receipt | None:
    """The newest receipt of an environment."""
    written = ports.ledger.receipts(environment.metadata.name, environment.spec.rehearsed)
    return written[-1] if written else None


def tells(told: Receipt | None, plan: Plan, held: Mapping[str, Held], only: str | None) -> bool:
    """Whether a receipt already says what is held and what is trained now (a kill may have come between the work and its
    receipt)."""
    served, trained = (told.served, told.trained) if told else ({}, {})
    ended = (change for change in _runs(plan) if change.observed.version != GOES)
    if any(trained.get(change.identity.owner) != change.observed.uid for change in ended):
        return False
    said = {slug: (one.release, one.generation) for slug, one in served.items() if one.healthy and only in (None, slug)}
    asked = {slug: (one.release.digest, one.release.spec.generation) for slug, one in held.items()}
    return said == {slug: pair for slug, pair in asked.items() if only in (None, slug)}


def write(act: Act, started: datetime, done: Done, served: Mapping[str, Served]) -> Receipt:
    """Append the receipt to the environment's ledger; ``served`` is what each model serves now."""
    ports, plan = act.ports, act.plan
    receipt = Receipt(
        number=0,
        environment=act.environment.metadata.name,
        rehearsed=act.environment.spec.rehearsed,
        commit=plan.base,
        plan=plan.digest,
        render_digest=plan.render_digest,
        actor=actor.name(ports),
        tool=__version__,
        started_at=started.isoformat(timespec="seconds"),
        finished_at=ports.clock.now().isoformat(timespec="seconds"),
        outcome=done.outcome,
        cause=str(done.failures[0]) if done.failures else "",
        objects=tuple(done.objects),
        served=dict(served),
        trained=_trained(act),
        approvals={slug: approvals.of(ports, act.environment, slug, plan.base) for slug in act.held},
        approvals_needed=_needed(act),
    )
    ports.progress.point("apply.receipt")
    return ports.ledger.append(receipt)


def pushed(ports: Ports, environment: Environment) -> str:
    """The ledger's branch where it stands on the remote as it does here, else nothing."""
    branch = layout.ledger_branch(environment.metadata.name, environment.spec.rehearsed)
    here = ports.git.tip(branch)
    return (
        branch
        if ports.git.has_remote() and here and ports.git.branches(branch.rpartition("/")[0]).get(branch) == here
        else ""
    )


def _needed(act: Act) -> dict[str, int]:
    """How many had to agree to each release; `local` asks nobody."""
    if act.environment.metadata.name == LOCAL:
        return {}
    return {slug: approvals.needed(act.project, act.environment, slug, one) for slug, one in act.held.items()}


def _runs(plan: Plan) -> list[Change]:
    return [change for change in plan.changes if change.identity.kind in RUNS and change.action != "delete"]


def _trained(act: Act) -> dict[str, str]:
    """The newest training run of each model, as recorded by now, whatever came of it."""
    found = dict(act.last.trained) if act.last else {}
    store = act.ports.store(act.environment.metadata.name)
    for change in _runs(act.plan):
        slug, inputs = change.identity.owner, change.observed.uid
        if change.action != "unchanged":
            inputs = train.wanted(act.ports, act.project, act.project.models[slug], act.environment)
        if inputs and candidates.recorded(store, slug, inputs):
            found[slug] = inputs
    return found
