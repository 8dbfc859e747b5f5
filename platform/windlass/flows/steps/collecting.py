"""Steps about data: `refresh`, which says whether there is anything to train, and the checks."""

from windlass.engine.lower.pipeline import SOURCE
from windlass.engine.lower.training import revisions
from windlass.flows.steps import notes, wheels
from windlass.flows.steps.work import Work
from windlass.flows.training import material
from windlass.flows.training.stages import Stages
from windlass.model import digests, layout
from windlass.model.failure import Refused
from windlass.model.workload import Step

TRAIN, UNCHANGED = "train", "unchanged"


def refresh(work: Work) -> None:
    """Collect data where that is asked for or was never done, then ask the store. Leaves `data` (revisions) and `todo`."""
    bench, progress = work.bench, work.bench.progress
    begun = bench.clock.now().isoformat(timespec="seconds")
    wanted = {ref.dataset for ref in work.pipeline.inputs}
    data = dict(work.asked.data) if not work.asked.collect and wanted <= work.asked.data.keys() else _collect(work)
    inputs, _ = material.requested(bench, work.found.model, data)
    if work.asked.inputs not in ("", inputs) and not work.asked.collect:
        message = f"the run is named by inputs {work.asked.inputs}, and what it is made of has {inputs}"
        raise Refused.one(
            "WL437", message, "render again: the step image may have another Python than the one that rendered"
        )
    settled = work.closing.settled(inputs)
    if settled is None:
        notes.write(work.store, work.slug, inputs, work.asked.step, {"begun": begun, "data": data})
    todo = TRAIN if settled is None else UNCHANGED
    work.asked.leave(bench.files, "data", revisions(data))
    work.asked.leave(bench.files, "todo", todo)
    progress.begin(work.asked.step)
    progress.end(work.asked.step, todo, f"inputs {digests.PREFIX}{digests.short(inputs)}")


def check(work: Work, step: Step) -> None:
    """Judge the data that a step names by its schema, once per revision."""
    (ref,) = (ref for ref in work.pipeline.inputs if step.name == f"check-{ref.name}")
    work.bench.progress.begin(step.name, ref.dataset)
    with work.runner() as runner:
        told = work.checked(runner, ref)
    work.bench.progress.end(step.name, "passed", f"{ref.dataset}  {told}")


def _collect(work: Work) -> dict[str, str]:
    """Run the source stage of every dataset, whatever ran before: what it reads may be outside. The `dvc.lock` of a revision
    is kept beside it, because the release proposal carries it."""
    found = {}
    with work.runner() as runner:
        for slug, (loaded, source) in work.found.datasets.items():
            work.bench.progress.begin(SOURCE, slug)
            python = wheels.interpreter(work.bench, work.store, source.lock)
            stages = Stages(work.bench, runner, work.found.work, source, python, False, {}, shown=False)
            (step,) = source.pipeline.stages
            stages.take(step, anew=True)
            md5 = found[slug] = stages.md5(loaded.spec.spec.source.out)
            work.store.write_record(layout.data_lock(slug, md5), work.store.put(stages.lock()).encode())
            known = work.asked.data.get(slug) == md5
            work.bench.progress.end(SOURCE, UNCHANGED if known else "new", f"{slug}  md5:{md5}")
    return found
