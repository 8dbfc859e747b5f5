"""Policies over what people declare: each model's effective spec in each environment, and each dataset."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from windlass.engine.lower import names
from windlass.engine.policy.judging import Subject, concerns, exempt, findings
from windlass.model.diagnostic import Diagnostic
from windlass.model.document import Document
from windlass.model.project import Loaded, Project
from windlass.model.specs.model import Model
from windlass.model.specs.policy import Policy

BROKEN = "WL282"
BY_ENVIRONMENT = re.compile(r"\benvironment\b")


def judged(project: Project, overlaid: Mapping[tuple[str, str], Loaded[Model]], today: str) -> Iterator[Diagnostic]:
    """Every policy over specs. ``overlaid`` are models by environment and slug where an overlay changes them. What refers to a
    team or a dataset that is not there is left alone: that is told, and there is nothing to judge by."""
    policies = [loaded for _, loaded in sorted(project.policies.items())]
    for loaded in (one for one in policies if one.spec.spec.subject == "dataset"):
        yield from _datasets(loaded, project, today)
    over_models = [one for one in policies if one.spec.spec.subject == "model"]
    known: dict[int, dict[str, Any]] = {}

    def plain(document: Document) -> dict[str, Any]:
        """Teams, datasets and environments are asked for again with each model."""
        if id(document) not in known:
            known[id(document)] = document.plain()
        return known[id(document)]

    for slug in project.models if over_models else ():
        yield from _model(over_models, project, overlaid, slug, today, plain)


def _datasets(loaded: Loaded[Policy], project: Project, today: str) -> Iterator[Diagnostic]:
    every = tuple(project.environments)
    for slug, dataset in project.datasets.items():
        meta = dataset.spec.metadata
        team = project.teams.get(meta.team)
        if team is None or not concerns(loaded.spec, meta.team, meta.labels) or exempt(loaded.spec, slug, "", today):
            continue
        values = {"dataset": dataset.spec.plain(), "team": team.spec.plain()}
        sources = {"dataset": dataset.source, "team": team.source}
        yield from findings(
            loaded, Subject(slug, meta.labels, values, dataset.source.path, every, True, sources), BROKEN
        )


def _model(
    policies: Iterable[Loaded[Policy]],
    project: Project,
    overlaid: Mapping[tuple[str, str], Loaded[Model]],
    slug: str,
    today: str,
    plain: Callable[[Document], dict[str, Any]],
) -> Iterator[Diagnostic]:
    written = project.models[slug]
    meta = written.spec.metadata
    data = [names.owned(meta.team, ref.dataset) for ref in written.spec.spec.data]
    team = project.teams.get(meta.team)
    if team is None or not all(one in project.datasets for one in data):
        return
    values = {"team": plain(team.spec), "datasets": [plain(project.datasets[one].spec) for one in data]}
    for loaded in policies:
        if not concerns(loaded.spec, meta.team, meta.labels):
            continue
        for group in _groups(loaded.spec, project, overlaid, slug, today):
            model, first = overlaid.get((group[0], slug), written), project.environments[group[0]]
            subject = Subject(
                slug,
                meta.labels,
                values | {"model": plain(model.spec), "environment": plain(first.spec)},
                model.source.path,
                group,
                len(group) == len(project.environments),
                {"model": model.source, "environment": first.source, "team": team.source},
            )
            yield from findings(loaded, subject, BROKEN)


def _groups(
    policy: Policy, project: Project, overlaid: Mapping[tuple[str, str], Loaded[Model]], slug: str, today: str
) -> Iterator[tuple[str, ...]]:
    """The environments where a policy holds for a model, those together that must give one answer: no overlay tells them apart
    and no expression asks for the environment."""
    wanted = policy.spec.environments
    here = [
        name
        for name in sorted(project.environments)
        if (not wanted or name in wanted) and not exempt(policy, slug, name, today)
    ]
    if _asks_environment(policy):
        yield from ((name,) for name in here)
        return
    alike = tuple(name for name in here if (name, slug) not in overlaid)
    yield from ((alike,) if alike else ())
    yield from ((name,) for name in here if (name, slug) in overlaid)


def _asks_environment(policy: Policy) -> bool:
    texts = (text for one in policy.spec.validations for text in (one.expression, one.message_expression, one.path))
    return any(text is not None and BY_ENVIRONMENT.search(text) for text in texts)
