"""What each model serves in a cluster after an apply."""

from collections.abc import Collection

from windlass.flows.applying.receipts import Act
from windlass.flows.applying.served import released
from windlass.flows.cluster.plan import Seen
from windlass.model.receipt import Served


def served(act: Act, now: Seen, well: Collection[str], ill: Collection[str]) -> dict[str, Served]:
    """By model: its release, once all its objects were seen as they should be. One of which something was begun and not seen
    well, or that was seen to be ill, is told as it was before, and unhealthy; one that nobody knows of before, as what was
    begun."""
    before = act.last.served if act.last else {}
    begun = {change.identity.owner for change in now.plan.pending} | set(ill)
    done: dict[str, Served] = {}
    for slug, one in now.held.items():
        if slug in well:
            done[slug] = released(one)
        else:
            told = before.get(slug, released(one))
            done[slug] = told.model_copy(update={"healthy": slug in before and told.healthy and slug not in begun})
    return done
