"""``windlass status`` as a table or JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from windlass.model.proposal import Remote
from windlass.model.served import Standing
from windlass.views import proposal
from windlass.views.words import short, table, whole

HEAD = ("environment", "model", "state", "generation", "version", "release", "where", "since")


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
    waits = [proposal.waiting(one.proposals, remote, one.rehearsed) for one in standings if one.proposals]
    return "\n".join([table(HEAD, rows), *notes, *waits])


def as_json(standings: Sequence[Standing]) -> str:
    """The same as a list of objects; counts are numbers, what is not there is null."""
    found = [{**asdict(one), "version": whole(one.version)} for one in standings]
    return json.dumps(found, sort_keys=True, indent=2)
