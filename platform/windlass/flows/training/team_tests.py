"""Step `test` of training: the team's own tests in the model's environment, once per inputs and content of the tests."""

from windlass.flows.training.material import Material
from windlass.flows.training.stages import Stages
from windlass.model import digests
from windlass.model.candidate import StageRun
from windlass.model.workload import Step
from windlass.ports import Store


def passed(store: Store, material: Material, inputs: str) -> bool:
    """Whether nothing is left to test: the spec has no tests, or just these passed on just these inputs."""
    step = _step(material)
    return step is None or store.record(_record(material, step, inputs)) is not None


def team_tests(stages: Stages, store: Store, inputs: str) -> StageRun | None:
    """Run them where they did not pass before; None where the spec has none. Raises `Findings` (WL502) where they fail."""
    step = _step(stages.material)
    if step is None:
        return None
    progress = stages.bench.progress
    progress.begin(step.name, step.command or "")
    if passed(store, stages.material, inputs):
        progress.end(step.name, "unchanged", "passed before")
        return StageRun(name=step.name, outcome="unchanged")
    stages.bring_deps(step)
    result = stages.runner.run(stages.material.pipeline, step, stages.python, {})
    told = {"command": step.command, "inputs": inputs, "outcome": "passed"}
    store.write_record(_record(stages.material, step, inputs), digests.canonical(told))
    progress.point("train.test")
    progress.end(step.name, "passed", step.command or "")
    return StageRun(name=step.name, outcome="passed", seconds=round(result.seconds, 1))


def _step(material: Material) -> Step | None:
    return next((step for step in material.pipeline.steps if step.kind == "test"), None)


def _record(material: Material, step: Step, inputs: str) -> str:
    code = {path: digests.of_bytes(data) for path, data in material.read_by([step]).items()}
    content = digests.of_value({"code": code, "command": step.command, "inputs": inputs})
    return f"tests/{material.pipeline.slug}/{digests.short(content, 64)}.json"
