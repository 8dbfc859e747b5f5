"""WL294: what a model asks of its environments, their backends can say."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.backend import Backend
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model, ModelSpec


@dataclass(frozen=True, slots=True)
class Ask:
    """Something that a serving backend may be unable to say: the capability, who asks for it and where, and the words."""

    capability: str
    asked: Callable[[ModelSpec, Environment], bool]
    path: tuple[str, ...]
    lacks: str
    instead: str


ASKS = (
    Ask(
        "scaleToZero",
        lambda spec, _: spec.serving is not None and spec.serving.min_replicas == 0,
        ("spec", "serving", "minReplicas"),
        "scale to zero",
        "minReplicas 1",
    ),
    Ask(
        "requestLog",
        lambda spec, around: (
            spec.serving is not None and spec.logging is not None and around.spec.backends.logging is not None
        ),
        ("spec", "logging"),
        "tell a service what to log of requests",
        "no `logging` there by an overlay",
    ),
)


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every model in every environment that is not this machine, as its overlays make it."""
    for name, environment in sorted(tree.project.environments.items()):
        backend = environment.spec.spec.backends.serving
        able = tree.known.backends.get(("serving", backend)) if tree.known else None
        if environment.spec.spec.target.kind != "local" and able is not None:
            for slug, written in tree.project.models.items():
                yield from _asked(tree, able, environment, tree.overlaid.get((name, slug), written))


def _asked(tree: Tree, able: Backend, environment: Loaded[Environment], loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    name = environment.spec.metadata.name
    for ask in ASKS:
        if ask.asked(loaded.spec.spec, environment.spec) and not able.capabilities.get(ask.capability, False):
            others = [
                other
                for (axis, other), one in sorted(tree.known.backends.items() if tree.known else ())
                if axis == "serving" and one.capabilities.get(ask.capability)
            ]
            hint = (
                f"{ask.instead}, or a backend that can: {', '.join(others)}"
                if others
                else f"{ask.instead}: no backend here can"
            )
            message = f"the serving backend `{able.name}` of {name} cannot {ask.lacks}"
            yield replace(at(loaded.source, ask.path, "WL294", message, hint), environments=(name,))
