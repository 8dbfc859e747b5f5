"""Policies over what was rendered: each object of an environment, before anybody writes it anywhere."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import yaml

from windlass.engine.cast import Document
from windlass.engine.places import places
from windlass.engine.policy.alike import Verdicts
from windlass.engine.policy.judging import Subject, concerns, exempt, findings
from windlass.engine.policy.pods import pods
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Project, Source
from windlass.model.specs.environment import Environment
from windlass.model.specs.policy import Selector

BROKEN = "WL283"
TEAM, SOURCE = "windlass.dev/team", "windlass.dev/source"


class Judge:
    """Every policy over manifests that holds in an environment. ``today`` is the day (``2026-03-03``, UTC)."""

    def __init__(self, project: Project, environment: Environment, today: str) -> None:
        self._name, self._today, self._around = environment.metadata.name, today, environment.plain()
        self._policies = [
            loaded
            for _, loaded in sorted(project.policies.items())
            if loaded.spec.spec.subject == "manifest" and self._name in (loaded.spec.spec.environments or (self._name,))
        ]
        # most policies hold for everybody, and need not be asked whom they concern
        self._choosing = any(
            loaded.spec.spec.exemptions or loaded.spec.spec.selector != Selector() for loaded in self._policies
        )

    def judged(self, documents: Iterable[Document]) -> Iterator[Diagnostic]:
        """What is found against those documents that are objects of a cluster. Places are in the rendered files."""
        for document in documents if self._policies else ():
            key = None
            if isinstance(document.sample, dict):
                key = self._verdicts.key(document, self._concerned(_meta(document)) if self._choosing else ())
                if self._verdicts.fine(key):
                    continue
            found = [one for value in _objects(document) for one in self._object(document, value)]
            if not found:
                self._verdicts.found_nothing(key)
            yield from found

    @cached_property
    def _verdicts(self) -> Verdicts:
        return Verdicts(self._policies)

    def _concerned(self, meta: Mapping[str, Any]) -> tuple[bool, ...]:
        labels, owner = meta.get("labels") or {}, _owner(meta)
        return tuple(
            concerns(loaded.spec, owner.partition("/")[0], labels)
            and not exempt(loaded.spec, owner, self._name, self._today)
            for loaded in self._policies
        )

    def _object(self, document: Document, value: dict[str, Any]) -> Iterator[Diagnostic]:
        path, text, meta = document.path, document.data.decode(), value.get("metadata") or {}
        source = Source(path, value, *places(path, text), text)
        subject = Subject(
            _owner(meta),
            meta.get("labels") or {},
            {"object": value, "pods": pods(value), "environment": self._around},
            path,
            (self._name,),
            sources={"object": source},
            pointed="object.metadata.name",
            called=f"{value['kind']} {meta.get('name', '')}",
        )
        for loaded, concerned in zip(self._policies, self._concerned(meta), strict=True):
            if concerned:
                yield from findings(loaded, subject, BROKEN)


def _meta(document: Document) -> dict[str, Any]:
    """What policies are chosen by, of a document that comes from a mould."""
    meta = document.sample.get("metadata") or {}
    chosen = {"labels": meta.get("labels"), "annotations": {SOURCE: (meta.get("annotations") or {}).get(SOURCE, "")}}
    return {
        part: {key: document.filled(text) if isinstance(text, str) else text for key, text in (texts or {}).items()}
        for part, texts in chosen.items()
    }


def _objects(document: Document) -> Iterator[dict[str, Any]]:
    if document.path.endswith(".yaml"):
        for value in yaml.load_all(document.data, yaml.CSafeLoader):
            if isinstance(value, dict) and isinstance(value.get("kind"), str) and "apiVersion" in value:
                yield value


def _owner(meta: Mapping[str, Any]) -> str:
    """``team/model`` of an object, by the way back that it carries; the team alone where it is nobody's model."""
    team = str((meta.get("labels") or {}).get(TEAM, ""))
    parts = str((meta.get("annotations") or {}).get(SOURCE, "")).split("/")
    after = parts.index(team) + 1 if team in parts else len(parts)
    return f"{team}/{parts[after]}" if after < len(parts) and "." not in parts[after] else team
