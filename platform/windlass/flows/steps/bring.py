"""From digests to what a training run is made of: code, pins and documents come from the store, verified; nothing asks git."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from windlass.engine import generated, resolve
from windlass.engine.homes import PLACES
from windlass.engine.lower import pipeline
from windlass.flows.steps.asked import Asked
from windlass.flows.training.material import Material, Whole, declared
from windlass.model import layout
from windlass.model.project import Loaded, Project, Source
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.model import Model
from windlass.model.workload import Pipeline
from windlass.ports import Bench, Store

Kind = TypeVar("Kind", Model, Dataset)


def bring(bench: Bench, store: Store, asked: Asked) -> tuple[Project, Loaded[Model], Whole]:
    """The project that one run knows (its model and the datasets of it), the model, and its material. Raises `World` (WL552)
    where the store lacks a part, `Refused` (WL421) where one is not what its digest says."""
    documents = json.loads(store.get(asked.spec))
    code = {path: store.get(digest) for path, digest in json.loads(store.get(asked.code)).items()}
    model = _loaded(Model, documents["model"])
    datasets = {slug: _loaded(Dataset, one["document"]) for slug, one in documents["datasets"].items()}
    project = Project(models={asked.slug: model}, datasets=datasets)
    # All that is known of the environment here is its name: its overlays are laid already.
    environment = resolve.unread(asked.environment)
    templates = bench.templates.files(*generated.BESIDE)
    whole = Whole(
        model=_material(pipeline.pipeline(model, project, environment), code, store.get(asked.lock), templates),
        datasets={
            slug: (
                dataset,
                _material(
                    pipeline.source(dataset, environment),
                    code,
                    store.get(documents["datasets"][slug]["lock"]),
                    templates,
                ),
            )
            for slug, dataset in sorted(datasets.items())
        },
        work=bench.root / layout.state(asked.environment, "work", asked.slug),
    )
    return project, model, whole


def _loaded(kind: type[Kind], value: dict[str, Any]) -> Loaded[Kind]:
    spec = kind.model_validate(value, by_alias=True, by_name=False)
    place = PLACES[kind.__name__].replace("<team>", spec.metadata.team).replace("<name>", spec.metadata.name)
    return Loaded(spec, Source(place, value, {}, {}))


def _material(lowered: Pipeline, code: Mapping[str, bytes], lock: bytes, templates: Mapping[str, str]) -> Material:
    deps = declared(lowered)
    read = {path: data for path, data in code.items() if any(path == dep or path.startswith(dep + "/") for dep in deps)}
    return Material(lowered, read, lock, generated.files(lowered, templates), ({},))
