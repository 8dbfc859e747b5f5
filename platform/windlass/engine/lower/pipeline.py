"""`Model` and `Dataset` -> `Pipeline`: steps in order, every dep a path, every parameter with its one text."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from windlass.engine.lower import names, tuning
from windlass.engine.lower.quantities import resources
from windlass.model import digests
from windlass.model.project import Loaded, Project
from windlass.model.specs.dataset import Dataset, Scalar
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import EnvVar, Metrics, Model, ModelSpec, Stage
from windlass.model.specs.placement import Placement as Asked
from windlass.model.workload import DataInput, EnvEntry, MetricsFile, Parameter, Pipeline, Placement, Profile, Step
from windlass.model.workload.search import REDUCE, TRIAL, TUNE

SOURCE = "source"
TOOL = Profile(name="tool")
"""The profile of steps that Windlass takes itself."""
PLAIN = "default"
"""The profile of steps that ask for nothing."""
TEST, GATES, REGISTER, PACKAGE = "test", "gates", "register", "package"
REFRESH, REPORT = "refresh", "report"
"""Steps of a run in a cluster: before the others, and after them however they end."""
SEARCH = (TUNE, TRIAL, REDUCE)
"""The stage that tunes, and the two steps that it is in a cluster."""


def pipeline(loaded: Loaded[Model], project: Project, environment: Environment) -> Pipeline:
    """What trains a model. The steps are its stages, and around them the check of each dataset, the team's tests, the
    gates, registration and packaging; in topological order, ties by name. The spec must be valid: its stages have no
    cycle, and its datasets exist in ``project``."""
    spec, meta, folder = loaded.spec.spec, loaded.spec.metadata, loaded.source.folder
    inputs = tuple(_input(ref.name, _dataset(ref.dataset, meta.team, project), folder) for ref in spec.data)
    profiles = _profiles(spec)
    steps = [*_checks(inputs), *_tuned(spec, _stages(spec, inputs, profiles), profiles), *_closing(spec, profiles)]
    tuned = {parameter.name for parameter in spec.tuning.parameters} if spec.tuning else set()
    return Pipeline(
        name=names.name(meta.team, meta.name, "train"),
        purpose="train",
        team=meta.team,
        model=meta.name,
        environment=environment.metadata.name,
        folder=folder,
        source=loaded.source.path,
        requirements=names.lock_of(spec.pipeline.requirements),
        parameters=tuple(one for one in _parameters(spec) if one.name not in tuned),
        inputs=inputs,
        profiles=(*profiles.values(), TOOL),
        steps=ordered(steps),
    )


def source(loaded: Loaded[Dataset], environment: Environment) -> Pipeline:
    """What writes a dataset: its source stage, and the check of what it wrote."""
    spec, meta = loaded.spec.spec, loaded.spec.metadata
    stage = Step(
        name=SOURCE,
        kind="stage",
        profile=PLAIN,
        command=spec.source.cmd,
        deps=spec.source.deps,
        outs=(spec.source.out,),
        params=tuple(sorted(spec.source.params)),
    )
    check = Step(name="check", kind="check", profile=TOOL.name, depends_on=(SOURCE,), deps=(spec.source.out,))
    return Pipeline(
        name=names.name(meta.team, meta.name, SOURCE),
        purpose="source",
        team=meta.team,
        model=meta.name,
        environment=environment.metadata.name,
        folder=loaded.source.folder,
        source=loaded.source.path,
        requirements=names.lock_of(spec.source.requirements),
        parameters=parameters([spec.source.params]),
        profiles=(Profile(name=PLAIN), TOOL),
        steps=(stage, check),
    )


def parameters(declared: Iterable[Mapping[str, Scalar]]) -> tuple[Parameter, ...]:
    """The parameters of all stages by name; a name means one value in the whole pipeline (a rule sees to that)."""
    merged = {name: value for params in declared for name, value in params.items()}
    return tuple(_parameter(name, value) for name, value in sorted(merged.items()))


def ordered(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps in topological order, ties by name. Raises ValueError where they go in a circle."""
    waiting = {step.name: step for step in steps}
    done: list[Step] = []
    while waiting:
        ready = sorted(name for name, step in waiting.items() if not waiting.keys() & set(step.depends_on))
        if not ready:
            raise ValueError(f"a circle of steps: {', '.join(sorted(waiting))}")
        done.append(waiting.pop(ready[0]))
    return tuple(done)


def _dataset(reference: str, team: str, project: Project) -> Loaded[Dataset]:
    return project.datasets[names.owned(team, reference)]


def _input(name: str, dataset: Loaded[Dataset], folder: str) -> DataInput:
    out = names.joined(dataset.source.folder, dataset.spec.spec.source.out)
    return DataInput(name=name, dataset=dataset.spec.metadata.slug, path=names.relative(folder, out))


