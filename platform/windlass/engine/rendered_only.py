"""Models that this version renders for clusters and trains nowhere yet: their format cannot be registered, packaged and served."""

from windlass.engine.lower.service import RENDERED_ONLY
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Findings
from windlass.model.project import Loaded
from windlass.model.specs.model import Model

PATH = ("spec", "modelFormat", "name")


def says(model: Loaded[Model]) -> bool:
    """Whether a model is only rendered."""
    return model.spec.spec.model_format.name in RENDERED_ONLY


def require_trainable(model: Loaded[Model]) -> None:
    """Raise `Findings` (WL313) where a model is only rendered."""
    if says(model):
        name = model.spec.spec.model_format.name
        message = f"{model.spec.metadata.slug} is a {name} model: this version renders it, and trains it nowhere yet"
        hint = "`windlass render` shows what a cluster would get"
        raise Findings([Diagnostic("WL313", message, model.source.place(*PATH), hint)])
