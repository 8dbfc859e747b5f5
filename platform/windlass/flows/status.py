"""Release, live and ledger side by side, for every environment that was used on this machine. The environments on this
machine are `local` and rehearsals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from windlass.engine import commands
from windlass.flows.applying import receipts
from windlass.flows.applying.observe import starting
from windlass.flows.releasing import releases, waiting
from windlass.flows.releasing.releases import Held
from windlass.flows.up import pid, port_of, url
from windlass.model.plan import Observed
from windlass.model.project import Project
from windlass.model.receipt import Receipt
from windlass.model.served import Standing
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports

LOST = "it runs, and its record is gone: `windlass down` ends it, the next apply or up replaces it"
SILENT = "its process lives and does not answer: `windlass logs` may say why, the next apply or up starts it again"


def status(ports: Ports, project: Project, environments: Sequence[Environment]) -> list[Standing]:
    """One line per model and environment, in that order. Nothing is written and nothing is repaired."""
    found: list[Standing] = []
    for environment in environments:
        name = environment.metadata.name
        held = releases.current(ports, project, environment, ports.git.head())
        live = {seen.identity.owner: seen for seen in ports.servers.observe(name)}
        lost = ports.servers.lost(name)
        last = receipts.last(ports, environment)
        waits = waiting.waiting(ports, name)
        slugs = {*held, *live, *lost, *(one.slug for one in waits)}
        found += [
            replace(
                _standing(environment, slug, held.get(slug), live.get(slug), last),
                **_unwell(ports, name, slug, live.get(slug), lost),
                proposals=tuple(one for one in waits if one.slug == slug),
            )
            for slug in sorted(slugs)
        ]
    return found


def _unwell(ports: Ports, name: str, slug: str, seen: Observed | None, lost: Sequence[str]) -> dict[str, Any]:
    """What only asking the process, or looking for it, can tell."""
    if slug in lost:
        return {"state": "lost", "detail": LOST}
    if seen is None or not seen.present or ports.servers.answers(name, slug):
        return {}
    if starting(ports, seen):
        return {"state": "starting", "detail": "it loads its model, and answers in a moment"}
    return {"state": "silent", "detail": SILENT}


def _standing(
    environment: Environment, slug: str, held: Held | None, seen: Observed | None, last: Receipt | None
) -> Standing:
    release = held.release if held else None
    return Standing(
        environment=environment.metadata.name,
        rehearsed=environment.spec.rehearsed,
        slug=slug,
        generation=release.spec.generation if release else None,
        release=release.digest if release else None,
        version=release.spec.version if release else None,
        state=_state(held, seen),
        url=url(seen),
        port=port_of(seen),
        pid=pid(seen),
        since=seen.version if seen and seen.present else None,
        detail=_detail(slug, held, seen, last),
    )


def _state(held: Held | None, seen: Observed | None) -> str:
    if held is None:
        return "unasked" if seen else "proposed"
    if held.spec.serving is None:
        return "released"
    if seen is None:
        return "stopped"
    if not seen.present:
        return "dead"
    return "serving" if seen.fields["carries"]["release"] == held.release.digest else "behind"


def _detail(slug: str, held: Held | None, seen: Observed | None, last: Receipt | None) -> str:
    if held is None:
        return "runs, but no release asks for it" if seen else ""
    if seen is not None and not seen.present:
        return "its process ended by itself: `windlass logs` says why, the next apply or up starts it again"
    if seen is not None and seen.fields["carries"]["release"] != held.release.digest:
        return "serves an older release: apply has not run since"
    told = last.served.get(slug) if last else None
    if told is not None and told.release != held.release.digest:
        return "the ledger last recorded another release"
    return ""


def first(environment: Environment | None) -> str:
    """What to do where an environment has nothing yet."""
    if environment is None or environment.metadata.name == LOCAL:
        return "`windlass up` starts"
    name, before = environment.metadata.name, environment.spec.promotes_from
    if before is None:
        return f"{commands.windlass(environment, f'apply {name}')} trains and proposes"
    return f"{commands.windlass(environment, f'promote TEAM/MODEL --to {name}')} proposes what {before} serves"
