"""What peers are given of a fleet: one JSON file of records, one for each model and environment, made from specs and releases.

All of it is decided already: which release serves, what overlays ask for, digests, the name of a dashboard. That favours the
peers, which read no YAML and validate nothing.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from fleet import ENVIRONMENTS

from windlass.engine.lower.objectives import BUCKETS
from windlass.model import digests

Record = dict[str, str | int | float]

CONFIGURATION = digests.of_value({"buckets": list(BUCKETS), "log": None})
"""The digest of what every server of the fleet is told: none promises a latency, and none logs requests."""


def records(repository: Path) -> Iterator[Record]:
    """The records of one fleet, model by model. A fleet's environments all serve one release of a model: it is read once."""
    environments = {name: _environment(repository / "environments" / name) for name in ENVIRONMENTS}
    for release in sorted((repository / "environments" / ENVIRONMENTS[0] / "releases").glob("*/*")):
        model, front = _model(release)
        for name, (common, copies) in environments.items():
            dashboard = digests.of_value([name, f"{model['team']}/{model['name']}"])
            overlaid = {"replicas": copies} if front and copies is not None else {}
            yield {**common, **model, **overlaid, "dashboard": f"windlass-{digests.short(dashboard, 12)}"}


def write(repository: Path, target: Path) -> list[Record]:
    """The same as a file, and as it is."""
    found = list(records(repository))
    target.write_text(json.dumps(found, indent=1))
    return found


def _environment(folder: Path) -> tuple[Record, int | None]:
    """What all its models have alike, and how many copies its overlay asks for of those of the front tier."""
    spec, overlay = _yaml(folder / "environment.yaml")["spec"], folder / "overlays/front.yaml"
    common: Record = {
        "environment": folder.name,
        "store": spec["store"]["uri"],
        "storeSecret": spec["store"]["secretRef"]["name"],
        "runtimeImage": spec["images"]["runtime"],
        "stepImage": spec["images"]["step"],
    }
    return common, _yaml(overlay)["spec"]["patch"]["serving"]["minReplicas"] if overlay.exists() else None


def _model(release: Path) -> tuple[Record, bool]:
    """What a release says of a model, and whether it is of the front tier."""
    pin = _yaml(release / "release.yaml")["spec"]["pin"]
    model = _yaml(release / "model.yaml")
    metadata, spec = model["metadata"], model["spec"]
    found: Record = {
        "team": metadata["team"],
        "name": metadata["name"],
        "owners": ",".join(spec["governance"]["owners"]),
        "data": ",".join(f"{one['dataset']}@md5:{one['md5']}" for one in pin["data"]),
        "modelDigest": pin["model"]["digest"],
        "bentoDigest": pin["bento"]["digest"],
        "inputsDigest": pin["inputs"],
        "releaseDigest": json.loads((release / "evidence.json").read_text())["release"],
        "configurationDigest": CONFIGURATION,
        "replicas": spec["serving"]["minReplicas"],
        "cpu": spec["serving"]["resources"]["cpu"],
        "memory": spec["serving"]["resources"]["memory"],
        "availability": spec["monitoring"]["slo"]["availability"],
    }
    return found, metadata["labels"]["tier"] == "front"


def _yaml(path: Path) -> dict[str, Any]:
    return yaml.load(path.read_bytes(), yaml.CSafeLoader)
