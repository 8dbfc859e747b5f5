"""Steps that run the team's code: one stage through DVC, or the team's own tests."""

from windlass.engine import dvclock
from windlass.flows.steps import wheels
from windlass.flows.steps.work import Work
from windlass.flows.training import team_tests
from windlass.model.workload import Step


def stage(work: Work, step: Step) -> None:
    """Run one stage, unless it ran on just this before. Raises `Findings` (WL501, WL503), which is recorded."""
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    with work.runner() as runner:
        stages = work.stages(runner, python, before=step)
        work.guarded(lambda: stages.take(step))
    (run,) = stages.runs
    lock = dvclock.dump({step.name: stages.locked[step.name]}).decode()
    known = work.note(step.name)
    if known is None or known["lock"] != lock:
        work.tell(lock=lock, run=run.plain())


def test(work: Work, step: Step) -> None:
    """Run the tests, unless they passed on just this before. Raises `Findings` (WL502), which is recorded."""
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    with work.runner() as runner:
        stages = work.stages(runner, python)

        def act() -> None:
            run = team_tests.team_tests(stages, work.store, work.inputs()[0])
            if run is not None and (run.outcome != "unchanged" or work.note(step.name) is None):
                work.tell(run=run.plain())

        work.guarded(act)
