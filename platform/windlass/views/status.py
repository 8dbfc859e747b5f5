"""``windlass status`` as a table or JSON."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from windlass.model.proposal import Remote
from windlass.model.served import Standing
from windlass.views import proposal
from windlass.views.words import short, table, whole

HEAD = ("environment", "model", "state", "generation", "version", "release", "where", "since")

GONE = "(no log: its pod is gone, wrote nothing, or may not be read)"


def as_text(standings: Sequence[Standing], remote: Remote, first: str = "`windlass up` starts") -> str:
    """One row per model and environment; what is off, and what waits for its merge, stands below. ``first`` says what
    starts where there is nothing."""
    if not standings:
        return f"nothing is released or running here yet: {first}"
    rows = [
        [
            f"{one.environment}, rehearsed" if one.rehearsed else one.environment,
            one.slug,
            one.state,
            str(one.generation or "-"),
            one.version or "-",
            short(one.release),
            f"{one.url} pid {one.pid}" if one.url else "-",
            one.since or "-",
        ]
        for one in standings
    ]
    notes = [f"{one.slug} in {one.environment}: {one.detail}" for one in standings if one.detail]
    notes += [line for one in standings for line in _trouble(one)]
    waits = [proposal.waiting(one.proposals, remote, one.rehearsed) for one in standings if one.proposals]
    return "\n".join([table(HEAD, rows), *notes, *waits])


def _trouble(standing: Standing) -> Iterator[str]:
    """Which steps of a model's training failed, why, and how their logs end."""
    if standing.training is None:
        return
    about = f"{standing.slug} in {standing.environment}"
    for one in standing.training.failed:
        yield f"{about}: step {one.step} has failed: {one.reason}"
        yield from (f"    {line}" for line in one.log or (GONE,))
    if standing.training.unread:
        yield f"{about}: {standing.training.unread}"


def as_json(standings: Sequence[Standing]) -> str:
    """The same as a list of objects; counts are numbers, what is not there is null."""
    found = [{**asdict(one), "version": whole(one.version)} for one in standings]
    return json.dumps(found, sort_keys=True, indent=2)
