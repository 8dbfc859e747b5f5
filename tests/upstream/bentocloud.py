"""What `bentoml deploy -f` takes, read from BentoML's own classes, and closed: BentoML itself drops a key that it does not know.

Nobody publishes a schema of that file. `bentocloud-<version>.json` is what `DERIVE` prints with the BentoML that models are locked
to; a test says when another one would print something else.
"""

import functools
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema_rs

FILE = Path(__file__).parent / "bentocloud-1.4.39.json"
ADDED = {"cluster": {"type": "string"}}
"""Read by the command line before the class is filled."""
DERIVE = """
import enum, json, sys, types, typing
import attr
from bentoml._internal.cloud.schemas import modelschemas, schemasv2

found = {}

def schema(kind):
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        return {"anyOf": [schema(one) for one in inner]}
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if origin is list:
        return {"type": "array", "items": schema(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema(inner[1])}
    if attr.has(kind):
        if kind.__name__ not in found:
            found[kind.__name__] = {}
            attr.resolve_types(kind, {**vars(modelschemas), **vars(schemasv2)})
            fields = attr.fields(kind)
            found[kind.__name__] = {
                "type": "object",
                "properties": {one.name: schema(one.type) for one in fields},
                "required": [one.name for one in fields if one.default is attr.NOTHING],
                "additionalProperties": False,
            }
        return {"$ref": "#/$defs/" + kind.__name__}
    plain = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
    return {"type": plain[kind]} if kind in plain else {}

root = schema(schemasv2.CreateDeploymentSchema)
strategies = [one.value for one in modelschemas.DeploymentStrategy]
print(json.dumps({**root, "$defs": found, "x-strategies": strategies}))
"""
LOAD = """
import json, sys
import yaml
from bentoml._internal.cloud.schemas.schemasv2 import CreateDeploymentSchema
from bentoml._internal.utils.cattr import bentoml_cattr

document = yaml.safe_load(sys.stdin.read())
document.pop("cluster", None)
print(json.dumps(bentoml_cattr.unstructure(bentoml_cattr.structure(document, CreateDeploymentSchema))))
"""


def derived(python: Path) -> dict[str, Any]:
    """The schema as an interpreter's BentoML has it."""
    return _ran(python, DERIVE, "")


def understood(python: Path, text: str) -> dict[str, Any]:
    """What BentoML keeps of a file."""
    return _ran(python, LOAD, text)


def problems(document: dict[str, Any]) -> list[str]:
    """Everything that is wrong with one file, by path."""
    return [f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in _validator().iter_errors(document)]


@functools.cache
def _validator() -> Any:
    whole = json.loads(FILE.read_bytes())
    whole["$defs"]["CreateDeploymentSchema"]["properties"] |= ADDED
    strategy = {"enum": whole.pop("x-strategies")}
    whole["$defs"]["DeploymentServiceConfig"]["properties"]["deployment_strategy"] = strategy
    return jsonschema_rs.Draft202012Validator(whole)


def _ran(python: Path, program: str, given: str) -> dict[str, Any]:
    ended = subprocess.run([python, "-c", program], input=given, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found
