"""Rights in a cluster, as a stream for `kubectl apply`."""

import json
from collections.abc import Sequence

import yaml

from windlass.engine.cast import Document


def as_text(made: Sequence[Document]) -> str:
    """One YAML document behind the other."""
    return "---\n".join(one.data.decode() for one in made)


def as_json(made: Sequence[Document]) -> str:
    """The objects as a `List`, which `kubectl apply` takes, too."""
    items = [yaml.load(one.data, yaml.CSafeLoader) for one in made]
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2, ensure_ascii=False)


def checked(environment: str, who: str, place: str) -> str:
    """No right is missing."""
    return f"no right of the {who} of `{environment}` is missing at {place}"


def checked_json(environment: str, who: str, place: str) -> str:
    """The same for programs; what is missing comes as diagnostics, with exit code 4."""
    return json.dumps({"exitCode": 0, "environment": environment, "who": who, "place": place, "missing": []}, indent=2)
