"""What an apply did, and the plans that none may do."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from windlass.engine import commands
from windlass.engine.stale import aged
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Refused
from windlass.model.plan import Plan
from windlass.model.receipt import Receipt
from windlass.model.specs.environment import Environment


@dataclass(frozen=True, slots=True)
class Applied:
    """What an apply did. ``receipt`` is None where there was nothing to do."""

    plan: Plan
    receipt: Receipt | None

    @property
    def healthy(self) -> bool:
        """Whether all of it worked."""
        return self.receipt is None or self.receipt.outcome == "succeeded"


def permitted(plan: Plan) -> None:
    """Raise `Refused` with all that guards say no to."""
    if plan.refusals:
        raise Refused([Diagnostic(verdict.code, verdict.reason, None, verdict.hint) for verdict in plan.refusals])


def unmoved(environment: Environment, plan: Plan, found: Sequence[Diagnostic], now: datetime) -> None:
    """Raise `Refused` (WL410) with all that moved since the plan was made, and where the plan is too old."""
    every = (*found, *aged(plan, environment.spec.plan_max_age, now))
    if every:
        again = commands.windlass(environment, f"plan {environment.metadata.name}")
        raise Refused((*every[:-1], replace(every[-1], hint=f"nothing was written; look again with {again}")))


def meant(environment: Environment, plan: Plan) -> None:
    """Raise `Refused` (WL410) where the plan is another environment's: then nothing else about it is worth saying."""
    mine = (environment.metadata.name, environment.spec.rehearsed)
    if (plan.environment, plan.rehearsed) == mine:
        return
    words = [
        f"`{name}`{', rehearsed' if rehearsed else ''}"
        for name, rehearsed in ((plan.environment, plan.rehearsed), mine)
    ]
    hint = f"nothing was written; {commands.windlass(environment, f'plan {mine[0]} --out FILE')} makes one"
    raise Refused.one("WL410", f"the plan is for {words[0]}, not for {words[1]}", hint)
