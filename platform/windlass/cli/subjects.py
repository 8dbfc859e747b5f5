"""``[ENV] [TEAM/MODEL]``: what verify and audit are about. A model has a slash, an environment has none."""

from collections.abc import Sequence

from windlass.engine import resolve
from windlass.model.failure import Usage
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL


def chosen(project: Project, words: Sequence[str]) -> tuple[tuple[str, ...], str | None]:
    """The environments and the model that are meant: all of them where none is named. A model whose spec is gone may still
    be asked about. Raises `Usage` for what cannot be meant."""
    environments = [word for word in words if "/" not in word]
    models = [word for word in words if "/" in word]
    if len(environments) > 1 or len(models) > 1:
        raise Usage.one(
            "WL645", f"`{' '.join(words)}`: one environment and one model at most", "for example: prod vision/digits"
        )
    for name in environments:
        if name != LOCAL:
            resolve.environment(project, name, rehearse=False)
    every = (*resolve.chain(project), LOCAL)
    return tuple(environments) or every, models[0] if models else None
