"""What each model serves in a cluster after an apply."""

from collections.abc import Collection

from windlass.flows.applying.receipts import Act
from windlass.flows.applying.served import released
from windlass.flows.cluster.plan import Seen
from windlass.model.receipt import Served


def served(act: Act, now: Seen, unwell: Collection[str]) -> dict[str, Served]:
    """By model: its release, once all its objects are as they should be. One of which something failed is told as it was before,
    and unhealthy; one that nobody knows of before, as what was begun."""
    before = act.last.served if act.last else {}
    done: dict[str, Served] = {}
    for slug, one in now.held.items():
        if slug not in unwell:
            done[slug] = released(one)
        else:
            done[slug] = before.get(slug, released(one)).model_copy(update={"healthy": False})
    return done
