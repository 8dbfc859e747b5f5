"""WL285: what a policy names exists. A typing error in it would exempt nobody, or hold nowhere."""

from collections.abc import Iterable, Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Source

Path = tuple[str | int, ...]


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Environments, teams and exempted subjects of every policy."""
    environments, teams = tree.names("Environment"), tree.names("Team")
    subjects = tree.names("Model") | tree.names("Dataset") | teams
    for loaded in tree.project.policies.values():
        spec, source = loaded.spec.spec, loaded.source
        yield from _known(source, ("spec", "environments"), spec.environments, environments, "environment")
        yield from _known(source, ("spec", "selector", "teams"), spec.selector.teams, teams, "team")
        for number, one in enumerate(spec.exemptions):
            path: Path = ("spec", "exemptions", number)
            yield from _known(source, (*path, "subjects"), one.subjects, subjects, "model, dataset or team")
            yield from _known(source, (*path, "environments"), one.environments, environments, "environment")


def _known(source: Source, path: Path, named: Iterable[str], known: set[str], word: str) -> Iterator[Diagnostic]:
    for number, name in enumerate(named):
        if name not in known:
            hint = meant(name, sorted(known), "there are")
            yield at(source, (*path, number), "WL285", f"no {word} `{name}`", hint)
