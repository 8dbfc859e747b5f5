"""Upstream schemas, read strictly: what an API server would prune or refuse is found without one.

The files are the projects' own, Apache-2.0 (text beside them), cut to what is checked here: Kubernetes v1.34.0's OpenAPI
definitions (through PyPI kubernetes-validate 1.37.0), Argo Workflows v4.1.2's `api/jsonschema/schema.json`, the CRDs of
prometheus-operator v0.93.0, Kueue v0.19.2 and External Secrets v2.9.0, and the field names of the Elastic Common Schema
9.4.0.
"""

import functools
import json
import re
from pathlib import Path
from typing import Any

import jsonschema_rs

HERE = Path(__file__).parent
CUSTOM = {"kueue.x-k8s.io": "kueue-0.19.2.json"}
"""API group to the file with its CustomResourceDefinitions by kind."""
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?")
QUANTITIES = tuple((key,) for key in ("requests", "limits", "hard", "default", "defaultRequest"))
LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?")
DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def problems(document: dict[str, Any]) -> list[str]:
    """Everything that is wrong with one object, by path."""
    found = [
        f"{'/'.join(map(str, one.instance_path))}: {one.message}" for one in _validator(document).iter_errors(document)
    ]
    return found + _names(document) + _quantities(document)


def _validator(document: dict[str, Any]) -> Any:
    group, kind = document["apiVersion"], document["kind"]
    if group.startswith("monitoring.coreos.com/"):
        return _prometheus(f"{group}/{kind}")
    if group.partition("/")[0] in CUSTOM:
        return _custom(group, kind)
    if group.startswith("external-secrets.io/"):
        return _external_secrets(f"{group}/{kind}")
    return _argo(kind) if group.startswith("argoproj.io/") else _kubernetes(f"{group}/{kind}")


@functools.cache
def _custom(group: str, kind: str) -> Any:
    name, _, version = group.partition("/")
    definition = json.loads((HERE / CUSTOM[name]).read_bytes())[kind]
    (served,) = [one for one in definition["spec"]["versions"] if one["name"] == version]
    return jsonschema_rs.Draft7Validator(_closed(served["schema"]["openAPIV3Schema"]))


@functools.cache
def _kubernetes(kind: str) -> Any:
    whole = json.loads((HERE / "kubernetes-1.34.json").read_bytes())
    return jsonschema_rs.Draft202012Validator({"$defs": whole["$defs"], "$ref": f"#/$defs/{whole['x-roots'][kind]}"})


@functools.cache
def _argo(kind: str) -> Any:
    whole = json.loads((HERE / "argo-workflows-4.1.2.json").read_bytes())
    definitions = whole["definitions"]
    for definition in definitions.values():
        if "properties" in definition:
            definition["additionalProperties"] = False
    # upstream types these as text, though it takes numbers too
    definitions["io.k8s.apimachinery.pkg.util.intstr.IntOrString"]["type"] = ["string", "integer"]
    root = f"#/definitions/io.argoproj.workflow.v1alpha1.{kind}"
    return jsonschema_rs.Draft202012Validator({"definitions": definitions, "$ref": root})


@functools.cache
def _prometheus(kind: str) -> Any:
    whole = json.loads((HERE / "kubernetes-1.34.json").read_bytes())
    schema = _closed(json.loads((HERE / "prometheus-operator-0.93.0.json").read_bytes())[kind])
    schema["properties"]["metadata"] = {"$ref": "#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"}
    return jsonschema_rs.Draft202012Validator({"$defs": whole["$defs"], **schema})


def _closed(schema: Any) -> Any:
    """A CRD's schema as an API server reads it that refuses unknown fields: closed wherever fields are declared, but not
    below `anyOf` and the like, which only narrow."""
    schema = dict(schema)
    if "properties" in schema:
        schema["properties"] = {name: _closed(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields"):
            schema.setdefault("additionalProperties", False)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            schema[key] = _closed(schema[key])
    if schema.get("x-kubernetes-int-or-string"):
        schema["type"] = ["integer", "string"]
    if "pattern" in schema:  # of Go, which takes flags anywhere
        flags = "(?i)" if "(?i)" in schema["pattern"] else ""
        schema["pattern"] = flags + schema["pattern"].replace("(?i)", "")
    return schema


@functools.cache
def ecs() -> dict[str, dict[str, Any]]:
    """The fields of the Elastic Common Schema that a request log could use, by name: type, whether many, allowed values."""
    found: dict[str, dict[str, Any]] = json.loads((HERE / "ecs-9.4.0.json").read_bytes())["fields"]
    return found


@functools.cache
def _external_secrets(kind: str) -> Any:
    whole = json.loads((HERE / "external-secrets-2.9.0.json").read_bytes())[kind]
    whole["properties"]["metadata"] = {"type": "object"}
    return jsonschema_rs.Draft202012Validator(_closed(whole))


def _names(document: dict[str, Any]) -> list[str]:
    meta = document["metadata"]
    found = [
        f"metadata/{key}: {meta[key]!r}"
        for key in ("name", "namespace")
        if key in meta and not DNS_LABEL.fullmatch(meta[key])
    ]
    for path, value in _walk(document):
        if path[:2] == ("spec", "groups"):
            continue  # labels of Prometheus' rules, which take any text
        if path[-1] in ("labels", "matchLabels") and isinstance(value, dict):
            found += [f"{'/'.join(path)}/{key}: {text!r}" for key, text in value.items() if not _label(text)]
    return found


def _label(text: Any) -> bool:
    return isinstance(text, str) and LABEL.fullmatch(text) is not None


def _quantities(document: dict[str, Any]) -> list[str]:
    """Core kinds would take a bare number, custom ones would not: so each quantity is text."""
    return [
        f"{'/'.join(path)}: {value!r} is no quantity"
        for path, value in _walk(document)
        if path[-2:-1] in QUANTITIES
        and not (document["kind"] == "LimitRange" and path[-1].isdecimal())
        and not (isinstance(value, str) and QUANTITY.fullmatch(value))
    ]


def _walk(value: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found = [(path, value)] if path else []
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _walk(inner, (*path, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            found += _walk(inner, (*path, str(index)))
    return found
