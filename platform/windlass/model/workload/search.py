"""`Search`: a tuning with every trial drawn, and what one trial runs. It also is what `tune.json` beside the code holds."""

from typing import Literal

from windlass.model.document import Digest, Document, Text
from windlass.model.specs.dataset import Scalar

TUNE, TRIAL, REDUCE = "tune", "trial", "reduce"
"""The stage of a search; and the two steps that it is in a cluster."""
PLAN, BEST, TABLE = "tune.json", "best.json", "trials.json"
"""The search as it is rendered; what its stage writes: the point that was chosen, and every trial."""
FILES = (PLAN, BEST, TABLE)
COMMAND = "windlass tune"


class SearchObjective(Document):
    """What the search is after: a number in the metrics file ``path``."""

    metric: Text
    direction: Literal["maximize", "minimize"]
    goal: float | None = None
    path: Text

    def better(self, value: float, than: float) -> bool:
        """Whether one value is strictly better than another."""
        return value > than if self.direction == "maximize" else value < than

    def reached(self, value: float) -> bool:
        """Whether a value is good enough to end the search."""
        return self.goal is not None and not self.better(self.goal, value)


class SearchParameter(Document):
    """A parameter and its space in one vocabulary for engines that search by themselves."""

    name: Text
    type: Literal["integer", "number", "choice"]
    min: float | None = None
    max: float | None = None
    step: float | None = None
    scale: Literal["linear", "log"] = "linear"
    values: tuple[Scalar, ...] = ()


class TrialStage(Document):
    """A command of a trial, run in a folder of its own: what it reads, what it writes."""

    name: Text
    command: Text
    deps: tuple[Text, ...] = ()
    outs: tuple[Text, ...] = ()


class Search(Document):
    """``trials`` are the points in order, ``stages`` what each runs, in topological order. ``digest`` is of all that can
    change what the search finds: objective, trials and stages; not of how many run at once."""

    digest: Digest
    objective: SearchObjective
    algorithm: Literal["random", "grid"]
    seed: int
    parameters: tuple[SearchParameter, ...]
    max_trials: int
    parallel_trials: int
    max_failed_trials: int
    trials: tuple[dict[str, Scalar], ...]
    stages: tuple[TrialStage, ...]
