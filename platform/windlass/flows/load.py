"""Reading the repository: every spec and environment through the files port, and what the rules ask about other files.

Nothing is written and no git is needed. Links are followed only to see where they lead: what lies outside of the repository is
said to be outside and never read.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from windlass.engine import resolve, scope, validate
from windlass.engine.asks import asks
from windlass.engine.backend import Known
from windlass.engine.generated import BESIDE, file_names
from windlass.engine.homes import home
from windlass.engine.leftovers import leftovers
from windlass.engine.parse import SIZE, too_large
from windlass.engine.rules import RULES, Rule
from windlass.engine.scope import Scope
from windlass.engine.tree import Fact
from windlass.engine.validate import Reading
from windlass.flows import backends
from windlass.flows.recall import NAMED, TEMPLATE, YAML
from windlass.model import digests, layout
from windlass.model.diagnostic import Diagnostic, Place, Severity
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import Model
from windlass.ports import Clock, Files, Look, Ports, Templates


@dataclass(frozen=True, slots=True)
class Around:
    """What is known of the rest of a repository to whoever reads a part: the paths of documents elsewhere, the backends, and the
    rules that a part can be judged by."""

    names: frozenset[str]
    rules: Sequence[Rule]
    known: Known | None = None


class Reader(Protocol):
    """The part of `Ports` that reading needs."""

    @property
    def root(self) -> Path:
        """The repository."""
        ...

    @property
    def clock(self) -> Clock:
        """The time: what counts until a day is judged by it."""
        ...

    @property
    def files(self) -> Files:
        """Its files."""
        ...

    @property
    def templates(self) -> Templates:
        """The shipped backends."""
        ...


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


@dataclass(frozen=True, slots=True)
class Gathered:
    """Files as they lie there: every YAML file with its bytes, links and files that count by their names, and what is wrong
    with some before they are read."""

    files: Mapping[str, bytes]
    links: tuple[str, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    lying: frozenset[str] = frozenset()
    """Every regular file that was seen: none of them lies behind a link."""

    def __or__(self, other: "Gathered") -> "Gathered":
        files, lying = {**self.files, **other.files}, self.lying | other.lying
        return Gathered(files, (*self.links, *other.links), (*self.found, *other.found), lying)


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
        path: _known(ports, gathered, path, with_data) if path in gathered.lying else _fact(ports, path, with_data)
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


def gather(ports: Reader, tops: Iterable[str]) -> Gathered:
    """Every YAML file at or below some paths of the repository; links there, which are not followed; and what is wrong already."""
    files: dict[str, bytes] = {}
    links: list[str] = []
    found: list[Diagnostic] = []
    lying: set[str] = set()
    above = len(str(ports.root)) + 1
    for top in tops:
        look = ports.files.look(ports.root / top)
        leaves, link = _leaves(ports, look), _link(ports, top, look)
        links += [top] if link else []
        found += [_linked(top)] if leaves or (link and _spec_like(top)) else []
        if leaves or link:
            continue
        seen = [(ports.root / top, False)] if look.kind == "file" else ports.files.survey(ports.root / top)
        for path, link in seen:
            name = str(path)[above:]
            if not link:
                lying.add(name)
            if NAMED.search(name):
                links.append(name)
            elif link:
                links.append(name)
                found += [_linked(name)] if _spec_like(name) else []
            elif YAML.search(name):
                data = ports.files.read(path, SIZE) or b""
                if len(data) <= SIZE:
                    files[name] = data
                elif home(name):
                    found.append(too_large(name, ports.files.look(path).size))
    return Gathered(files, tuple(links), tuple(found), frozenset(lying))


def templates_of(ports: Reader) -> dict[str, bytes]:
    """What the repository's own backends are made of; links are not followed."""
    found: dict[str, bytes] = {}
    for path, link in ports.files.survey(ports.root / layout.TEMPLATES):
        name = path.relative_to(ports.root).as_posix()
        if TEMPLATE.match(name) and not link:
            found[name] = ports.files.read(path) or b""
    return found


def _linked(name: str) -> Diagnostic:
    hint = "put the files themselves here: nobody else's clone has what a link points to"
    return Diagnostic("WL217", f"`{name}` is a link, and specs are not read through links", Place(name), hint)


def _spec_like(name: str) -> bool:
    """Whether documents would lie at or below a path. Links to code and data beside a model are its own business."""
    parts = name.split("/")
    return (
        parts[0] == layout.ENVIRONMENTS
        or home(name) is not None
        or len(parts) <= (4 if "datasets" in parts[2:3] else 3)
    )


def _leaves(ports: Reader, look: Look) -> bool:
    return look.kind != "absent" and not look.real.is_relative_to(ports.files.look(ports.root).real)


def _link(ports: Reader, top: str, look: Look) -> bool:
    """Whether a path below `specs/` or `environments/` is itself a link."""
    whole = ports.root / top
    return "/" in top and look.real != whole and look.real != ports.files.look(whole.parent).real / whole.name


def answer(ports: Reader, path: str, with_data: bool) -> str:
    """What a rule would hear of a file now, as `answered` puts it."""
    return answered(_fact(ports, path, with_data))


def answered(fact: Fact) -> str:
    """What a rule heard of a file, in a word: equal ones are equal answers."""
    return fact.kind if fact.data is None else f"{fact.kind} {digests.of_bytes(fact.data)}"


def _known(ports: Reader, gathered: Gathered, path: str, with_data: bool) -> Fact:
    """What is at the path of a file that was seen."""
    if not with_data:
        return Fact("file")
    return Fact("file", gathered.files[path] if path in gathered.files else ports.files.read(ports.root / path))


def _fact(ports: Reader, path: str, with_data: bool) -> Fact:
    look = ports.files.look(ports.root / path)
    if _leaves(ports, look):
        return Fact("outside")
    data = ports.files.read(look.real) if with_data and look.kind == "file" else None
    return Fact(look.kind, data)
