"""JSON Schemas of the documents people write, made from the same pydantic models that check them."""

import json
import re
from typing import Any

from windlass.model.document import Document
from windlass.model.release import Release
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.specs.overlay import Overlay
from windlass.model.specs.policy import Policy
from windlass.model.specs.team import Team

KINDS: tuple[type[Document], ...] = (Team, Dataset, Model, Environment, Policy, Overlay, Release)
DIALECT = "https://json-schema.org/draft/2020-12/schema"
DOUBLE = re.compile(r"``(.+?)``", re.S)


def schemas() -> dict[str, bytes]:
    """File name to schema, for each kind."""
    return {f"{kind.__name__.lower()}.schema.json": _schema(kind) for kind in KINDS}


def _schema(kind: type[Document]) -> bytes:
    made = kind.model_json_schema(by_alias=True, mode="validation")
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
