"""Plan an environment in a cluster: the same `Plan` as on a laptop, of the kinds of its API."""

from dataclasses import dataclass

from windlass import __version__
from windlass.engine import commands, guard
from windlass.engine.cluster.applyset import PART_OF
from windlass.flows import clean
from windlass.flows.applying import deletions, receipts
from windlass.flows.cluster import aliases, runs
from windlass.flows.cluster import wanted as wanting
from windlass.flows.cluster.aliases import Aliases
from windlass.flows.cluster.look import Looked, look
from windlass.flows.cluster.reach import Reach
from windlass.flows.cluster.runs import Runs
from windlass.flows.cluster.wanted import Wanted
from windlass.flows.plan import unmerged
from windlass.flows.releasing import approvals, releases
from windlass.flows.releasing.releases import Held
from windlass.model import digests
from windlass.model.plan import Change, Plan, Verdict
from windlass.model.project import Project
from windlass.model.receipt import Receipt
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Seen:
    """A plan with all that it was made of."""

    plan: Plan
    wanted: Wanted
    looked: Looked
    runs: Runs
    aliases: Aliases
    held: dict[str, Held]
    last: Receipt | None


def seen(ports: Ports, reach: Reach, project: Project, environment: Environment, before: Seen | None = None) -> Seen:
    """The plan of an environment. What was seen ``before`` in this process is not made or asked again, only seen again. Raises
    `Refused` where the tree is dirty, `World` where the cluster does not answer."""
    name = environment.metadata.name
    clean.require(ports, name, ("specs", "environments"))
    base = ports.git.head()
    held = before.held if before else releases.current(ports, project, environment, base)
    if environment.spec.tracking is not None and held:
        ports.registry.warm()
    wanted = before.wanted if before else wanting.wanted(ports, reach, project, environment)
    looked = look(reach, environment, wanted, before.looked if before else None)
    trainings = runs.look(ports, reach, environment, wanted.runs)
    named = aliases.look(ports, project, environment, held)
    every = (*looked.changes, *trainings.changes, *named.changes)
    changes = tuple(sorted(every, key=lambda change: (change.identity.owner, *change.identity.key)))
    last = receipts.last(ports, environment)
    made = Plan(
        tool=__version__,
        environment=name,
        base=base,
        render_digest=wanted.digest,
        releases={slug: one.release.digest for slug, one in held.items()},
        inventory=looked.parent,
        changes=changes,
        verdicts=(
            *_blocked(looked),
            *guard.verdicts(changes, environment.spec.guards, deletions.allowed(ports, last, base)),
            *_protected(changes, environment),
            *_backwards(ports, environment, last, base),
            *approvals.verdicts(ports, project, environment, held, changes, last, base),
            *_alone(looked),
            *trainings.said,
            *named.verdicts,
            *unmerged(ports, project, environment, trainings.changes),
            *_warned(looked),
        ),
        created_at=ports.clock.now().isoformat(timespec="seconds"),
    )
    return Seen(made, wanted, looked, trainings, named, held, last)


def _blocked(looked: Looked) -> list[Verdict]:
    """What the server, or somebody who was there before, does not let happen: one verdict for each reason."""
    return [
        Verdict(
            guard="server",
            allowed=False,
            subject=str(one.change.identity),
            reason=why.message,
            hint=why.hint,
            code=why.code,
        )
        for one in looked.asked.values()
        for why in one.why
    ]


def _backwards(ports: Ports, environment: Environment, last: Receipt | None, base: str | None) -> list[Verdict]:
    """A commit before the one that was applied last is refused: it is an old job that runs again, and no way back."""
    if last is None or base is None or last.commit in (None, base) or not ports.git.resolve(last.commit):
        return []
    if not ports.git.is_ancestor(base, last.commit):
        return []
    name = environment.metadata.name
    back = commands.windlass(environment, f"rollback TEAM/MODEL --env {name} --reason WHY")
    return [
        Verdict(
            guard="history",
            allowed=False,
            subject=name,
            reason=f"{digests.short(base)} is older than what {name} has: {digests.short(last.commit)} was applied there",
            hint=f"apply the newest commit; the way back is a new one: `git revert`, or {back}",
            code="WL438",
        )
    ]


def _alone(looked: Looked) -> list[Verdict]:
    """What has our label and is not ours: a warning, since nothing is done to it."""
    return [
        Verdict(
            guard="ownership",
            allowed=True,
            subject=str(one.identity),
            reason=f"{one.identity} is left alone: {one.detail}",
            hint=f"take the label `{PART_OF}` off it, where it is nobody's; delete it by hand, where nobody needs it",
            code="WL450",
            warning=True,
        )
        for one in looked.strangers
    ]


def _warned(looked: Looked) -> list[Verdict]:
    """What the server takes and warns of: pods that could never be let in, a version of a kind that goes."""
    return [
        Verdict(
            guard="server",
            allowed=True,
            subject=str(one.change.identity),
            reason=f"{one.change.identity}: the server warns: {text}",
            hint="it takes the object; what it warns of may keep its pods from being made, or be refused by its next version",
            code="WL455",
            warning=True,
        )
        for one in looked.asked.values()
        for text in one.warnings
    ]


def _protected(changes: tuple[Change, ...], environment: Environment) -> list[Verdict]:
    kinds = environment.spec.guards.protected_kinds
    return [
        Verdict(
            guard="protected-kind",
            allowed=False,
            subject=str(change.identity),
            reason=f"{change.identity} would be deleted, and no plan may delete a {change.identity.kind}",
            hint="an overlay's `objects` may say `onRemoval: keep` of it, or `orphan`; `guards.protectedKinds` lists these kinds",
            code="WL452",
        )
        for change in changes
        if change.action == "delete" and change.identity.kind in kinds
    ]
