"""``windlass status`` as a table or JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from windlass.model.served import Standing
from windlass.views.words import short, table

HEAD = ("environment", "model", "state", "generation", "version", "release", "where", "since")


def as_text(standings: Sequence[Standing]) -> str:
    """One row per model and environment; what is off stands below."""
    if not standings:
        return "nothing is released or running here yet: `windlass up` starts"
    rows = [
        [
            one.environment,
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
    return "\n".join([table(HEAD, rows), *notes])


def as_json(standings: Sequence[Standing]) -> str:
    """The same as a list of objects."""
    return json.dumps([asdict(one) for one in standings], sort_keys=True, indent=2)
