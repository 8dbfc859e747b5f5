"""Every path that a spec names, with what it is for. Rules look at them, and the flow asks the disk about them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from windlass.engine.lower import names
from windlass.model.project import Loaded
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.model import Model

Path = tuple[str | int, ...]
Role = Literal["dep", "out", "requirements", "test", "example", "document"]
ELSEWHERE = ("/", "~", "\\")


@dataclass(frozen=True, slots=True)
class Named:
    """A path as a spec says it: relative to the spec's ``folder``, written at ``path`` of the document."""

    folder: str
    text: str
    path: Path
    role: Role

    @property
    def inside(self) -> str | None:
        """The path relative to the repository; None where it leaves it."""
        if self.text.startswith(ELSEWHERE) or "://" in self.text or "\\" in self.text or ":" in self.text[:2]:
            return None
        joined = names.joined(self.folder, self.text)
        return None if joined == ".." or joined.startswith("../") else joined


def of_model(loaded: Loaded[Model]) -> Iterator[Named]:
    """The paths of a model; deps that are names of `data` are no paths."""
    spec, folder = loaded.spec.spec, loaded.source.folder
    data = {ref.name for ref in spec.data}
    yield Named(folder, spec.pipeline.requirements, ("spec", "pipeline", "requirements"), "requirements")
    yield Named(folder, spec.pipeline.model, ("spec", "pipeline", "model"), "out")
    for number, stage in enumerate(spec.pipeline.stages):
        here: Path = ("spec", "pipeline", "stages", number)
        for at, dep in enumerate(stage.deps):
            if dep not in data:
                yield Named(folder, dep, (*here, "deps", at), "dep")
        for at, out in enumerate(stage.outs):
            yield Named(folder, out, (*here, "outs", at), "out")
        for at, file in enumerate(stage.metrics):
            yield Named(folder, file.path, (*here, "metrics", at, "path"), "out")
    for at, dep in enumerate(spec.tests.deps if spec.tests else ()):
        yield Named(folder, dep, ("spec", "tests", "deps", at), "test")
    for at, example in enumerate(spec.serving.examples if spec.serving else ()):
        yield Named(folder, example.request, ("spec", "serving", "examples", at, "request"), "example")
    if spec.governance.intended_use:
        yield Named(folder, spec.governance.intended_use, ("spec", "governance", "intendedUse"), "document")


def of_dataset(loaded: Loaded[Dataset]) -> Iterator[Named]:
    """The paths of a dataset."""
    source, folder = loaded.spec.spec.source, loaded.source.folder
    yield Named(folder, source.requirements, ("spec", "source", "requirements"), "requirements")
    yield Named(folder, source.out, ("spec", "source", "out"), "out")
    for at, dep in enumerate(source.deps):
        yield Named(folder, dep, ("spec", "source", "deps", at), "dep")
