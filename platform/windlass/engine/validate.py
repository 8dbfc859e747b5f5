"""The whole tree judged: bytes become documents, documents a project, and the rules look at all of it at once.

Two steps, because rules ask about files on disk: `read` says what the documents are, the flow finds out what `asks` wants to know,
`judge` takes both. A finding about how a value is written silences later ones at the same place, so that one mistake is told once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import ValidationError

from windlass.engine import generated, overlay, repair, shape
from windlass.engine.backend import Known
from windlass.engine.homes import Home, candidate, home
from windlass.engine.lower import names, pipeline
from windlass.engine.parse import parse
from windlass.engine.resolve import environment
from windlass.engine.rules import RULES, Rule
from windlass.engine.tree import Fact, Read, Tree
from windlass.engine.wording import near
from windlass.model.diagnostic import Diagnostic, Place, Severity
from windlass.model.project import Loaded, Project, Source, Spec
from windlass.model.release import Release
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.model.specs.overlay import Overlay
from windlass.model.specs.policy import Policy
from windlass.model.specs.team import Team

KINDS: dict[str, type[Spec]] = {
    kind.__name__: kind for kind in (Team, Dataset, Model, Environment, Policy, Overlay, Release)
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the files hold, before any rule has looked. ``meant`` is the project with documents that have mistakes but are
    clear enough for the rules; ``project`` holds the sound ones alone."""

    documents: tuple[Read, ...]
    project: Project
    meant: Project
    diagnostics: tuple[Diagnostic, ...]


def read(files: Mapping[str, bytes], unread: Iterable[str] = ()) -> Reading:
    """Parse and check the shape of every file that is, or was meant to be, a document. ``unread`` are paths of documents
    that are not looked into, but exist."""
    documents = [Read(path, home(path)) for path in unread]
    diagnostics: list[Diagnostic] = []
    for path, data in sorted(files.items()):
        if candidate(path, data):
            document, found = _document(path, data)
            documents.append(document)
            diagnostics += found
    sound = [document for document in documents if document.sound]
    return Reading(tuple(documents), _project(sound), _project(documents), tuple(diagnostics))


def judge(
    reading: Reading,
    facts: Mapping[str, Fact],
    today: str,
    templates: Mapping[str, str] | None = None,
    known: Known | None = None,
    rules: Sequence[Rule] = RULES,
    elsewhere: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Diagnostic, ...]:
    """Every finding, by place, on a day (``2026-03-03``, UTC). ``templates`` are the files of the local pipelines backend:
    with them the generated files are compared too, for those models and datasets whose specs are right. ``known`` are the
    backends that there are; a part of a repository is judged by some ``rules`` alone, its models ``elsewhere`` are known by
    their labels."""
    overlaid, diagnostics = _overlaid(reading)
    tree = Tree(reading.documents, reading.meant, overlaid, facts, today, known, elsewhere or {})
    diagnostics += [finding for rule in rules for finding in rule(tree)]
    found = _once([*reading.diagnostics, *diagnostics])
    if templates is not None:
        found = _once([*found, *_generated(reading, facts, templates, found)])
    return found


def _document(path: str, data: bytes) -> tuple[Read, list[Diagnostic]]:
    where, parsed = home(path), parse(path, data)
    if parsed.source is None:
        return Read(path, where), parsed.diagnostics
    kind, found = _kind(parsed.source, where)
    if kind is None:
        return Read(path, where, parsed.source), [*parsed.diagnostics, *found]
    sound = not parsed.diagnostics and (where is None or kind.__name__ == where.kind)
    try:
        spec = kind.model_validate(parsed.source.value, by_alias=True, by_name=False)
    except ValidationError as error:
        found = [*parsed.diagnostics, *shape.explain(parsed.source, kind, error)]
        meant = repair.repaired(parsed.source, kind, error)
        source, guess = (meant[1], meant[0]) if meant else (parsed.source, None)
        return Read(path, where, source, guess), found
    return Read(path, where, parsed.source, spec, sound), parsed.diagnostics


