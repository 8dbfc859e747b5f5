"""`tuning` of a model: which parameters are searched for, where, and what the search is after."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import Document, Int, Number, Text
from windlass.model.specs.dataset import Scalar

TRIALS_LIMIT = 1000
"""More trials than these no list in a repository should hold."""


class TuningObjective(Document):
    """What the search is after. With ``goal``, the first trial that reaches it ends the search."""

    metric: Text
    """A name that a stage declares."""
    direction: Literal["maximize", "minimize"]
    """Whether more of it is better, or less."""
    goal: Number | None = None
    """Good enough: no trial after the first that reaches it counts."""


class IntSpace(Document):
    """Whole numbers, both ends included."""

    min: Int
    """The smallest."""
    max: Int
    """The largest."""
    step: Annotated[Int, Field(ge=1)] | None = None
    """Only every so many, counted from `min`."""
    scale: Literal["linear", "log"] = "linear"
    """`log`: as many trials between 1 and 10 as between 10 and 100."""


class FloatSpace(Document):
    """Numbers, both ends included."""

    min: Number
    """The smallest."""
    max: Number
    """The largest."""
    step: Annotated[Number, Field(gt=0)] | None = None
    """Only every so many, counted from `min`."""
    scale: Literal["linear", "log"] = "linear"
    """`log`: as many trials between 1 and 10 as between 10 and 100."""


class CategoricalSpace(Document):
    """Some values without an order."""

    values: Annotated[tuple[Scalar, ...], Field(min_length=1)]
    """What is tried."""


class SearchSpace(Document):
    """Where values come from: one of the three."""

    whole: IntSpace | None = Field(default=None, alias="int")
    """Whole numbers."""
    real: FloatSpace | None = Field(default=None, alias="float")
    """Numbers."""
    categorical: CategoricalSpace | None = None
    """Some values."""


class TunedParameter(Document):
    """A parameter of stages that the search chooses."""

    name: Text
    """Its name among the `params` of stages; the value there is the first trial."""
    search_space: SearchSpace
    """Where its values come from."""


class Tuning(Document):
    """A search over parameters. The first trial is what stages declare; the others are drawn by the algorithm and the seed,
    the same everywhere. What was chosen stands in `best.json`, which the stages that use these parameters read."""

    objective: TuningObjective
    """What the search is after."""
    algorithm: Literal["random", "grid"] = "random"
    """`random` draws points, `grid` takes every one, in an order of its own."""
    seed: Annotated[Int, Field(ge=0)] = 0
    """Another seed, other trials."""
    max_trials: Annotated[Int, Field(ge=1, le=TRIALS_LIMIT)]
    """The most trials, the declared values among them. A space with fewer points has fewer trials."""
    parallel_trials: Annotated[Int, Field(ge=1)] = 1
    """How many at once."""
    max_failed_trials: Annotated[Int, Field(ge=0)] = 0
    """How many may fail before the search does."""
    parameters: Annotated[tuple[TunedParameter, ...], Field(min_length=1)]
    """What is searched for."""
