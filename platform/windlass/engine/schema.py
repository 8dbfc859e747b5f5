"""JSON Schemas of the documents people write, made from the same pydantic models that check them."""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from pydantic.alias_generators import to_camel

from windlass.model.backend import Backend, Option
from windlass.model.document import Document
from windlass.model.release import Release
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.specs.monitoring import Monitoring
from windlass.model.specs.overlay import Overlay
from windlass.model.specs.placement import Placement
from windlass.model.specs.policy import Policy
from windlass.model.specs.team import Team
from windlass.model.specs.tuning import Tuning

KINDS: tuple[type[Document], ...] = (Team, Dataset, Model, Environment, Policy, Overlay, Release)
PARTS: tuple[type[Document], ...] = (Monitoring, Placement, Tuning)
"""Parts of kinds that stand in modules of their own, one of each."""
RENAMED = {
    ("DatasetSpec", "schema"): "dataSchema",
    ("OverlaySpec", "for"): "appliesTo",
    ("SearchSpace", "int"): "whole",
    ("SearchSpace", "float"): "real",
    ("ObjectRule", "yield"): "leave",
}
"""Keys that are no Python name, or would hide one of pydantic's."""
UNWRITTEN = (("EnvironmentSpec", "rehearsed"),)
"""What Windlass sets by itself and no file may hold."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DOUBLE = re.compile(r"``(.+?)``", re.S)


def schemas(sources: Iterable[str], backends: Iterable[Backend]) -> dict[str, bytes]:
    """File name to schema, for each kind. ``sources`` are the texts of the modules that define the kinds: what stands
    below a field there is told by editors. ``backends`` have the options that an environment may set."""
    said = {name: docs for source in sources for name, docs in _said(source).items()}
    options = _options(backends)
    return {f"{kind.__name__.lower()}.schema.json": _schema(kind, said, options) for kind in KINDS}


def _options(backends: Iterable[Backend]) -> dict[str, Any]:
    """What may stand below `options` of an environment: axis, then option. Whether it is one of the very backend that is
    chosen there is a rule's business."""
    axes: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for backend in backends:
        for option in backend.options:
            axes.setdefault(backend.axis, {}).setdefault(option.name, []).append(_option(backend, option))
    parts = {
        axis: {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in sorted(named.items())}
        for axis, named in sorted(axes.items())
    }
    return {axis: _closed(f"Options of its backend for {axis}.", properties) for axis, properties in parts.items()}


def _option(backend: Backend, option: Option) -> dict[str, Any]:
    limits = option.model_dump(mode="json", include={"minimum", "maximum", "enum"}, exclude_none=True)
    described = f"{option.description.rstrip('.')} ({backend.name})."
    return {"type": option.type, "default": option.default, "description": described, **limits}


def _closed(description: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "description": description, "additionalProperties": False, "properties": properties}


def _said(source: str) -> dict[str, dict[str, str]]:
    """Class name to field (under its outside name) to the string below it."""
    found: dict[str, dict[str, str]] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            for field, text in pairwise(node.body):
                match field, text:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(words))):
                        found.setdefault(node.name, {})[to_camel(name)] = words
    return found


def _schema(kind: type[Document], said: Mapping[str, Mapping[str, str]], options: dict[str, Any]) -> bytes:
    made = kind.model_json_schema(by_alias=True, mode="validation")
    for name, part in {kind.__name__: made, **made["$defs"]}.items():
        for hidden in [key for owner, key in UNWRITTEN if owner == name]:
            del part["properties"][hidden]
        for key, field in part.get("properties", {}).items():
            words = said.get(name, {}).get(RENAMED.get((name, key), key))
            if words is not None:
                field["description"] = words
        if name == "EnvironmentSpec":
            field = part["properties"]["options"]
            field |= _closed(field["description"], options)
    del made["title"]
    whole = {"$schema": DIALECT, "title": f"Windlass {kind.__name__}", **made}
    return (json.dumps(_tidy(whole), indent=2, ensure_ascii=False) + "\n").encode()


def _tidy(value: Any, inside_names: bool = False) -> Any:
    """Without the titles that pydantic makes of every field's name, and with descriptions as one line of plain words."""
    if isinstance(value, list):
        return [_tidy(item) for item in value]
    if not isinstance(value, dict):
        return value
    tidied = {}
    for key, inner in value.items():
        if inside_names:
            tidied[key] = _tidy(inner)
        elif key == "description" and isinstance(inner, str):
            tidied[key] = " ".join(DOUBLE.sub(r"`\1`", inner).split())
        elif key != "title" or not isinstance(inner, str) or inner.startswith("Windlass "):
            tidied[key] = _tidy(inner, inside_names=key in ("properties", "$defs"))
    return tidied
