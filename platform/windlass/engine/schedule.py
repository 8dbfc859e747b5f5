"""The order in which a plan's changes are done."""

from collections.abc import Iterable

from windlass.model.plan import Change

ORDER = {
    # Training first: it makes what releases are proposed from. Then what serves, then the alias that says so;
    # deletes go the other way round, the alias before the process it points people to.
    ("PipelineRun", False): 0,
    ("Process", False): 1,
    ("Alias", False): 2,
    ("Alias", True): 3,
    ("Process", True): 4,
}


def schedule(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The pending changes in the order of their doing, ties by owner and name."""
    pending = [change for change in changes if change.action != "unchanged"]
    return tuple(sorted(pending, key=_rank))


def _rank(change: Change) -> tuple[int, str, str]:
    order = ORDER[(change.identity.kind, change.action == "delete")]
    return (order, change.identity.owner, change.identity.name)
