"""What MLflow is told of a candidate: names, parameters, metrics and tags in its own forms."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from windlass.engine.lower import tracking
from windlass.model import digests
from windlass.model.candidate import Candidate, ModelPin


def run(candidate: Candidate, told: Mapping[str, str]) -> dict[str, Any]:
    """The run of a candidate, with the tags that were told."""
    return {
        "experiment": candidate.slug,
        "name": f"{candidate.team}-{candidate.model_name}-{digests.short(candidate.inputs, 10)}",
        "started": millis(candidate.started_at),
        "params": {_key(key): str(value)[:6000] for key, value in flat(candidate.params).items()},
        "metrics": {_key(key): float(value) for key, value in flat(candidate.metrics).items() if _number(value)},
        "tags": {**told, tracking.INPUTS: candidate.inputs},
    }


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted names. A metric of a slice is ``f1.digit.7``: metric, grouping, value."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key == "slices" and not prefix and isinstance(value, Mapping):
            for grouping, parts in value.items():
                for part, metrics in parts.items():
                    found |= {f"{metric}.{grouping}.{part}": number for metric, number in metrics.items()}
        elif isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def tags(candidate: Candidate, pin: ModelPin) -> dict[str, str]:
    """What run, model and version say of themselves."""
    found = {**tracking.tags(pin, candidate.inputs, candidate.data), "windlass.tool": candidate.tool}
    optional = {"windlass.code": candidate.code, "windlass.lock": candidate.lock, "windlass.commit": candidate.commit}
    found |= {"mlflow.source.git.commit": candidate.commit} if candidate.commit else {}
    if candidate.dirty:
        found["windlass.dirty"] = "true"
    return found | {key: value for key, value in optional.items() if value}


def _key(name: str) -> str:
    """MLflow takes letters, digits and ``_-. :/`` in names."""
    return re.sub(r"[^\w\-. :/]", "_", name)[:250]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def millis(instant: str) -> int:
    """An ISO instant as MLflow counts: milliseconds since 1970."""
    return int(datetime.fromisoformat(instant).timestamp() * 1000)
