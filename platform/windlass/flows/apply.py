"""Apply a plan to this machine: exactly its changes, in their order, and a receipt whatever happens."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass import __version__
from windlass.engine.schedule import schedule
from windlass.engine.stale import moved
from windlass.flows import actor, approvals, candidates, contents, releases, train
from windlass.flows import plan as planning
from windlass.flows.releases import Held
from windlass.flows.steps import Steps
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Failure, Refused
from windlass.model.plan import Change, Plan
from windlass.model.project import Project
from windlass.model.receipt import Outcome, Receipt, Served
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did. ``receipt`` is None where there was nothing to do."""

    plan: Plan
    receipt: Receipt | None

    @property
    def healthy(self) -> bool:
        """Whether all of it worked."""
        return self.receipt is None or self.receipt.outcome == "succeeded"


def apply(
    ports: Ports,
    project: Project,
    environment: Environment,
    plan: Plan,
    lock: int,
    only: str | None = None,
) -> Applied:
    """Do the plan. Raises `Refused` where a guard said no or the world moved, before anything is written; afterwards the
    first `Failure` of a change, once the receipt stands. The caller holds the environment's ``lock``; a
    service that starts keeps it until its record stands."""
    _permitted(plan)
    _fresh(ports, project, environment, plan, only)
    held = releases.current(ports, project, environment, plan.base)
    last = _last(ports, environment)
    if not plan.pending and recorded(last, plan, held, only):
        ports.ledger.send(environment.metadata.name, environment.spec.rehearsed)
        return Applied(plan, None)
    return _do(ports, project, environment, plan, held, lock, last)


def _do(
    ports: Ports,
    project: Project,
    environment: Environment,
    plan: Plan,
    held: dict[str, Held],
    lock: int,
    last: Receipt | None,
) -> Applied:
    for one in held.values():
        contents.bring(ports, project, environment, one.release)
    places = {
        change.identity.owner: int(change.desired["runs"]["port"])
        for change in plan.changes
        if change.identity.kind == "Process" and change.desired
    }
    shown = {slug: one for slug, one in held.items() if one.spec.serving is None or slug in places}
    work = releases.workloads(project, environment, shown, places)
    steps = Steps(ports, project, environment, held, {service.slug: service for service in work.services}, lock)
    started = ports.clock.now()
    outcomes: list[Outcome] = []
    failures: list[Failure] = []
    end = "interrupted"
    try:
        _all(steps, plan, outcomes, failures)
        end = "failed" if failures else "succeeded"
    finally:
        receipt = Receipt(
            number=0,
            previous=None,
            environment=environment.metadata.name,
            rehearsed=environment.spec.rehearsed,
            commit=plan.base,
            plan=plan.digest,
            render_digest=plan.render_digest,
            actor=actor.name(ports),
            tool=__version__,
            started_at=started.isoformat(timespec="seconds"),
            finished_at=ports.clock.now().isoformat(timespec="seconds"),
            outcome=end,
            cause=str(failures[0]) if failures else "",
            objects=tuple(outcomes),
            served=_served(ports, environment, steps.held, plan),
            trained=_trained(ports, project, environment, plan, last),
            approvals={slug: approvals.of(ports, environment, slug, plan.base) for slug in held},
        )
        ports.progress.point("apply.receipt")
        receipt = ports.ledger.append(receipt)
    if failures:
        raise failures[0]
    return Applied(plan, receipt)


def _all(steps: Steps, plan: Plan, outcomes: list[Outcome], failures: list[Failure]) -> None:
    """Every change in order. What depends on a failed one of the same model is skipped; other models go on."""
    broken: set[str] = set()
    for change in schedule(plan.changes):
        owner = change.identity.owner
        if owner in broken:
            outcomes.append(_outcome(change, "skipped", "an earlier change of this model failed"))
            continue
        try:
            outcomes.append(_outcome(change, "done", steps.do(change)))
        except Failure as failure:
            failures.append(failure)
            outcomes.append(_outcome(change, "failed", str(failure)))
            # A refused or failed candidate says nothing against what is released already.
            if change.identity.kind != "PipelineRun":
                broken.add(owner)


