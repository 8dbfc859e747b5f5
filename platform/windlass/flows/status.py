"""Release, live and ledger side by side, for every environment that was used on this machine."""

from collections.abc import Sequence

from windlass.flows import receipts, releases
from windlass.flows.releases import Held
from windlass.flows.up import pid, url
from windlass.model.plan import Observed
from windlass.model.project import Project
from windlass.model.receipt import Receipt
from windlass.model.served import Standing
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def status(ports: Ports, project: Project, environments: Sequence[Environment]) -> list[Standing]:
    """One line per model and environment, in that order. Nothing is written and nothing is repaired."""
    found: list[Standing] = []
    for environment in environments:
        name = environment.metadata.name
        held = releases.current(ports, project, environment, ports.git.head())
        live = {seen.identity.owner: seen for seen in ports.servers.observe(name)}
        last = receipts.last(ports, environment)
        found += [_standing(name, slug, held.get(slug), live.get(slug), last) for slug in sorted({*held, *live})]
    return found


def _standing(environment: str, slug: str, held: Held | None, seen: Observed | None, last: Receipt | None) -> Standing:
    release = held.release if held else None
    return Standing(
        environment=environment,
        slug=slug,
        generation=release.spec.generation if release else None,
        release=release.digest if release else None,
        version=release.spec.version if release else None,
        state=_state(held, seen),
        url=url(seen) or "",
        pid=pid(seen),
        since=(seen.version or "") if seen and seen.present else "",
        detail=_detail(slug, held, seen, last),
    )


def _state(held: Held | None, seen: Observed | None) -> str:
    if held is None:
        return "unasked"
    if held.spec.serving is None:
        return "released"
    if seen is None:
        return "stopped"
    if not seen.present:
        return "dead"
    return "serving" if seen.fields["carries"]["release"] == held.release.digest else "behind"


def _detail(slug: str, held: Held | None, seen: Observed | None, last: Receipt | None) -> str:
    if held is None:
        return "runs, but no release asks for it"
    if seen is not None and not seen.present:
        return "its process ended by itself: `windlass logs` says why, the next apply or up starts it again"
    if seen is not None and seen.fields["carries"]["release"] != held.release.digest:
        return "serves an older release: apply has not run since"
    told = last.served.get(slug) if last else None
    if told is not None and told.release != held.release.digest:
        return "the ledger last recorded another release"
    return ""
