"""What an apply did, object by object."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from windlass.model.plan import Plan
from windlass.model.receipt import Receipt
from windlass.views.words import columns, short, symbol


def as_text(plan: Plan, receipt: Receipt | None) -> str:
    """The outcome table; one line where there was nothing to do."""
    if receipt is None:
        return f"{plan.environment}   nothing to do: {len(plan.changes)} objects are as git asks"
    rows = [[symbol(one.action), f"{one.kind} {one.name}", one.outcome, one.detail] for one in receipt.objects]
    tail = f"{receipt.outcome}, receipt {receipt.number:04d} {short(receipt.digest)} of plan {short(receipt.plan)}"
    return "\n".join([part for part in (columns(rows), tail) if part])


def pushed(branch: str) -> str:
    """Where the receipt went besides this machine."""
    return f"ledger     {branch}, pushed to origin" if branch else ""


def as_json(plan: Plan, receipt: Receipt | None, waiting: Sequence[Mapping[str, Any]] = ()) -> str:
    """The receipt, or null, with the plan's digest, and the proposals that wait for their merge."""
    told = {"plan": plan.digest, "receipt": receipt.plain() if receipt else None, "waiting": list(waiting)}
    return json.dumps(told, sort_keys=True, indent=2)


def stopped(names: Sequence[str]) -> str:
    """What ``down`` says."""
    return "\n".join(f"stopped {name}" for name in names) if names else "nothing was running"


def recorded(receipt: Receipt, fresh: bool) -> str:
    """What ``record`` says."""
    told = f"receipt {receipt.number:04d} {short(receipt.digest)} of {receipt.environment}"
    return f"recorded   {told}" if fresh else f"nothing to do: {told} is in the ledger"


def recorded_json(receipt: Receipt, fresh: bool) -> str:
    """The receipt as the ledger has it."""
    return json.dumps({"receipt": receipt.plain(), "recorded": fresh}, sort_keys=True, indent=2)
