"""One part of a repository: read, judged, and rendered in each environment that was asked for."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from windlass.engine import scope
from windlass.engine.cast import Document
from windlass.engine.lower import names
from windlass.engine.policy.manifests import Judge
from windlass.engine.rules import RULES, WHOLE, names_apart
from windlass.engine.tree import Fact
from windlass.flows import load
from windlass.flows.gather import Gathered, answered, gather
from windlass.flows.load import Around, Loading
from windlass.flows.rendering import objects
from windlass.flows.rendering.parts import Part
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.failure import Failure, Findings, Refused
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Files, Ports

SKIPPED = re.compile(r"/(\.[^/]*|__pycache__)/")
"""Folders that are not looked into when a part is looked at."""
LOCAL_RULES = tuple(rule for rule in RULES if rule not in WHOLE)
Sink = Callable[[str, Document], None]
"""Takes a document that goes to a place of the output."""


@dataclass(frozen=True, slots=True)
class Names:
    """The names that a part takes, which must be nobody else's: in clusters and in the registry; where its documents lie; and the
    labels of its models, which overlays select."""

    documents: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    registered: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Made:
    """What a part became: ``count`` files. ``folders`` are those of the output with what lies in them, ``outside`` what was asked
    of files elsewhere and a digest of the answer, ``wrong`` the files with mistakes that do not matter here."""

    names: Names = Names()
    count: int = 0
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outside: Mapping[str, tuple[bool, str]] = field(default_factory=dict)
    found: tuple[Diagnostic, ...] = ()
    wrong: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)
    failure: type[Failure] | None = None

    @property
    def lasting(self) -> bool:
        """Whether it will be the same as long as nothing changes, with nothing to be said again."""
        return not self.found and not self.wrong and self.failure is None


@dataclass
class Press:
    """Renders parts, one after the other, in some environments; what is everybody's was read before."""

    ports: Ports
    environments: tuple[Environment, ...]
    common: Gathered
    around: Around
    outline: Loading
    """What is everybody's, with the teams: what is said of it need not be said by each part."""

    def place(self, environment: str, path: str) -> str:
        """Where a path of an environment is in the output: below its name, where there are several."""
        return f"{environment}/{path}" if len(self.environments) > 1 else path

    @cached_property
    def _judges(self) -> dict[str, Judge]:
        today = self.ports.clock.now().date().isoformat()
        return {one.metadata.name: Judge(self.outline.project, one, today) for one in self.environments}

    def everybodys(self, sink: Sink) -> Made:
        """What the environments have once."""
        return self._kept(lambda one: objects.shared(self.ports, one), sink)

    def make(self, part: Part, sink: Sink) -> Made:
        """Render a part, or say why not: nothing is raised for what files hold."""
        loading, theirs = self._read(part)
        found = self.concerning(loading)
        if any(one.severity is Severity.ERROR for one in found):
            return Made(found=found, texts=_texts(loading, found), failure=Findings)
        project = scope.without(loading.project, load.faulty(loading.diagnostics))
        made = self._kept(lambda one: objects.documents(self.ports, project, one, self._tree(part), part.teams), sink)
        if made.failure is not None:
            return made
        return Made(
            names=_names(project, loading, part),
            count=made.count,
            folders=made.folders,
            outside=_outside(loading, part, theirs),
            found=(*(one for one in found if one not in self.outline.diagnostics), *made.found),
            wrong=load.faulty(one for one in loading.diagnostics if one not in self.outline.diagnostics),
            texts=_texts(loading, found),
        )

    def concerning(self, loading: Loading) -> tuple[Diagnostic, ...]:
        """What of the findings says something about what goes into the environments."""
        every = [scope.of_environment(loading.project, one.metadata.name) for one in self.environments]
        return tuple(one for one in loading.diagnostics if any(needed.concerns(one) for needed in every))

    def whole(self, every: Part) -> Loading:
        """Everything at once, judged by every rule; ``every`` is the part of all teams."""
        return load.judged(self.ports, self._gathered(every), generated=False)

    def _gathered(self, part: Part) -> Gathered:
        committed = gather(replace(self.ports, files=self._tree(part)), self._released(part))
        return self.common | gather(self.ports, part.folders) | committed

    def _read(self, part: Part) -> tuple[Loading, tuple[str, ...]]:
        """A part with what is everybody's, and with those datasets of others that its models read."""
        mine = self._gathered(part)
        loading = load.judged(self.ports, mine, False, self.around)
        foreign = _foreign(loading.project, part)
        theirs = tuple(f"{layout.SPECS}/{slug.replace('/', '/datasets/', 1)}/dataset.yaml" for slug in foreign)
        if theirs:
            loading = load.judged(self.ports, mine | gather(self.ports, theirs), False, self.around)
        return loading, theirs

    def _tree(self, part: Part) -> Files:
        """The releases of a part's teams, as they were committed."""
        return self.ports.git.tree(self.ports.git.head() or "", self._released(part))

    def _released(self, part: Part) -> tuple[str, ...]:
        return part.released(one.metadata.name for one in self.environments)

    def _kept(self, render: Callable[[Environment], list[Document]], sink: Sink) -> Made:
        """Render, let policies judge, and hand on what they let pass."""
        folders: dict[str, list[str]] = {}
        found: list[Diagnostic] = []
        texts: dict[str, str] = {}
        for environment in self.environments:
            name = environment.metadata.name
            try:
                documents = _apart(environment, render(environment))
            except Failure as failure:
                return Made(found=tuple(failure.diagnostics), texts=failure.sources or {}, failure=type(failure))
            told = list(self._judges[name].judged(documents))
            found += told
            paths = {one.place.path for one in told if one.place}
            texts |= {one.path: one.data.decode() for one in documents if one.path in paths}
            for document in documents:
                path = self.place(name, document.path)
                folder, _, file = path.rpartition("/")
                folders.setdefault(folder, []).append(file)
                sink(path, document)
        refused = any(one.severity is Severity.ERROR for one in found)
        kept = {folder: tuple(files) for folder, files in folders.items()}
        count = sum(map(len, kept.values()))
        return Made(count=count, folders=kept, found=tuple(found), texts=texts, failure=Refused if refused else None)


