"""The plan's conscience: what a plan may not do, with the numbers in the message and a named way on."""

from collections.abc import Collection, Sequence

from windlass.model.plan import Change, Verdict
from windlass.model.specs.environment import Guards

TRAILER = "Windlass-Delete"


def verdicts(changes: Sequence[Change], guards: Guards, deletable: Collection[str]) -> tuple[Verdict, ...]:
    """Every guard's word on the changes. ``deletable`` are the models that a commit's trailer lets go."""
    return (*_departures(changes, deletable), *_share(changes, guards, deletable))


def _departures(changes: Sequence[Change], deletable: Collection[str]) -> list[Verdict]:
    leaving = sorted({change.identity.owner for change in changes if change.action == "delete"})
    staying = {change.identity.owner for change in changes if change.action != "delete"}
    return [
        Verdict(
            guard="delete-trailer",
            allowed=owner in deletable,
            subject=owner,
            reason=f"{owner} would leave this environment",
            hint=f"a commit must say `{TRAILER}: {owner}`",
        )
        for owner in leaving
        # a team or nobody has objects in a cluster, too; only models leave
        if owner not in staying and "/" in owner
    ]


def _share(changes: Sequence[Change], guards: Guards, deletable: Collection[str]) -> list[Verdict]:
    live = sum(1 for change in changes if change.observed.present)
    gone = sum(1 for change in changes if change.action == "delete" and change.identity.owner not in deletable)
    if not gone:
        return []
    percent = 100 * gone / live
    return [
        Verdict(
            guard="delete-share",
            allowed=percent <= guards.max_delete_percent,
            subject="plan",
            reason=f"{gone} of {live} live objects ({percent:.0f} %) would be deleted; the limit is "
            f"{guards.max_delete_percent} %",
            hint="delete in smaller steps, or raise `guards.maxDeletePercent` in a reviewed change",
        )
    ]