def _kind(source: Source, where: Home | None) -> tuple[type[Spec] | None, list[Diagnostic]]:
    """The kind that a document says, else the one of its place; a finding where it says one that does not exist."""
    said = source.value.get("kind")
    if isinstance(said, str) and said in KINDS:
        return KINDS[said], []
    if said is None or not isinstance(said, str):
        return (KINDS[where.kind] if where else None), []
    guess = near(said, KINDS) or (where.kind if where else "")
    hint = f"did you mean `{guess}`?" if guess else ""
    return None, [Diagnostic("WL108", f"no kind `{said}`", source.place("kind"), hint)]


def _project(documents: Iterable[Read]) -> Project:
    project = Project()
    overlays: dict[str, list[Loaded[Overlay]]] = {}
    for document in documents:
        spec, source, where = document.spec, document.source, document.home
        if spec is None or source is None or where is None:
            continue
        match spec:
            case Team():
                project.teams.setdefault(spec.metadata.name, Loaded(spec, source))
            case Dataset():
                project.datasets.setdefault(spec.metadata.slug, Loaded(spec, source))
            case Model():
                project.models.setdefault(spec.metadata.slug, Loaded(spec, source))
            case Environment():
                project.environments.setdefault(spec.metadata.name, Loaded(spec, source))
            case Policy():
                project.policies.setdefault(spec.metadata.name, Loaded(spec, source))
            case Overlay():
                overlays.setdefault(where.environment or "", []).append(Loaded(spec, source))
            case Release():
                project.releases.setdefault((where.environment or "", spec.metadata.slug), Loaded(spec, source))
    return replace(project, overlays={name: tuple(loaded) for name, loaded in overlays.items()})


def _overlaid(reading: Reading) -> tuple[dict[tuple[str, str], Loaded[Model]], list[Diagnostic]]:
    """Each model under each environment's overlays, and what does not fit its kind any more."""
    models: dict[tuple[str, str], Loaded[Model]] = {}
    diagnostics: list[Diagnostic] = []
    for name in reading.meant.overlays:
        for slug, loaded in reading.meant.models.items():
            laid = overlay.lay(reading.meant, name, loaded.source.value)
            if laid.origins:
                source = overlay.source(loaded.source, laid)
                try:
                    model = Model.model_validate(laid.value, by_alias=True, by_name=False)
                    models[name, slug] = Loaded(model, source)
                except ValidationError as error:
                    diagnostics += shape.explain(source, Model, error)
    return models, diagnostics


def _generated(
    reading: Reading, facts: Mapping[str, Fact], templates: Mapping[str, str], found: Iterable[Diagnostic]
) -> list[Diagnostic]:
    """Generated files and locks against what they must be; only below specs without mistakes, else it is noise."""
    wrong = {finding.place.path for finding in found if finding.place and finding.severity is Severity.ERROR}
    project, actual = reading.meant, {path: fact.data for path, fact in facts.items()}
    local = environment(project, LOCAL, rehearse=False)
    diagnostics: list[Diagnostic] = []
    sound_data = {slug for slug, loaded in project.datasets.items() if loaded.source.path not in wrong}
    for slug in sorted(sound_data):
        dataset = project.datasets[slug]
        diagnostics += generated.differences(pipeline.source(dataset, local), templates, actual)
        diagnostics += _lock(dataset.source.folder, dataset.spec.spec.source.requirements, actual)
    for model in project.models.values():
        team = model.spec.metadata.team
        data = {names.owned(team, ref.dataset) for ref in model.spec.spec.data}
        if model.source.path not in wrong and data <= sound_data:
            diagnostics += generated.differences(pipeline.pipeline(model, project, local), templates, actual)
            diagnostics += _lock(model.source.folder, model.spec.spec.pipeline.requirements, actual)
    return diagnostics


def _lock(folder: str, requirements: str, actual: Mapping[str, bytes | None]) -> tuple[Diagnostic, ...]:
    asked = names.joined(folder, requirements)
    return generated.lock_findings(asked, names.lock_of(asked), actual)


def _once(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """By place; each finding once, and only the ones about writing where a value is not even written right."""
    kept: dict[tuple[Place, str, str], Diagnostic] = {}
    unreadable: set[tuple[str, int, int]] = set()
    for finding in diagnostics:
        place = finding.place or Place("")
        spot = (place.path, place.line, place.column)
        if finding.code.startswith("WL0"):
            unreadable.add(spot)
        elif spot in unreadable:
            continue
        kept.setdefault((place, finding.code, finding.message), finding)
    return tuple(sorted(kept.values(), key=lambda one: (one.place or Place(""), one.code)))