def _parameter(name: str, value: Scalar) -> Parameter:
    if isinstance(value, bool):
        return Parameter(name=name, type="boolean", value=value, text="true" if value else "false")
    if isinstance(value, str):
        return Parameter(name=name, type="string", value=value, text=value)
    kind: Literal["integer", "number"] = "integer" if isinstance(value, int) else "number"
    return Parameter(name=name, type=kind, value=value, text=repr(value))


def _profiles(spec: ModelSpec) -> dict[bytes, Profile]:
    """One profile for each distinct container, named after the first stage that needs it; the plain one is `default`."""
    found = {_container(Profile(name=PLAIN)): Profile(name=PLAIN)}
    for stage in spec.pipeline.stages:
        profile = _profile(stage)
        found.setdefault(_container(profile), profile)
    return found


def _profile(stage: Stage) -> Profile:
    where = placement(stage.placement)
    return Profile(name=stage.name, env=_env(stage.env), resources=resources(stage.resources), placement=where)


def placement(asked: Asked) -> Placement:
    """Where pods may run, as the Workload says it."""
    return Placement.model_validate(asked.plain())


def _container(profile: Profile) -> bytes:
    return digests.canonical(profile.model_dump(mode="json", exclude={"name"}))


def _env(declared: Iterable[EnvVar]) -> tuple[EnvEntry, ...]:
    entries = (
        EnvEntry(
            name=entry.name,
            value=entry.value,
            secret_ref=entry.secret_key_ref.model_dump() if entry.secret_key_ref else None,
        )
        for entry in declared
    )
    return tuple(sorted(entries, key=lambda entry: entry.name))


def _checks(inputs: Iterable[DataInput]) -> list[Step]:
    return [Step(name=f"check-{ref.name}", kind="check", profile=TOOL.name, deps=(ref.path,)) for ref in inputs]


def _stages(
    spec: ModelSpec,
    inputs: Sequence[DataInput],
    profiles: Mapping[bytes, Profile],
) -> list[Step]:
    data = {ref.name: ref for ref in inputs}
    makers = {path: stage.name for stage in spec.pipeline.stages for path in made_by(stage)}

    def depends_on(stage: Stage) -> tuple[str, ...]:
        checked = {f"check-{dep}" for dep in stage.deps if dep in data}
        paths = [dep for dep in stage.deps if dep not in data]
        return tuple(sorted(checked | {makers[out] for out in makers for dep in paths if names.overlaps(out, dep)}))

    return [
        Step(
            name=stage.name,
            kind="stage",
            profile=profiles[_container(_profile(stage))].name,
            depends_on=depends_on(stage),
            command=stage.cmd,
            deps=tuple(sorted(data[dep].path if dep in data else dep.rstrip("/") for dep in stage.deps)),
            outs=tuple(sorted(out.rstrip("/") for out in stage.outs)),
            params=tuple(sorted(stage.params)),
            metrics=tuple(_metrics(file) for file in sorted(stage.metrics, key=lambda file: file.path)),
        )
        for stage in spec.pipeline.stages
    ]


def _tuned(spec: ModelSpec, stages: list[Step], profiles: dict[bytes, Profile]) -> list[Step]:
    """The stages with the search, if the spec asks for one; ``profiles`` gets the container of its trials."""
    if spec.tuning is None:
        return stages
    declared = {one.name: one.value for one in _parameters(spec)}
    found = tuning.tuned(spec.tuning, stages, profiles.values(), declared)
    profile = profiles.setdefault(_container(found.profile), found.profile)
    return [step.model_copy(update={"profile": profile.name}) if step.search else step for step in found.steps]


def _parameters(spec: ModelSpec) -> tuple[Parameter, ...]:
    return parameters(stage.params for stage in spec.pipeline.stages)


def made_by(stage: Stage) -> tuple[str, ...]:
    """Every path that a stage writes."""
    return (*(out.rstrip("/") for out in stage.outs), *(file.path for file in stage.metrics))


def _metrics(file: Metrics) -> MetricsFile:
    return MetricsFile(path=file.path, names=file.names, slices=file.slices)


def _closing(spec: ModelSpec, profiles: Mapping[bytes, Profile]) -> list[Step]:
    before = tuple(sorted(stage.name for stage in spec.pipeline.stages))
    steps = []
    if spec.tests is not None:
        plain = profiles[_container(Profile(name=PLAIN))].name
        deps = tuple(sorted(dep.rstrip("/") for dep in spec.tests.deps))
        steps.append(Step(name=TEST, kind="test", profile=plain, depends_on=before, command=spec.tests.cmd, deps=deps))
        before = (TEST,)
    steps.append(Step(name=GATES, kind="gate", profile=TOOL.name, depends_on=before))
    steps.append(
        Step(name=REGISTER, kind="register", profile=TOOL.name, depends_on=(GATES,), deps=(spec.pipeline.model,))
    )
    if spec.serving is not None:
        steps.append(Step(name=PACKAGE, kind="package", profile=PLAIN, depends_on=(REGISTER,)))
    return steps
