"""Reading the repository: every spec and environment, judged; and what of it a verb needs. Nothing is written, and no git is
needed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from windlass.engine import resolve, scope, validate
from windlass.engine.asks import asks
from windlass.engine.backend import Known
from windlass.engine.generated import BESIDE, file_names
from windlass.engine.homes import home
from windlass.engine.leftovers import leftovers
from windlass.engine.rules import RULES, Rule
from windlass.engine.scope import Scope
from windlass.engine.tree import Fact
from windlass.engine.validate import Reading
from windlass.flows import backends
from windlass.flows.gather import Gathered, Reader, fact, gather, seen, templates_of
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Place, Severity
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import Model
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the rest of a repository to whoever reads a part: the paths of documents elsewhere, the backends, and the
    rules that a part can be judged by."""

    names: frozenset[str]
    rules: Sequence[Rule]
    known: Known | None = None


@dataclass(frozen=True, slots=True)
class Loading:
    """The project with all findings; ``texts`` are the files that findings may point into, ``facts`` what was asked, ``links``
    every link, and files that count by their names, ``templates`` what the repository's own backends are made of, ``known``
    the backends that there are, ``reading`` what the documents are before any rule has looked."""

    project: Project
    diagnostics: tuple[Diagnostic, ...]
    documents: int
    files: Mapping[str, bytes]
    links: tuple[str, ...]
    asked: Mapping[str, bool]
    facts: Mapping[str, Fact]
    templates: Mapping[str, bytes]
    known: Known
    reading: Reading

    def declared(self, kind: str) -> tuple[str, ...]:
        """The names of a kind by where documents lie, whatever they hold: ``team/name`` where a team owns them."""
        return tuple(where.key for where in map(home, self.files) if where is not None and where.kind == kind)

    @property
    def texts(self) -> dict[str, str]:
        """Every text by its path, for code frames."""
        others = {path: fact.data for path, fact in self.facts.items() if fact.data is not None}
        return {
            path: data.decode("utf-8", "replace").removeprefix("\ufeff")
            for path, data in (others | dict(self.templates) | dict(self.files)).items()
        }


def read(ports: Reader, generated: bool = True) -> Loading:
    """Everything at once. ``generated`` compares `dvc.yaml`, `params.json` and requirements locks too."""
    return judged(ports, gather(ports, (layout.SPECS, layout.ENVIRONMENTS)), generated)


def judged(ports: Reader, gathered: Gathered, generated: bool, around: Around | None = None) -> Loading:
    """What was gathered, read and judged. Where it is not all there is, ``around`` is what a part need not find out itself."""
    files, found = gathered.files, gathered.found
    misplaced = [one.place.path for one in found if one.place]
    unread = [path for path in misplaced if home(path)]
    reading = validate.read(files, unread if around is None else [*unread, *(around.names - files.keys())])
    known, wrong = around.known if around else None, tuple[Diagnostic, ...]()
    if known is None:
        known, wrong = backends.known(ports.templates, reading.meant)
    # who stands in for the backend of generated files, and is no backend, has findings enough
    broken = ports.templates.own(*BESIDE) and BESIDE not in known.backends
    templates = None if broken else ports.templates.files(*BESIDE)
    asked = asks(reading.meant, file_names(templates) if templates and generated else ())
    facts = {
        path: seen(ports, gathered, path, with_data) if path in gathered.lying else fact(ports, path, with_data)
        for path, with_data in asked.items()
    }
    rules = RULES if around is None else around.rules
    today = ports.clock.now().date().isoformat()
    told = validate.judge(reading, facts, today, templates if generated else None, known, rules)
    diagnostics = (*found, *wrong, *told, *leftovers((*files, *gathered.links, *misplaced)))
    ordered = tuple(sorted(diagnostics, key=lambda one: (one.place or Place(""), one.code)))
    own = templates_of(ports) if around is None else {}
    return Loading(
        reading.project, ordered, len(reading.documents), files, gathered.links, asked, facts, own, known, reading
    )


def load(ports: Reader) -> tuple[Project, tuple[Diagnostic, ...]]:
    """The project of the valid documents, and every finding. Nothing is raised for what files hold."""
    loading = read(ports)
    return loading.project, loading.diagnostics


def require(ports: Ports, generated: bool = True) -> Project:
    """The project, or `Findings` with every mistake. ``generated=False`` is for verbs that write the generated files."""
    return _require(ports, read(ports, generated), None)


def require_model(
    ports: Ports, text: str | None, here: str, environment: str = LOCAL, generated: bool = True
) -> tuple[Project, Loaded[Model]]:
    """The model that is meant (as in `resolve.model`) and the project, or `Findings` with every mistake in what the model
    refers to and, unless it is `local`, in the environment. Mistakes elsewhere are only counted."""
    loading = read(ports, generated)
    slug = resolve.slug(loading.declared("Model"), text, here)
    needed = scope.of_model(loading.project, slug)
    if environment != LOCAL:
        needed |= scope.of_environment(loading.project, environment, specs=False)
    project = _require(ports, loading, needed)
    return project, project.models[slug]


def require_environment(ports: Ports, name: str, generated: bool = True) -> Project:
    """The project, or `Findings` with every mistake in what goes into an environment: its documents, its place in the chain
    and, where it trains, all specs. Mistakes elsewhere are only counted."""
    loading = read(ports, generated)
    return _require(ports, loading, scope.of_environment(loading.project, name))


def answering(ports: Ports) -> Loading:
    """For verbs that only look: whatever specs are sound. Mistakes are counted in one line of talk and stop nobody."""
    loading = read(ports, generated=False)
    return replace(loading, project=_sound(ports, loading))


def _require(ports: Ports, loading: Loading, needed: Scope | None) -> Project:
    found = [one for one in loading.diagnostics if needed is None or needed.concerns(one)]
    if any(one.severity is Severity.ERROR for one in found):
        raise Findings(found, sources=loading.texts)
    for one in found:
        ports.progress.note(f"{one.place}  {one.code}  {one.message}")
    return _sound(ports, loading)


def _sound(ports: Ports, loading: Loading) -> Project:
    """What can be worked with, and a line about what cannot. Generated files are left to those who need them."""
    wrong = faulty(loading.diagnostics)
    told_elsewhere(ports, wrong)
    return scope.without(loading.project, wrong)


def faulty(found: Iterable[Diagnostic]) -> frozenset[str]:
    """The files that have mistakes."""
    return frozenset(one.place.path for one in found if one.place and one.severity is Severity.ERROR)


def told_elsewhere(ports: Ports, wrong: Collection[str]) -> None:
    """Say how many files have mistakes that stop nothing here."""
    if wrong:
        have = "file has" if len(wrong) == 1 else "files have"
        ports.progress.note(f"{len(wrong)} {have} findings that do not matter here: `windlass validate`")