def _apart(environment: Environment, documents: list[Document]) -> list[Document]:
    """Raises `Findings` (WL276) where two documents would be one file."""
    taken: set[str] = set()
    for one in documents:
        if one.path in taken:
            message = (
                f"backends of `{environment.metadata.name}` made what cannot be used: a second document at `{one.path}`"
            )
            raise Findings.one("WL276", message, "the paths of its documents must tell workloads apart")
        taken.add(one.path)
    return documents


def _foreign(project: Project, part: Part) -> tuple[str, ...]:
    """Datasets of other teams that models read, or that releases were trained on."""
    read = {(one.spec.metadata.team, ref.dataset) for one in project.models.values() for ref in one.spec.spec.data}
    read |= {
        (one.spec.metadata.team, pin.dataset) for one in project.releases.values() for pin in one.spec.spec.pin.data
    }
    every = {names.owned(team, dataset) for team, dataset in read}
    return tuple(sorted(slug for slug in every if slug.partition("/")[0] not in part.teams))


def _names(project: Project, loading: Loading, part: Part) -> Names:
    models = [model.spec for model in project.models.values()]
    return Names(
        documents=tuple(path for path in loading.files if part.holds(path) and path.startswith(f"{layout.SPECS}/")),
        taken=tuple(name for _, _, wanted in names_apart.wanted(project) for name in wanted),
        registered=tuple(one.spec.registry.of(one.metadata.slug) for one in models),
        labels={one.metadata.slug: dict(one.metadata.labels) for one in models},
    )


def _outside(loading: Loading, part: Part, theirs: Iterable[str]) -> dict[str, tuple[bool, str]]:
    """What was asked of files that do not belong to the part, or that are not looked at when it is."""
    lying = {path: fact for path, fact in loading.facts.items() if not path.startswith(f"{layout.ENVIRONMENTS}/")}
    answers = {path: (loading.asked[path], answered(fact)) for path, fact in lying.items()}
    answers |= {path: (True, answered(Fact("file", loading.files.get(path)))) for path in theirs}
    return {path: answer for path, answer in answers.items() if not part.holds(path) or SKIPPED.search(path)}


def _texts(loading: Loading, found: Iterable[Diagnostic]) -> dict[str, str]:
    paths = {place.path for one in found for place in (one.place, *(related.place for related in one.related)) if place}
    return {path: text for path, text in loading.texts.items() if path in paths} if paths else {}
