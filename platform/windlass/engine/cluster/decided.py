"""What overlays decided of an environment's objects: which fields are taken from others or left to them, what may be adopted or
replaced, and what becomes of an object that leaves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from windlass.engine import overlay
from windlass.engine.cluster.stamp import ON_REMOVAL
from windlass.model.plan import Identity
from windlass.model.project import Project
from windlass.model.specs.overlay import ObjectRule, Overlay


@dataclass(frozen=True, slots=True)
class Decided:
    """All that was decided of one object."""

    take: tuple[str, ...] = ()
    leave: tuple[str, ...] = ()
    adopt: bool = False
    replace: bool = False
    on_removal: Literal["delete", "keep", "orphan"] = "delete"


def decided(project: Project, environment: str, identity: Identity) -> Decided:
    """The rules of every overlay that is for the object's model or team, the closest last."""
    rules = [rule for rule in _rules(project, environment, identity) if _meant(rule, identity)]
    return Decided(
        take=tuple(field for rule in rules for field in rule.take),
        leave=tuple(field for rule in rules for field in rule.leave),
        adopt=any(rule.adopt for rule in rules),
        replace=any(rule.replace for rule in rules),
        on_removal=next((rule.on_removal for rule in reversed(rules) if rule.on_removal != "delete"), "delete"),
    )


def told(sent: Mapping[str, Any], what: Decided) -> Mapping[str, Any]:
    """The object, saying what is to become of it when it leaves: overlays may have gone by then."""
    if what.on_removal == "delete":
        return sent
    meta = sent["metadata"]
    said = {**(meta.get("annotations") or {}), ON_REMOVAL: what.on_removal}
    return {**sent, "metadata": {**meta, "annotations": said}}


def _rules(project: Project, environment: str, identity: Identity) -> Iterable[ObjectRule]:
    team, _, model = identity.owner.partition("/")
    loaded = project.models.get(identity.owner)
    labels = loaded.spec.metadata.labels if loaded else {}
    laid: list[tuple[int, str, Overlay]] = []
    for one in project.overlays.get(environment, ()):
        at = overlay.level(one.spec, team, model, labels)
        if at is not None:
            laid.append((at, one.spec.metadata.name, one.spec))
    return [rule for _, _, spec in sorted(laid, key=lambda entry: entry[:2]) for rule in spec.spec.objects]


def _meant(rule: ObjectRule, identity: Identity) -> bool:
    return rule.kind == identity.kind and rule.name in (None, identity.name)
