"""A search in a cluster: the steps `trial` and `reduce`, and what a search chose, wherever it ran.

Each trial runs where it finds room and leaves its result in the store; the last step brings all of them together and lets the
pipelines backend run the stage `tune`, which finds every trial known and chooses. So both ways end in the same bytes.
"""

import json
from pathlib import Path
from typing import Any

from windlass.engine import tuning
from windlass.flows import tune
from windlass.flows.training.stages import Stages
from windlass.model.failure import Usage
from windlass.model.trial import Trial
from windlass.model.workload import Search, Step
from windlass.model.workload.search import BEST, COMMAND, TRIAL
from windlass.ports import Store


def trial(stages: Stages, store: Store, number: int) -> Trial | None:
    """Step `trial`: run one trial of the model's search, unless the store knows it or an earlier one reached the goal (then
    None). The team's failing code is a result; the world's trouble is raised. Raises `Usage` (WL646) for a number that there
    is not."""
    step, search = _step(stages)
    if not 1 <= number <= len(search.trials):
        slug, count = stages.material.pipeline.slug, len(search.trials)
        raise Usage.one("WL646", f"{slug} has no trial {number}", f"`--trial` is a number from 1 to {count}")
    places = _brought(stages, store, step, search)
    known = {
        earlier: made for earlier in range(1, number) if (made := tune.result(stages.bench.files, places[earlier]))
    }
    if tuning.last(search, known) < number:
        return None
    command = f"{COMMAND} --trial {number}"
    asked = step.model_copy(update={"name": f"{TRIAL}-{number}", "kind": "trial", "command": command})
    stages.runner.run(stages.material.pipeline, asked, stages.python, {})
    store.write_record(_name(stages, places[number]), stages.bench.files.read(places[number]) or b"")
    return tune.result(stages.bench.files, places[number])


def reduce(stages: Stages, store: Store) -> None:
    """Step `reduce`: bring the results of all trials from the store, and run the stage `tune` on them. What the store does
    not have is run here."""
    step, search = _step(stages)
    _brought(stages, store, step, search)
    stages.take(step)


def chosen(stages: Stages) -> dict[str, Any]:
    """The parameters that the search chose, by name; none of a model that is not tuned."""
    if stages.material.pipeline.search is None:
        return {}
    found: dict[str, Any] = json.loads(stages.runner.read(stages.md5(BEST)) or b"{}")
    return found


def _brought(stages: Stages, store: Store, step: Step, search: Search) -> dict[int, Path]:
    """Where the results of trials are kept, with those that the store knows; and what trials read, in the work folder."""
    stages.bring_deps(step)
    files, folder = stages.bench.files, stages.work / stages.material.pipeline.folder
    places = tune.records(stages.bench.trials(stages.work), files, folder, search)
    for place in places.values():
        if data := store.record(_name(stages, place)):
            files.write(place, data)
    return places


def _name(stages: Stages, place: Path) -> str:
    return f"trials/{stages.material.pipeline.slug}/{place.name}"


def _step(stages: Stages) -> tuple[Step, Search]:
    found = [(step, step.search) for step in stages.material.pipeline.stages if step.search is not None]
    return found[0]
