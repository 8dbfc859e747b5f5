"""Steps that run the team's code: one stage through DVC, one trial of a search and what comes of all, or the team's own tests."""

from collections.abc import Callable

from windlass.engine import dvclock
from windlass.flows.steps import wheels
from windlass.flows.steps.work import Work
from windlass.flows.training import team_tests, trials
from windlass.flows.training.stages import Stages
from windlass.model.workload import Step


def stage(work: Work, step: Step) -> None:
    """Run one stage, unless it ran on just this before. Raises `Findings` (WL501, WL503), which is recorded."""
    _take(work, step, lambda stages: stages.take(step))


def trial(work: Work, step: Step) -> None:
    """Run one trial of the stage that tunes, unless its result is known or does not count any more. Its result is a record of
    the store, also where the team's code fails: how many may is for `reduce` to say."""
    number, progress = work.asked.trial, work.bench.progress
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    progress.begin(work.asked.step, str(number))
    with work.runner() as runner:
        made = trials.trial(work.stages(runner, python, before=step), work.store, number)
    told = "an earlier trial reached the goal" if made is None else made.reason
    progress.end(work.asked.step, "not needed" if made is None else made.outcome, told)


def reduce(work: Work, step: Step) -> None:
    """Run the stage that tunes on the results of all trials. Raises like `stage`."""
    _take(work, step, lambda stages: trials.reduce(stages, work.store))


def _take(work: Work, step: Step, act: Callable[[Stages], None]) -> None:
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    with work.runner() as runner:
        stages = work.stages(runner, python, before=step)
        work.guarded(lambda: act(stages))
    (run,) = stages.runs
    lock = dvclock.dump({step.name: stages.locked[step.name]}).decode()
    known = work.note(step.name)
    if known is None or known["lock"] != lock:
        work.tell(step, lock=lock, run=run.plain())


def test(work: Work, step: Step) -> None:
    """Run the tests, unless they passed on just this before. Raises `Findings` (WL502), which is recorded."""
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    with work.runner() as runner:
        stages = work.stages(runner, python)

        def act() -> None:
            run = team_tests.team_tests(stages, work.store, work.inputs()[0])
            if run is not None and (run.outcome != "unchanged" or work.note(step.name) is None):
                work.tell(step, run=run.plain())

        work.guarded(act)
