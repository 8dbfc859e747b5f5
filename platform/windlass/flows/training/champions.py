"""The releases that the gates of a model compare with: its own champion, and those of its team's other models that gates name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from windlass.engine.lower import names
from windlass.model.release import Release
from windlass.model.specs.model import Gate, ModelSpec


@dataclass(frozen=True, slots=True)
class Champions:
    """What an environment serves now. ``rivals`` are of other models, by name; one that is not there has no release there."""

    own: Release | None = None
    rivals: Mapping[str, Release] = field(default_factory=dict)

    def of(self, gate: Gate) -> Release | None:
        """Whom a gate compares with."""
        return self.own if gate.model is None else self.rivals.get(gate.model)

    @property
    def digests(self) -> dict[str, str] | None:
        """The release of each rival, for evidence; None where there is none."""
        return {name: release.digest for name, release in sorted(self.rivals.items())} or None


def champions(slug: str, spec: ModelSpec, serves: Callable[[str], Release | None]) -> Champions:
    """Those of one model. ``serves`` finds the release that an environment has of a ``team/model``."""
    found = {name: serves(rival) for name, rival in rivals(slug, spec).items()}
    return Champions(serves(slug), {name: release for name, release in found.items() if release is not None})


def rivals(slug: str, spec: ModelSpec) -> dict[str, str]:
    """The other models that gates name, with their ``team/model``."""
    team = slug.partition("/")[0]
    return {gate.model: names.slug(team, gate.model) for gate in spec.evaluation.gates if gate.model is not None}
