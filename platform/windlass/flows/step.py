"""The verb `step run`: one step of a training run, by itself in an empty folder. The same functions train on a laptop.

Who wants one more kind of step writes one function and one line in `KINDS`.
"""

from collections.abc import Callable, Mapping

from windlass.engine.lower.pipeline import REFRESH, REPORT
from windlass.engine.wording import meant
from windlass.flows.steps import collecting, ending, running
from windlass.flows.steps.asked import Asked
from windlass.flows.steps.work import Work, begin
from windlass.model.failure import Usage
from windlass.model.workload import Pipeline, Step
from windlass.model.workload.search import REDUCE, TRIAL
from windlass.ports import Bench, Store

KINDS: Mapping[str, Callable[[Work, Step], None]] = {
    "check": collecting.check,
    "gate": ending.gate,
    "package": ending.package,
    "reduce": running.reduce,
    "register": ending.register,
    "stage": running.stage,
    "test": running.test,
    "trial": running.trial,
}
"""What a step of the model's pipeline does, by its kind."""


def step(bench: Bench, store: Store, asked: Asked) -> None:
    """Take a step. Raises `Usage` (WL646) for one that the model does not have, and what the step itself has to say:
    `Findings` where the team's code or data is at fault, `Refused` where a gate says no, `World` where the store or the
    machine is."""
    if asked.step == REPORT:
        ending.report(bench, store, asked)
        return
    work = begin(bench, store, asked)
    if asked.step == REFRESH:
        collecting.refresh(work)
        return
    steps = _steps(work.pipeline)
    if asked.step not in steps:
        hint = meant(asked.step, [REFRESH, *steps, REPORT], "there are")
        raise Usage.one("WL646", f"{asked.slug} has no step `{asked.step}`", hint)
    if unsaid := sorted({ref.dataset for ref in work.pipeline.inputs} - asked.data.keys()):
        message = f"`--data` says nothing of {', '.join(unsaid)}, which {asked.slug} is trained on"
        raise Usage.one("WL609", message, f"the step `{REFRESH}` leaves the revisions")
    kind, found = steps[asked.step]
    KINDS[kind](work, found)


def _steps(pipeline: Pipeline) -> dict[str, tuple[str, Step]]:
    """The kind and the step for each name that pods call. The stage that tunes goes by the two that it is in a cluster."""
    found: dict[str, tuple[str, Step]] = {}
    for step in pipeline.steps:
        names = {step.name: step.kind} if step.search is None else {TRIAL: "trial", REDUCE: "reduce"}
        found |= {name: (kind, step) for name, kind in names.items()}
    return found
