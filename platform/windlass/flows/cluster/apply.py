"""Apply a plan to a cluster: exactly its changes, in waves, under the environment's lease, and a receipt whatever happens.

What is about to be written is in the inventory before, and leaves it after it is gone: so whatever is killed in between, the next
apply knows of all that this one wrote.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from windlass import __version__
from windlass.engine import commands
from windlass.engine.cluster import refusals
from windlass.engine.evidence import seconds
from windlass.engine.stale import moved
from windlass.flows import actor
from windlass.flows.applying import receipts
from windlass.flows.applying.outcome import Applied, meant, permitted, unmoved
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.cluster import aliases, contents, waiting
from windlass.flows.cluster import plan as planning
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import NAMESPACE, Reach, inventory
from windlass.flows.cluster.served import served
from windlass.flows.cluster.writing import Writing
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Failure, World
from windlass.model.plan import Identity, Plan
from windlass.model.project import Project
from windlass.model.receipt import Receipt, Served
from windlass.model.refusal import Refusal
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def apply(
    ports: Ports, reach: Reach, project: Project, environment: Environment, plan: Plan, before: Seen | None = None
) -> Applied:
    """Do the plan; ``before`` is what it was made of, where that was in this process. Raises `Refused` where a guard said no or
    the world moved, before anything is written; afterwards the first `Failure` of a change, once the receipt stands."""
    meant(environment, plan)
    permitted(plan)
    home = inventory(environment)
    _home(reach, home)
    holder, patience = f"{actor.name(ports)} ({plan.digest[7:15]})", seconds(environment.spec.target.wait)
    with reach.cluster.hold(home, holder, patience):
        # what is served may be other than when the plan was made
        reach.cluster.forget()
        now = planning.seen(ports, reach, project, environment, before)
        _fresh(ports, environment, plan, now)
        if _told(now):
            ports.ledger.send(environment.metadata.name, environment.spec.rehearsed)
            return Applied(plan, None)
        act = Act(ports, project, environment, plan, now.held, now.last)
        return _do(act, reach, now)


def _told(now: Seen) -> bool:
    """Whether there is nothing to do and the last receipt says so: a kill, a full disk may have come between the work and its
    receipt, or before the inventory was put right."""
    return (
        not now.plan.pending
        and now.looked.listed
        and now.last is not None
        and (now.last.outcome, now.last.render_digest) == ("succeeded", now.plan.render_digest)
        and receipts.tells(now.last, now.plan, now.held, None)
    )


def _do(act: Act, reach: Reach, now: Seen) -> Applied:
    started, done = act.ports.clock.now(), Done()
    writing = Writing(act, reach, now, done)
    well, ill = set[str](), set[str]()
    try:
        owners = {change.identity.owner for change in now.plan.pending}
        contents.bring(act.ports, act.project, act.environment, now, owners)
        writing.all()
        writing.submit()
        well, ill = waiting.wait(act, reach, now, done)
        aliases.point(act, reach, now.aliases, well, done)
        done.outcome = "failed" if done.failures else "succeeded"
    except Failure as failure:
        done.failures.append(failure)
        done.outcome = "failed"
    finally:
        writing.rest()
        receipt = _receipt(act, started, done, served(act, now, well, ill))
    if done.failures:
        raise done.failures[0]
    return Applied(act.plan, receipt)


def _receipt(act: Act, started: datetime, done: Done, told: Mapping[str, Served]) -> Receipt:
    """Write it. Raises `World` where it cannot be written, with what the apply itself failed of."""
    try:
        return receipts.write(act, started, done, told)
    except World as lost:
        again = commands.windlass(act.environment, f"apply {act.environment.metadata.name}")
        said = [
            replace(one, hint=f"{one.hint}; what was written stands, and {again} records it")
            for one in lost.diagnostics
        ]
        raise World([*(one for failure in done.failures for one in failure.diagnostics), *said]) from lost


def _home(reach: Reach, home: Identity) -> None:
    """The namespace of the inventory is there. Raises what its making is refused for."""
    if reach.cluster.read(NAMESPACE, "", home.namespace) is not None:
        return
    document = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": home.namespace}}
    made = reach.cluster.apply(NAMESPACE, document, "windlass-applyset")
    if isinstance(made, Refusal):
        raise refusals.failure(Identity(kind="Namespace", name=home.namespace, owner="", api="v1"), made)


def _fresh(ports: Ports, environment: Environment, plan: Plan, now: Seen) -> None:
    """Nothing moved since the plan was made: the commit, what it renders to, each object, the inventory."""
    seen = now.plan
    if aliases.unknown(plan) or aliases.unknown(seen):
        plan, seen = aliases.apart(plan), aliases.apart(seen)
    found = moved(plan, seen.base, [change.observed for change in seen.changes])
    if (plan.render_digest, plan.tool) != (now.plan.render_digest, __version__):
        found += (
            Diagnostic(
                "WL410", f"the plan is of other objects: Windlass {plan.tool} rendered them, this is {__version__}"
            ),
        )
    unmoved(environment, plan, (*found, *_inventory(plan, now.plan)), ports.clock.now())
    permitted(now.plan)


def _inventory(plan: Plan, now: Plan) -> tuple[Diagnostic, ...]:
    before, after = plan.inventory, now.inventory
    if before is not None and after is not None and (before.uid, before.version) == (after.uid, after.version):
        return ()
    return (Diagnostic("WL410", "the environment's inventory was written since: another apply was here"),)
