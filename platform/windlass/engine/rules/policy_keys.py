"""WL286: every key of a policy has an effect: a path leads to a document, and a dataset is in no environment."""

from collections.abc import Iterator

from windlass.engine.finding import at, at_key
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.policy import Policy

Path = tuple[str | int, ...]
PLACED = {"model": ("model", "environment", "team"), "dataset": ("dataset", "team"), "manifest": ("object",)}
"""The variables that are a document each."""


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`path` of every validation, `environments` of policies over datasets."""
    for loaded in tree.project.policies.values():
        spec = loaded.spec.spec
        for number, validation in enumerate(spec.validations):
            first = (validation.path or "").partition(".")[0]
            if validation.path is not None and first not in PLACED[spec.subject]:
                hint = meant(first, PLACED[spec.subject], "it starts with one of")
                path: Path = ("spec", "validations", number, "path")
                yield at(loaded.source, path, "WL286", f"`{validation.path}` leads to no document", hint)
        if spec.subject == "dataset":
            yield from _everywhere(loaded)


def _everywhere(loaded: Loaded[Policy]) -> Iterator[Diagnostic]:
    spec = loaded.spec.spec
    named: list[Path] = [("spec", "environments")] if spec.environments else []
    named += [
        ("spec", "exemptions", number, "environments") for number, one in enumerate(spec.exemptions) if one.environments
    ]
    for path in named:
        message = "a dataset is the same in every environment: `environments` has no effect here"
        yield at_key(loaded.source, path, "WL286", message, "take it away, or judge a `model` by its `datasets`")
