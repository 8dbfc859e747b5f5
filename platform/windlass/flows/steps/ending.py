"""The last steps of a run: gates, register, package, and the report of how it ended."""

from collections.abc import Callable

from windlass.engine.lower.pipeline import GATES
from windlass.flows.steps import wheels
from windlass.flows.steps.asked import Asked
from windlass.flows.steps.work import Work, missing
from windlass.flows.training import candidates, judged, trials
from windlass.model import digests, layout
from windlass.model.candidate import Candidate
from windlass.model.workload import Step
from windlass.ports import Bench, Store


def gate(work: Work, step: Step) -> None:
    """Put the candidate together and judge it. Raises `Refused` (WL401), which is recorded."""
    with work.runner() as runner:
        for ref in work.pipeline.inputs:
            work.checked(runner, ref)
        stages = work.stages(runner, work.bench.interpreters.path(work.found.model.lock))
        made = work.draft()
        known = candidates.recorded(work.store, work.slug, made.inputs)
        lock = work.store.put(stages.lock())
        if known is None or known.outcome == candidates.FAILED or known.dvc_lock != lock:
            update = {
                "metrics": work.guarded(lambda: judged.metrics(stages, work.closing.loaded)),
                "params": {**made.params, **trials.chosen(stages)},
                "stages": work.runs(),
                "dvc_lock": lock,
                "finished_at": work.bench.clock.now().isoformat(timespec="seconds"),
            }
            known = made.model_copy(update=update)
        work.tell(step, candidate=work.closing.judge(known, stages).plain())


def register(work: Work, step: Step) -> None:
    """Register the model that passed."""
    _last(work, step, lambda: _registered(work))


def package(work: Work, step: Step) -> None:
    """Build the bento of the model that passed."""
    _last(work, step, lambda: _packaged(work))


def report(bench: Bench, store: Store, asked: Asked) -> None:
    """Tell the store how a run ended, whatever it had."""
    told = {"finished": bench.clock.now().isoformat(timespec="seconds"), "run": asked.run, "status": asked.status}
    store.write_record(layout.run_report(asked.slug, asked.run), digests.canonical(told))
    bench.progress.begin(asked.step)
    bench.progress.end(asked.step, asked.status.lower(), asked.run)


def _registered(work: Work) -> Candidate:
    candidate = _passed(work)
    work.closing.register(candidate)
    return candidate


def _packaged(work: Work) -> Candidate:
    python = wheels.interpreter(work.bench, work.store, work.found.model.lock)
    return work.closing.package(_passed(work), python)


def _passed(work: Work) -> Candidate:
    note = work.note(GATES)
    if note is None:
        raise missing(work.asked, GATES)
    return Candidate.model_validate(note["candidate"])


def _last(work: Work, step: Step, act: Callable[[], Candidate]) -> None:
    """Act. The last step of the run records the candidate and leaves its digests; it is taken also where there was nothing to
    train, and then leaves what is known."""
    if step != work.pipeline.steps[-1]:
        act()
        return
    candidate = work.closing.settled(work.inputs()[0])
    if candidate is None:
        candidate = work.closing.record(act())
    else:
        work.bench.progress.begin(step.name)
        work.bench.progress.end(step.name, "unchanged", f"inputs {digests.PREFIX}{digests.short(candidate.inputs)}")
    left = {
        "bento": candidate.bento.digest if candidate.bento else None,
        "inputs": candidate.inputs,
        "model": candidate.model.digest if candidate.model else None,
        "record": digests.of_value(candidate.plain()),
    }
    work.asked.leave(work.bench.files, "candidate", digests.canonical(left).decode())