def _permitted(plan: Plan) -> None:
    if plan.refusals:
        found = [
            Diagnostic("WL411", f"{verdict.subject}: {verdict.reason}", None, verdict.hint) for verdict in plan.refusals
        ]
        raise Refused(found)


def _fresh(ports: Ports, project: Project, environment: Environment, plan: Plan, only: str | None) -> None:
    """Look again. A plan made a moment ago under the same lock differs in nothing; a plan file may."""
    now = planning.plan(ports, project, environment, only)
    found = moved(plan, now.base, [change.observed for change in now.changes])
    if plan.environment != environment.metadata.name or plan.rehearsed != environment.spec.rehearsed:
        found = (
            *found,
            Diagnostic("WL410", f"the plan is for `{plan.environment}`, not for `{environment.metadata.name}`"),
        )
    if found:
        last = found[-1]
        hint = f"nothing was written; look again with `windlass plan {environment.metadata.name}`"
        raise Refused((*found[:-1], Diagnostic(last.code, last.message, last.place, hint)))


def _outcome(change: Change, outcome: str, detail: str) -> Outcome:
    return Outcome(
        kind=change.identity.kind,
        name=change.identity.name,
        owner=change.identity.owner,
        action=change.action,
        outcome=outcome,
        detail=detail,
    )


def _last(ports: Ports, environment: Environment) -> Receipt | None:
    receipts = ports.ledger.receipts(environment.metadata.name, environment.spec.rehearsed)
    return receipts[-1] if receipts else None


def recorded(last: Receipt | None, plan: Plan, held: Mapping[str, Held], only: str | None) -> bool:
    """Whether the last receipt already says what is held and what is trained now (a kill may have come between the work and
    its receipt)."""
    served, trained = (last.served, last.trained) if last else ({}, {})
    if any(trained.get(change.identity.owner) != change.observed.uid for change in _runs(plan)):
        return False
    told = {slug: (one.release, one.generation) for slug, one in served.items() if one.healthy and only in (None, slug)}
    asked = {slug: (one.release.digest, one.release.spec.generation) for slug, one in held.items()}
    return told == {slug: pair for slug, pair in asked.items() if only in (None, slug)}


def _runs(plan: Plan) -> list[Change]:
    return [change for change in plan.changes if change.identity.kind == "PipelineRun" and change.action != "delete"]


def _trained(
    ports: Ports, project: Project, environment: Environment, plan: Plan, last: Receipt | None
) -> dict[str, str]:
    """The newest training run of each model, as recorded by now, whatever came of it."""
    found = dict(last.trained) if last else {}
    store = ports.store(environment.metadata.name)
    for change in _runs(plan):
        slug, inputs = change.identity.owner, change.observed.uid
        if change.action != "unchanged":
            inputs = train.wanted(ports, project, project.models[slug], environment)
        if inputs and candidates.recorded(store, slug, inputs):
            found[slug] = inputs
    return found


def _served(ports: Ports, environment: Environment, held: Mapping[str, Held], plan: Plan) -> dict[str, Served]:
    """What each model serves now, as observed: a process that lives and carries the release."""
    live = {
        seen.identity.owner: seen.fields for seen in ports.servers.observe(environment.metadata.name) if seen.present
    }
    found = {}
    for slug, one in held.items():
        pin, fields = one.release.spec.pin, live.get(slug)
        if fields is None and one.spec.serving is not None:
            continue
        healthy = fields is None or fields["carries"]["release"] == one.release.digest
        found[slug] = Served(
            release=fields["carries"]["release"] if fields else one.release.digest,
            generation=fields["carries"]["generation"] if fields else one.release.spec.generation,
            model=fields["runs"]["model"] if fields else pin.model.digest,
            bento=fields["runs"]["bento"] if fields else pin.folders.get("bento"),
            inputs=pin.inputs,
            healthy=healthy,
            url=f"http://127.0.0.1:{fields['runs']['port']}" if fields else "",
        )
    return found
