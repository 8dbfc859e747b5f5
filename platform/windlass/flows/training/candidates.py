"""Candidates as records of the store: what a training run is known to have made, by its `inputs` digest."""

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from windlass import __version__
from windlass.flows.training.material import Whole, archive
from windlass.model import digests, layout
from windlass.model.candidate import Candidate, DataPin
from windlass.model.specs.model import Model
from windlass.ports import Bench, Ports, Store

PASSED, REFUSED, FAILED = "passed", "refused", "failed"


@dataclass(frozen=True, slots=True)
class Origin:
    """The commit whose specs and code are trained; ``dirty`` where the work tree differed from it."""

    commit: str | None = None
    dirty: bool = False


def origin(ports: Ports, found: Whole) -> Origin:
    """What git says of what stands here. What training itself writes beside the code makes nobody's tree dirty."""
    parts = (found.model, *(part for _, part in found.datasets.values()))
    dirty = set(ports.git.dirty([part.pipeline.folder for part in parts])) - {part.dvc_lock for part in parts}
    return Origin(ports.git.head(), bool(dirty))


def recorded(store: Store, slug: str, inputs: str) -> Candidate | None:
    """What is recorded of these inputs. A record that cannot be read is none: its run is done again, from what the store has
    of its stages."""
    return read(store, layout.candidate_record(slug, inputs))


def read(store: Store, name: str) -> Candidate | None:
    """The candidate of a record, if there is one that can be read."""
    try:
        return Candidate.model_validate_json(store.record(name) or b"")
    except ValidationError:
        return None


def keep(store: Store, candidate: Candidate, **update: Any) -> Candidate:
    """Record a candidate with these changes; it is returned as recorded. One that passed is a fact that releases stand on:
    what a stricter gate or a new test says of it later is told to the person, and its record stays."""
    made = candidate.model_copy(update=update)
    before = recorded(store, made.slug, made.inputs)
    if before is None or before.outcome != PASSED or made.outcome == PASSED:
        store.write_record(layout.candidate_record(made.slug, made.inputs), digests.canonical(made.plain()))
    return made


def draft(
    bench: Bench,
    model: Model,
    found: Whole,
    inputs: tuple[str, dict[str, Any]],
    data: tuple[DataPin, ...],
    origin: Origin,
) -> Candidate:
    """What is known of a candidate before its stages run. ``inputs`` is the digest and its record."""
    now = bench.clock.now().isoformat(timespec="seconds")
    return Candidate(
        team=model.metadata.team,
        model_name=model.metadata.name,
        inputs=inputs[0],
        inputs_record=inputs[1],
        outcome=FAILED,
        commit=origin.commit,
        dirty=origin.dirty,
        code=digests.of_tree(archive(found)),
        lock=digests.of_bytes(found.model.lock),
        python=bench.interpreters.python_minor(),
        tool=__version__,
        started_at=now,
        finished_at=now,
        params={parameter.name: parameter.value for parameter in found.model.pipeline.parameters},
        data=data,
    )
