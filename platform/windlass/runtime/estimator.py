"""The model inside a service: loaded from a skops file without running code from it, asked through the contract.

skops rebuilds objects by the type names in the file and refuses any that are not trusted. Its own list holds scikit-learn's
public estimators and numpy's plain types. Fitted estimators also hold private parts (trees, loss functions, splines), so
this list adds *classes* (never functions: a `FunctionTransformer` would call them) that scikit-learn itself defines, and
the few numpy and scipy classes that its estimators keep. numpy and scipy are not trusted as a whole: some of their
classes act when they are destroyed (`numpy`'s DataSource removes a folder). The team's own classes are refused,
because their code would have to travel and run here.
"""

import importlib
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .contract import flat, numeric, width

TRUSTED = ("sklearn.", "scipy.interpolate.", "scipy.sparse.", "scipy.stats.", "numpy.random.")
HARMLESS = frozenset({"scipy._lib.array_api_compat.numpy._aliases.asarray"})
"""The one function: scipy's splines keep it in their state."""
REFUSED = ("sklearn.externals.", "sklearn.utils._testing.", "sklearn.datasets.")
SUFFIX = ".skops"


class Estimator:
    """A loaded model that answers rows of one contract."""

    def __init__(self, folder: Path, contract: Mapping[str, Any]) -> None:
        """Load the one skops file of ``folder``. Raises ValueError in plain words where file and contract cannot serve."""
        self.inputs: Sequence[Mapping[str, Any]] = contract["input"]
        self.outputs: Sequence[Mapping[str, Any]] = contract["output"]
        self.model = load(model_file(folder))
        self._check()

    def answer(self, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """One answer per row; each method of the estimator is asked once. Raises ValueError for an answer that the
        contract cannot say (NaN, infinity, a fraction where an integer is promised).
        """
        import numpy

        kind = float if numeric(self.inputs) else object
        matrix = numpy.array([flat(self.inputs, row) for row in rows], dtype=kind)
        asked = {method: getattr(self.model, method)(matrix) for method in {field["method"] for field in self.outputs}}
        columns = {field["name"]: self._column(field, asked[field["method"]]) for field in self.outputs}
        return [{name: values[index] for name, values in columns.items()} for index in range(len(rows))]

    def _column(self, field: Mapping[str, Any], values: Any) -> list[Any]:
        import numpy

        found = numpy.asarray(values.toarray() if hasattr(values, "toarray") else values)
        reduce = field.get("reduce")
        if reduce == "max":
            found = found.max(axis=-1)
        elif reduce == "argmax":
            best = found.argmax(axis=-1)
            classes = getattr(self.model, "classes_", None)
            found = best if classes is None else numpy.asarray(classes)[best]
        return [_said(field["name"], field["type"], value) for value in found.tolist()]

    def _check(self) -> None:
        columns, wanted = width(self.inputs), getattr(self.model, "n_features_in_", None)
        if wanted is not None and wanted != columns:
            raise ValueError(f"the input makes {columns} columns, the model was trained on {wanted}")
        for field in self.outputs:
            if not hasattr(self.model, field["method"]):
                kind = type(self.model).__name__
                raise ValueError(f"output `{field['name']}` asks `{field['method']}`, which {kind} does not have")


def model_file(folder: Path) -> Path:
    """The one skops file of a model folder. Raises ValueError where there is none, or more than one."""
    found = sorted(folder.rglob(f"*{SUFFIX}"))
    if len(found) != 1:
        many = ", ".join(path.relative_to(folder).as_posix() for path in found) or "none"
        raise ValueError(f"a model of format sklearn holds one {SUFFIX} file, this one has: {many}")
    return found[0]


def load(path: Path) -> Any:
    """The object in a skops file. Raises ValueError naming every type that is not trusted."""
    import skops.io

    unknown = skops.io.get_untrusted_types(file=path)
    refused = sorted(name for name in unknown if not trusted(name))
    if refused:
        raise ValueError(f"{path.name} holds types that are not trusted: {', '.join(refused)}")
    return skops.io.load(path, trusted=unknown)


def trusted(name: str) -> bool:
    """Whether a type may be rebuilt: a class that one of the trusted modules itself defines."""
    if name in HARMLESS:
        return True
    if not name.startswith(TRUSTED) or name.startswith(REFUSED):
        return False
    module, _, attribute = name.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    return isinstance(found, type) and found.__module__.startswith(TRUSTED)


def _said(name: str, kind: str, value: Any) -> Any:
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    if kind == "number" and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if kind == "string":
        return str(value)
    right = {"integer": int, "number": float, "boolean": bool, "array": list}[kind]
    endless = isinstance(value, float) and not math.isfinite(value)
    if not isinstance(value, right) or (isinstance(value, bool) and kind != "boolean") or endless:
        raise ValueError(f"the model's answer for `{name}` is no {kind}")
    return value
