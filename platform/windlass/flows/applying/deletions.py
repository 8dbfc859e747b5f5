"""Which models may leave an environment: those that a commit since the last receipt lets go by its trailer."""

from windlass.engine.guard import TRAILER
from windlass.model.receipt import Receipt
from windlass.ports import Ports


def allowed(ports: Ports, last: Receipt | None, base: str | None) -> frozenset[str]:
    """``team/model`` of every `Windlass-Delete` trailer after the last applied commit, up to and including ``base``."""
    if base is None:
        return frozenset()
    since = last.commit if last and last.outcome == "succeeded" else None
    span = f"{since}..{base}" if since and ports.git.resolve(since) else base
    commits = ports.git.log(span)
    return frozenset(slug for commit in commits for slug in commit.trailers.get(TRAILER, ()))
