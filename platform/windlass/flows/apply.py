"""Apply a plan to this machine: exactly its changes, in their order, and a receipt whatever happens."""

from windlass.engine.schedule import schedule
from windlass.engine.stale import moved
from windlass.flows import plan as planning
from windlass.flows.applying import contents, receipts
from windlass.flows.applying.outcome import Applied, meant, permitted, unmoved
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.applying.served import served
from windlass.flows.applying.steps import Steps
from windlass.flows.releasing import releases
from windlass.model.failure import Failure
from windlass.model.plan import Plan
from windlass.model.project import Project
from windlass.model.receipt import Outcome
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


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
    meant(environment, plan)
    permitted(plan)
    _fresh(ports, project, environment, plan, only)
    held, last = releases.current(ports, project, environment, plan.base), receipts.last(ports, environment)
    if not plan.pending and receipts.tells(last, plan, held, only):
        ports.ledger.send(environment.metadata.name, environment.spec.rehearsed)
        return Applied(plan, None)
    return _do(Act(ports, project, environment, plan, held, last), lock)


def _do(act: Act, lock: int) -> Applied:
    started, done = act.ports.clock.now(), Done()
    try:
        for one in act.held.values():
            contents.bring(act.ports, act.project, act.environment, one.release)
        _all(_steps(act, lock), act.plan, done)
        done.outcome = "failed" if done.failures else "succeeded"
    except Failure as failure:
        done.failures.append(failure)
        done.outcome = "failed"
    finally:
        receipt = receipts.write(act, started, done, served(act))
    if done.failures:
        raise done.failures[0]
    return Applied(act.plan, receipt)


def _steps(act: Act, lock: int) -> Steps:
    """The hands for this apply: every service that the plan knows a port for."""
    places = {
        change.identity.owner: int(change.desired["runs"]["port"])
        for change in act.plan.changes
        if change.identity.kind == "Process" and change.desired
    }
    shown = {slug: one for slug, one in act.held.items() if one.spec.serving is None or slug in places}
    work = releases.workloads(act.project, act.environment, shown, places)
    services = {service.slug: service for service in work.services}
    return Steps(act.ports, act.project, act.environment, act.held, services, lock)


def _all(steps: Steps, plan: Plan, done: Done) -> None:
    """Every change in order. What depends on a failed one of the same model is skipped; other models go on."""
    broken: set[str] = set()
    for change in schedule(plan.changes):
        owner = change.identity.owner
        if owner in broken:
            done.objects.append(
                Outcome.of(change.identity, change.action, "skipped", "an earlier change of this model failed")
            )
            continue
        try:
            done.objects.append(Outcome.of(change.identity, change.action, "done", steps.do(change)))
        except Failure as failure:
            done.failures.append(failure)
            done.objects.append(Outcome.of(change.identity, change.action, "failed", str(failure)))
            # A refused or failed candidate says nothing against what is released already.
            if change.identity.kind != "PipelineRun":
                broken.add(owner)


def _fresh(ports: Ports, project: Project, environment: Environment, plan: Plan, only: str | None) -> None:
    """Look again. A plan made a moment ago under the same lock differs in nothing; a plan file may."""
    now = planning.plan(ports, project, environment, only)
    found = moved(plan, now.base, [change.observed for change in now.changes])
    unmoved(environment, plan, found, ports.clock.now())
    # A plan file that was made elsewhere may have been judged by other rules, or by other trusted keys.
    permitted(now)
