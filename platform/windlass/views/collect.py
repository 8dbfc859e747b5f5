"""``windlass collect`` as text or JSON, and as an exit code."""

import json
from collections.abc import Sequence

from windlass.model.collected import Collected
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Exit
from windlass.model.proposal import Remote
from windlass.views import proposal
from windlass.views.words import columns, short


def as_text(environment: str, found: Sequence[Collected], remote: Remote) -> str:
    """A row per model; what to do with each new proposal stands below."""
    if not found:
        return f"{environment} trains no model"
    rows = [[one.slug, one.outcome, f"inputs {short(one.inputs)}", _said(one)] for one in found]
    steps = [proposal.next_steps(one.proposal, remote, False) for one in found if one.proposal and one.proposal.changed]
    return "\n".join([columns(rows), *(step for step in steps if step)])


def as_json(found: Sequence[Collected]) -> str:
    """The same as a list of objects; `proposal` is null where nothing was proposed."""
    told = [
        {
            "model": one.slug,
            "inputs": one.inputs,
            "outcome": one.outcome,
            "proposal": json.loads(proposal.as_json(one.proposal)) if one.proposal else None,
            "refused": [{"code": why.code, "message": why.message, "hint": why.hint} for why in _why(one)],
        }
        for one in found
    ]
    return json.dumps({"collected": told}, sort_keys=True, indent=2)


def ended(found: Sequence[Collected]) -> Exit:
    """1 where a training failed, 4 where something refuses, else 0: what still trains is no failure."""
    codes = [one.failure.exit for one in found if one.failure]
    codes += [{"failed": Exit.FINDINGS, "refused": Exit.REFUSED}.get(one.outcome, Exit.OK) for one in found]
    return max(codes, default=Exit.OK)


def _why(one: Collected) -> Sequence[Diagnostic]:
    return one.failure.diagnostics if one.failure else ()


def _said(one: Collected) -> str:
    if one.failure:
        return "; ".join(f"{why.message}  {why.code}" for why in _why(one))
    if one.proposal:
        return one.proposal.summary
    return {"waiting": "no training of it has ended yet"}.get(one.outcome, "")
