"""What `windlass train` says at the end: the candidate, its numbers, and what was proposed."""

import json
from typing import Any

from windlass.model.candidate import Candidate
from windlass.model.plan import Change
from windlass.views.words import columns, number, short


def as_text(trained: Any) -> str:
    """The table of a candidate, or the one line of a run that found it made already."""
    candidate: Candidate = trained.candidate
    if not trained.fresh and not trained.proposal.changed:
        return (
            f"{candidate.slug} in {trained.proposal.environment}   nothing to do: trained {candidate.finished_at}, "
            f"inputs {short(candidate.inputs)} unchanged   {trained.seconds:.1f} s"
        )
    numbers = [
        f"{name} {number(value)}" for name, value in sorted(candidate.metrics.items()) if isinstance(value, float)
    ]
    rows = [["inputs", short(candidate.inputs), " · ".join(f"{pin.name} {pin.md5[:8]}" for pin in candidate.data)]]
    rows.append(["metrics", "  ".join(numbers), ""])
    if candidate.model:
        rows.append(["model", candidate.model.registry, short(candidate.model.digest)])
    if candidate.bento:
        rows.append(["bento", candidate.bento.tag, short(candidate.bento.digest)])
    return columns(rows) + f"\n\n{trained.proposal.summary}"


def as_json(trained: Any) -> str:
    """The candidate and the proposal as data."""
    value = {
        "candidate": trained.candidate.plain(),
        "fresh": trained.fresh,
        "proposal": {"changed": trained.proposal.changed, "summary": trained.proposal.summary},
        "seconds": round(trained.seconds, 3),
    }
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)


def submitted(change: Change) -> str:
    """A training in a cluster: what was submitted, or why nothing was."""
    if change.action == "create":
        return f"submitted {change.identity}: {change.reason}"
    return f"nothing to submit: {change.reason}"


def submitted_json(change: Change) -> str:
    """The same as data."""
    value = {"workflow": change.identity.plain(), "submitted": change.action == "create", "reason": change.reason}
    return json.dumps(value, sort_keys=True, indent=2)
