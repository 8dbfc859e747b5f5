"""`tuning` -> the stage `tune`: which stages a trial runs, what the search reads, and who reads what it chose.

A trial runs every stage between the tuned parameters and the objective: those that use one, and what follows from them, as far
as the stage that writes the objective needs it. All else is made once, before the search, and is the same for each trial.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from windlass.engine.lower import names
from windlass.engine.lower.trials import trials
from windlass.model import digests
from windlass.model.specs.dataset import Scalar
from windlass.model.specs.tuning import TunedParameter, Tuning
from windlass.model.workload import (
    EnvEntry,
    Placement,
    Profile,
    Resources,
    Search,
    SearchObjective,
    SearchParameter,
    Step,
    TrialStage,
)
from windlass.model.workload.parts import Amount
from windlass.model.workload.search import BEST, COMMAND, REDUCE, TABLE, TRIAL, TUNE


@dataclass(frozen=True, slots=True)
class Tuned:
    """The stages of a model that is tuned, `tune` among them, and the container of a trial."""

    steps: list[Step]
    profile: Profile


def tuned(tuning: Tuning, stages: Sequence[Step], profiles: Iterable[Profile], declared: Mapping[str, Scalar]) -> Tuned:
    """The stages with the search in their middle. ``declared`` are the values of all parameters. The tuning must be valid:
    its parameters lead to its objective, and the containers of its stages go together."""
    chosen = {parameter.name for parameter in tuning.parameters}
    users = {step.name for step in stages if chosen & set(step.params)}
    reading = [_reading(step, chosen) if step.name in users else step for step in stages]
    metric = tuning.objective.metric
    target = next(step.name for step in stages if any(metric in file.names for file in step.metrics))
    run = between({step.name: step.depends_on for step in stages}, users, target)
    inside = [step for step in reading if step.name in run]
    known = {profile.name: profile for profile in profiles}
    profile = together([known[step.profile] for step in inside])
    return Tuned([*reading, _tune(tuning, inside, profile, declared)], profile)


def between(waits: Mapping[str, Iterable[str]], users: Iterable[str], target: str) -> frozenset[str]:
    """The stages of a trial: all on the ways from ``users`` to the one that writes the objective, both ends among them. Empty
    where no way leads there. ``waits`` maps each stage to those that it waits for."""
    follow = {name: [other for other, before in waits.items() if name in before] for name in waits}
    return frozenset(_reached([target], waits) & _reached(users, follow))


def together(profiles: Sequence[Profile]) -> Profile:
    """One container for stages that run one after the other: the most that any asks for, the variables and the nodes of
    all. Where two say different things the first wins; a rule sees to it that they do not."""
    env: dict[str, EnvEntry] = {}
    selector: dict[str, str] = {}
    for profile in profiles:
        env |= {entry.name: entry for entry in profile.env if entry.name not in env}
        selector |= {key: value for key, value in profile.placement.node_selector.items() if key not in selector}
    tolerations = tuple(dict.fromkeys(one for profile in profiles for one in profile.placement.tolerations))
    asked = [profile.resources for profile in profiles]
    return Profile(
        name=TUNE,
        env=tuple(entry for _, entry in sorted(env.items())),
        resources=Resources(
            cpu_millis=_most([one.cpu_millis for one in asked]),
            memory_bytes=_most([one.memory_bytes for one in asked]),
            gpu=max((one.gpu for one in asked if one.gpu), key=lambda gpu: gpu.count, default=None),
        ),
        placement=Placement(node_selector=dict(sorted(selector.items())), tolerations=tolerations),
    )


def spread(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps for a cluster: `trial` once for each trial, and `reduce`, which is the stage `tune` with all trials known.
    Steps of a model that is not tuned stay as they are."""
    found: list[Step] = []
    for step in steps:
        if step.search is None:
            after = tuple(sorted(REDUCE if name == TUNE else name for name in step.depends_on))
            found.append(step if after == step.depends_on else step.model_copy(update={"depends_on": after}))
        else:
            found.append(step.model_copy(update={"name": TRIAL, "kind": "trial", "outs": (), "params": ()}))
            after = tuple(sorted({*step.depends_on, TRIAL}))
            found.append(step.model_copy(update={"name": REDUCE, "kind": "reduce", "depends_on": after}))
    return tuple(found)


