"""The `MLmodel` file and its neighbours, written by us from format, contract and lock, so that MLflow loads what we stored.

Nothing is deserialised here: the types that a skops file names are read from the JSON inside its zip.
"""

import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from windlass.model.failure import Findings
from windlass.runtime import contract as contracts
from windlass.runtime import estimator

FUNCTIONS = frozenset({"FunctionNode", "MethodNode", "OperatorFuncNode", "PartialNode"})
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==([^\s;\\]+)", re.MULTILINE)


def files(
    folder: Path, python: str, lock: str, contract: Mapping[str, Any] | None, ids: Mapping[str, str]
) -> dict[str, bytes]:
    """What lies beside the model's own bytes in the registry, by relative path. ``ids`` are MLflow's: ``model_id``,
    ``run_id``, ``location``, ``mlflow_version``, ``created``. Raises `Findings` (WL522) where the folder holds no model.
    """
    import yaml

    model = model_file(folder)
    pins = dict(PINNED.findall(lock))
    requirements = "".join(f"{name}=={version}\n" for name, version in sorted(pins.items())).encode()
    environment = {
        "python": python,
        "build_dependencies": ["pip"],
        "dependencies": ["-r requirements.txt"],
    }
    document = {
        "artifact_path": ids["location"],
        "flavors": {
            "python_function": {
                "env": {"virtualenv": "python_env.yaml"},
                "loader_module": "mlflow.sklearn",
                "model_path": model,
                "predict_fn": "predict",
                "python_version": python,
            },
            "sklearn": {
                "code": None,
                "pickled_model": model,
                "serialization_format": "skops",
                "sklearn_version": pins.get("scikit-learn"),
                "skops_trusted_types": trusted_types(folder / model) or None,
            },
        },
        "mlflow_version": ids["mlflow_version"],
        "model_id": ids["model_id"],
        "model_uuid": ids["model_id"],
        "model_size_bytes": sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()),
        "run_id": ids["run_id"],
        "signature": signature(contract) if contract else None,
        "utc_time_created": ids["created"],
    }
    return {
        "MLmodel": yaml.safe_dump(document, sort_keys=True).encode(),
        "python_env.yaml": yaml.safe_dump(environment, sort_keys=False).encode(),
        "requirements.txt": requirements,
    }


def model_file(folder: Path) -> str:
    """The relative path of the folder's one skops file. Raises `Findings` (WL522)."""
    try:
        return estimator.model_file(folder).relative_to(folder).as_posix()
    except ValueError as error:
        hint = 'save it with `skops.io.dump(estimator, "model/model.skops")`'
        raise Findings.one("WL522", str(error), hint) from error


def trusted_types(path: Path) -> list[str]:
    """The types in a skops file that a loader may be asked to trust: those the service trusts, too. Functions are left out;
    whoever loads a file that holds others gets skops' own refusal.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            schema = json.loads(archive.read("schema.json"))
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Findings.one(
            "WL522", f"`{path.name}` is no skops file: {error}", "save it with `skops.io.dump`"
        ) from error
    return sorted(name for name, loader in set(_nodes(schema)) if _trusted(name, loader))


def signature(contract: Mapping[str, Any]) -> dict[str, Any] | None:
    """MLflow's signature of a contract whose rows are all numbers: one tensor. Others are left open, because the types
    that the pipeline saw are not known here.
    """
    inputs: Sequence[Mapping[str, Any]] = contract["input"]
    if not contracts.numeric(inputs):
        return None
    return {"inputs": json.dumps([_tensor("float64", [-1, contracts.width(inputs)])]), "outputs": None, "params": None}


def _tensor(kind: str, shape: list[int]) -> dict[str, Any]:
    return {"type": "tensor", "tensor-spec": {"dtype": kind, "shape": shape}}


def _trusted(name: str, loader: str) -> bool:
    allowed = name.startswith(estimator.TRUSTED) and not name.startswith(estimator.REFUSED)
    return name in estimator.HARMLESS or (allowed and loader not in FUNCTIONS)


def _nodes(node: Any) -> list[tuple[str, str]]:
    """Every type in the tree with the node that would rebuild it; no recursion, since the file decides the depth."""
    found, rest = [], [node]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            if isinstance(one.get("__module__"), str) and isinstance(one.get("__class__"), str):
                found.append((f"{one['__module__']}.{one['__class__']}", str(one.get("__loader__", ""))))
            rest.extend(one.values())
        elif isinstance(one, list):
            rest.extend(one)
    return found
