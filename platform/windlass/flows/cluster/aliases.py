"""What the tracker that an environment names must say of its releases: a version that holds the bytes, and the
environment's alias at it. It is a projection: it follows when the release is well in the cluster, and holds nothing up.
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from windlass.engine import commands, diff, manifests
from windlass.engine.lower.tracking import tracking
from windlass.flows.applying import contents, observe
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.cluster.reach import Reach
from windlass.flows.plan import departed
from windlass.flows.releasing.releases import Held
from windlass.flows.training import registry
from windlass.model.failure import Failure, World
from windlass.model.plan import Change, Plan, Verdict
from windlass.model.project import Project
from windlass.model.receipt import Outcome, Receipt, Served
from windlass.model.specs.environment import Environment
from windlass.ports import Ports

KIND, GUARD, LEFT = "Alias", "tracking", "WL528"


@dataclass(frozen=True, slots=True)
class Aliases:
    """What is to become of the environment's aliases, or why the server could not be asked."""

    changes: tuple[Change, ...] = ()
    unsure: World | None = None
    held: dict[str, Held] = field(default_factory=dict)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """A warning where nothing is known of them."""
        return () if self.unsure is None else (_unsure(self.unsure),)


def look(ports: Ports, project: Project, environment: Environment, held: dict[str, Held]) -> Aliases:
    """Ask the tracker, where one is named. A plan may be made where it does not answer: it says so."""
    if environment.spec.tracking is None:
        return Aliases()
    name, served = environment.metadata.name, _served(ports, environment)
    registered = {slug: one.release.spec.pin.model.registry for slug, one in held.items()}
    registered |= departed(project, served, registered)
    if not registered:
        return Aliases()
    try:
        observed = observe.aliases(ports, name, registered, served)
    except World as world:
        return Aliases(unsure=world, held=held)
    desired = [manifests.alias(tracking(one.release, environment)) for one in held.values()]
    return Aliases(diff.changes(desired, observed), held=held)


def point(act: Act, reach: Reach, now: Aliases, well: Collection[str], done: Done) -> None:
    """Do what the plan says of the aliases of models that are ``well``; the others keep theirs. What cannot be done is told as a
    failure of ``done``: what was written to the cluster stands, and the next apply goes on here. Raises `World` (WL575) where
    the lease is lost."""
    if now.unsure is not None:
        done.failures.append(_left(act, now.unsure))
    for change in (one for one in now.changes if one.action != "unchanged"):
        owner, broken = change.identity.owner, any(_ours(one) for one in done.failures)
        stuck = any(one.owner == owner and one.outcome != "done" for one in done.objects)
        if broken or stuck or (owner not in well and change.action != "delete"):
            why = "the tracker could not be told" if broken else "the cluster does not have it as it should be"
            done.objects.append(Outcome.of(change.identity, change.action, "skipped", why))
            continue
        reach.cluster.ours()
        try:
            done.objects.append(Outcome.of(change.identity, change.action, "done", _told(act, now, change)))
        except Failure as failure:
            done.objects.append(Outcome.of(change.identity, change.action, "failed", str(failure)))
            done.failures.append(_left(act, failure) if registry.away(failure) else failure)


def apart(plan: Plan) -> Plan:
    """The plan without aliases: to compare with one that was made where the server did not answer."""
    return plan.model_copy(update={"changes": tuple(one for one in plan.changes if one.identity.kind != KIND)})


def unknown(plan: Plan) -> bool:
    """Whether a plan was made where the server did not answer."""
    return any(verdict.guard == GUARD for verdict in plan.verdicts)


def _told(act: Act, now: Aliases, change: Change) -> str:
    ports, environment = act.ports, act.environment
    name, _, alias = change.identity.name.rpartition("@")
    if change.action == "delete":
        ports.registry.drop_alias(name, alias)
        return "removed"
    held = now.held[change.identity.owner]
    slug, pin, here = change.identity.owner, held.release.spec.pin.model, environment.metadata.name
    registry.restore(ports, act.project, slug, name, (here,))
    if pin.digest not in ports.registry.versions(name):
        contents.bring(ports, act.project, environment, held.release)
        found = contents.candidate(ports, act.project, environment, held.release)
        registry.register(ports, here, found, held.spec)
    version = ports.registry.set_alias(name, alias, pin.digest)
    ports.progress.point("apply.alias")
    return f"version {version}"


def _served(ports: Ports, environment: Environment) -> dict[str, Served]:
    """What the ledger tells of, back to the last apply that left nothing undone: the aliases of what left since may still stand."""
    found: dict[str, Served] = {}
    receipts: list[Receipt] = list(ports.ledger.receipts(environment.metadata.name, environment.spec.rehearsed))
    for receipt in reversed(receipts):
        found = {**receipt.served, **found}
        if receipt.outcome == "succeeded":
            break
    return found


def _ours(failure: Failure) -> bool:
    return any(one.code == LEFT for one in failure.diagnostics)


def _left(act: Act, failure: Failure) -> World:
    again = commands.windlass(act.environment, f"apply {act.environment.metadata.name}")
    why = failure.diagnostics[0]
    return World.one(
        LEFT,
        f"the aliases in the tracker do not follow: {why.message}",
        f"what was written to the cluster stands; {why.hint}: {again} tells the tracker alone",
        output=failure.output,
    )


def _unsure(world: World) -> Verdict:
    why = world.diagnostics[0]
    return Verdict(
        guard=GUARD,
        allowed=True,
        subject="aliases",
        reason=f"nothing is known of aliases: {why.message}",
        hint=f"an apply goes on without them, and says that they are left: {why.hint}",
        code=why.code,
        warning=True,
    )
