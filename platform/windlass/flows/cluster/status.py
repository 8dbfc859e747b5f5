"""Release, live and ledger side by side, for an environment in a cluster."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from windlass.engine.cluster import applyset, attempts, stamp
from windlass.engine.cluster.health import Health, health
from windlass.engine.lower.cluster import namespace
from windlass.flows.applying import receipts
from windlass.flows.cluster import newest
from windlass.flows.cluster.reach import CONFIGMAP, Reach, inventory
from windlass.flows.releasing import releases, waiting
from windlass.flows.releasing.releases import Held
from windlass.flows.rendering import objects
from windlass.model.project import Project
from windlass.model.proposal import Waiting
from windlass.model.receipt import Receipt
from windlass.model.served import Standing
from windlass.model.specs.environment import Environment
from windlass.ports import Ports
from windlass.ports.cluster import Live

RELEASE = "windlass.dev/release-digest"
WORST = ("failed", "terminating", "progressing", "unknown", "current")


def status(ports: Ports, reach: Reach, project: Project, environment: Environment) -> list[Standing]:
    """One line per model, in name order. Nothing is rendered and nothing is written."""
    name = environment.metadata.name
    held = releases.current(ports, project, environment, ports.git.head())
    live, lost = _live(reach, environment)
    running = _trainings(reach, project, environment) if objects.trains(ports, environment) else {}
    last, waits = receipts.last(ports, environment), waiting.waiting(ports, name)
    slugs = {*held, *live, *running, *(one.slug for one in waits)}
    found = []
    for slug in sorted(slugs):
        mine = [one for one in waits if one.slug == slug]
        standing = _standing(environment, slug, held.get(slug), live.get(slug, ()), lost.get(slug, ()), last, mine)
        found.append(_with_run(reach, standing, running.get(slug)))
    return found


def _trainings(reach: Reach, project: Project, environment: Environment) -> Mapping[str, Live]:
    """The newest training run of each model."""
    spaces = {namespace(environment, team.spec.metadata.name) for team in project.teams.values()}
    return newest.newest(reach, environment, spaces)


def _with_run(reach: Reach, standing: Standing, run: Live | None) -> Standing:
    """A model is in training where nothing of it is released or proposed yet."""
    if run is None:
        return standing
    idle = standing.state == "proposed" and not standing.proposals
    said = "; ".join(word for word in (standing.detail, f"training {attempts.told(run)}") if word)
    told = newest.training(reach, run)
    return replace(standing, state="training" if idle else standing.state, detail=said, training=told)


def _live(reach: Reach, environment: Environment) -> tuple[Mapping[str, Sequence[Live]], Mapping[str, Sequence[str]]]:
    """What serves each model: the objects of the inventory that came from its release; and those that are lost, beside which
    others of the model still are: deleted, or made anew by somebody."""
    home = inventory(environment)
    parent = reach.cluster.read(CONFIGMAP, home.namespace, home.name)
    if parent is None or applyset.foreign(parent):
        return {}, {}
    held = applyset.read(parent)
    label = applyset.selector(home)
    kinds = [one for group, kind in sorted(held.kinds) if (one := reach.kind(group, kind))]
    places = applyset.places(held.members)
    lists = reach.cluster.each(
        lambda kind: reach.cluster.whole(kind, label, held.namespaces, places.get((kind.group, kind.name), ())), kinds
    )
    every = {stamp.identity(live).key: live for several in lists for live in several}
    found: dict[str, list[Live]] = {}
    named: dict[tuple[str, str], str] = {}
    for key, live in every.items():
        if stamp.said(live, RELEASE) and key in held.members:
            owner = stamp.identity(live).owner
            found.setdefault(owner, []).append(live)
            named[key[2], key[3]] = owner
    lost: dict[str, list[str]] = {}
    for key in held.members:
        (_, kind, space, name), there = key, every.get(key)
        if (space, name) in named and (there is None or held.replaced(key, there["metadata"]["uid"])):
            lost.setdefault(named[space, name], []).append(f"{kind} {space}/{name}")
    return found, lost


def _standing(
    environment: Environment,
    slug: str,
    held: Held | None,
    live: Sequence[Live],
    lost: Sequence[str],
    last: Receipt | None,
    waits: Sequence[Waiting],
) -> Standing:
    release = held.release if held else None
    state, detail = _state(held, live, lost)
    told = last.served.get(slug) if last else None
    if not detail and release is not None and (told is None or told.release != release.digest):
        detail = "the ledger does not tell of this release: apply has not run since"
    return Standing(
        environment=environment.metadata.name,
        rehearsed=False,
        slug=slug,
        generation=release.spec.generation if release else None,
        release=release.digest if release else None,
        version=release.spec.version if release else None,
        state=state,
        url=None,
        port=None,
        pid=None,
        since=max((one["metadata"]["creationTimestamp"] for one in live), default=None),
        detail=detail,
        proposals=tuple(waits),
    )


def _state(held: Held | None, live: Sequence[Live], lost: Sequence[str]) -> tuple[str, str]:
    if held is None:
        return ("unasked", "it is live, but no release asks for it") if live else ("proposed", "")
    if not live:
        return ("stopped", "nothing of it is live") if held.spec.serving else ("released", "")
    others = {stamp.said(one, RELEASE) for one in live} - {held.release.digest}
    if others:
        return "behind", "serves an older release: apply has not run since"
    if lost:
        return "failed", f"{', '.join(lost)}: gone, or not what was applied; `windlass drift` says more"
    worst, of = _worst(live)
    if worst.state == "current":
        return "serving", ""
    words = {"failed": "failed", "terminating": "ending", "progressing": "starting"}
    return words.get(worst.state, "serving"), f"{stamp.identity(of)}: {worst.reason}" if worst.reason else ""


def _worst(live: Sequence[Live]) -> tuple[Health, Live]:
    told = [(health(one), one) for one in live]
    return min(told, key=lambda pair: WORST.index(pair[0].state))