def _reading(step: Step, chosen: set[str]) -> Step:
    """A stage that uses tuned parameters reads them from where the search leaves them."""
    return step.model_copy(
        update={
            "deps": tuple(sorted({*step.deps, BEST})),
            "params": tuple(name for name in step.params if name not in chosen),
            "depends_on": tuple(sorted({*step.depends_on, TUNE})),
        }
    )


def _tune(tuning: Tuning, inside: Sequence[Step], profile: Profile, declared: Mapping[str, Scalar]) -> Step:
    run = _in_order(inside)
    own = {step.name for step in run} | {TUNE}
    made = {out for step in run for out in (*step.outs, *(file.path for file in step.metrics))} | {BEST}
    read = {dep for step in run for dep in step.deps if not any(names.overlaps(dep, out) for out in made)}
    return Step(
        name=TUNE,
        kind="stage",
        profile=profile.name,
        depends_on=tuple(sorted({name for step in run for name in step.depends_on} - own)),
        command=COMMAND,
        deps=tuple(sorted(read)),
        outs=(BEST, TABLE),
        params=tuple(sorted({name for step in run for name in step.params})),
        search=_search(tuning, run, declared),
    )


def _search(tuning: Tuning, run: Sequence[Step], declared: Mapping[str, Scalar]) -> Search:
    metric = tuning.objective.metric
    path = next(file.path for step in run for file in step.metrics if metric in file.names)
    objective = SearchObjective(
        metric=metric, direction=tuning.objective.direction, goal=tuning.objective.goal, path=path
    )
    points = trials(tuning, declared)
    stages = tuple(_stage(step) for step in run)
    decides = {
        "objective": objective.plain(),
        "stages": [stage.plain() for stage in stages],
        "trials": list(points),
    }
    return Search(
        digest=digests.of_value(decides),
        objective=objective,
        algorithm=tuning.algorithm,
        seed=tuning.seed,
        parameters=tuple(_parameter(parameter) for parameter in tuning.parameters),
        max_trials=tuning.max_trials,
        parallel_trials=tuning.parallel_trials,
        max_failed_trials=tuning.max_failed_trials,
        trials=points,
        stages=stages,
    )


def _stage(step: Step) -> TrialStage:
    outs = tuple(sorted((*step.outs, *(file.path for file in step.metrics))))
    return TrialStage(name=step.name, command=step.command or "", deps=step.deps, outs=outs)


def _parameter(parameter: TunedParameter) -> SearchParameter:
    space = parameter.search_space
    if space.categorical is not None:
        return SearchParameter(name=parameter.name, type="choice", values=space.categorical.values)
    span = space.whole or space.real
    assert span is not None
    return SearchParameter(
        name=parameter.name,
        type="integer" if space.whole else "number",
        min=span.min,
        max=span.max,
        step=span.step,
        scale=span.scale,
    )


def _in_order(steps: Iterable[Step]) -> list[Step]:
    """Topological, ties by name; what stands outside was made before."""
    waiting = {step.name: step for step in steps}
    done: list[Step] = []
    while waiting:
        ready = min(name for name, step in waiting.items() if not waiting.keys() & set(step.depends_on))
        done.append(waiting.pop(ready))
    return done


def _reached(starts: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(starts)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


def _most(amounts: Sequence[Amount]) -> Amount:
    return Amount(
        request=max((one.request for one in amounts if one.request is not None), default=None),
        limit=max((one.limit for one in amounts if one.limit is not None), default=None),
    )
