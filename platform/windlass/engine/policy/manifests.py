"""Policies over what was rendered: each object of an environment, before anybody writes it anywhere."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from windlass.engine.places import places
from windlass.engine.policy.judging import Subject, concerns, exempt, findings
from windlass.engine.policy.pods import pods
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded, Project, Source
from windlass.model.specs.environment import Environment
from windlass.model.specs.policy import Policy

BROKEN = "WL283"
TEAM, SOURCE = "windlass.dev/team", "windlass.dev/source"


def judged(project: Project, environment: Environment, files: Mapping[str, bytes], today: str) -> Iterator[Diagnostic]:
    """Every policy over manifests that holds in an environment, for every file that is an object of a cluster. Places are in
    the rendered files."""
    name = environment.metadata.name
    policies = [
        loaded
        for _, loaded in sorted(project.policies.items())
        if loaded.spec.spec.subject == "manifest" and name in (loaded.spec.spec.environments or (name,))
    ]
    around = environment.plain()
    for path, data in files.items() if policies else ():
        for value in _objects(path, data):
            yield from _object(policies, around, path, data.decode(), value, today)


def _object(
    policies: list[Loaded[Policy]], around: dict[str, Any], path: str, text: str, value: dict[str, Any], today: str
) -> Iterator[Diagnostic]:
    meta, name = value.get("metadata") or {}, around["metadata"]["name"]
    labels, owner = meta.get("labels") or {}, _owner(meta)
    source = Source(path, value, *places(path, text), text)
    subject = Subject(
        owner,
        labels,
        {"object": value, "pods": pods(value), "environment": around},
        path,
        (name,),
        sources={"object": source},
        pointed="object.metadata.name",
        called=f"{value['kind']} {meta.get('name', '')}",
    )
    for loaded in policies:
        if concerns(loaded.spec, subject.team, labels) and not exempt(loaded.spec, owner, name, today):
            yield from findings(loaded, subject, BROKEN)


def _objects(path: str, data: bytes) -> Iterator[dict[str, Any]]:
    if path.endswith(".yaml"):
        for value in yaml.load_all(data, yaml.CSafeLoader):
            if isinstance(value, dict) and isinstance(value.get("kind"), str) and "apiVersion" in value:
                yield value


def _owner(meta: Mapping[str, Any]) -> str:
    """``team/model`` of an object, by the way back that it carries; the team alone where it is nobody's model."""
    team = str((meta.get("labels") or {}).get(TEAM, ""))
    parts = str((meta.get("annotations") or {}).get(SOURCE, "")).split("/")
    after = parts.index(team) + 1 if team in parts else len(parts)
    return f"{team}/{parts[after]}" if after < len(parts) and "." not in parts[after] else team
