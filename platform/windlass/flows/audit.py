"""Answer from git alone what served when, and where it came from: ledger branches say when and what, release folders at the
receipts' commits say which bytes, the merges that brought them say who."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from windlass.engine import ledger, replay
from windlass.engine import release as releases
from windlass.engine.release import Folder
from windlass.engine.replay import Span
from windlass.flows.releasing import approvals, history, shelf
from windlass.flows.training import candidates
from windlass.model import layout
from windlass.model.audit import Audit, Chain, Entry, Moved
from windlass.model.failure import World
from windlass.model.receipt import Receipt
from windlass.model.specs.environment import LOCAL
from windlass.ports import Commit, Ports

LONGEST_WAY = 20
"""Environments that a release can have come through; more is a circle in what the files claim."""


def audit(
    ports: Ports,
    environments: Sequence[str],
    slug: str | None = None,
    at: datetime | None = None,
    rehearsed: bool = False,
) -> Audit:
    """The timeline of these environments, or what served in them at an instant. Raises `World` (WL548) in a shallow clone,
    `Refused` (WL422) where a receipt cannot even be read."""
    if ports.git.shallow():
        message = "this clone is shallow: its history was cut, so nothing before the cut can be answered"
        raise World.one("WL548", message, "`git fetch --unshallow` brings the rest")
    entries: list[Entry] = []
    chains: list[Chain] = []
    changing: list[Receipt] = []
    for environment in environments:
        receipts = ports.ledger.receipts(environment, rehearsed and environment != LOCAL)
        if not receipts:
            continue
        chains.append(_chain(ports, environment, rehearsed, receipts))
        spans = [span for span in replay.spans(receipts) if slug in (None, span.slug)]
        if at is not None:
            spans = _then(spans, receipts, at)
            changing += [one for one in [replay.under_way(receipts, at)] if one]
        entries += [_entry(ports, span, rehearsed) for span in spans]
    ordered = sorted(entries, key=lambda entry: (entry.since, entry.environment, entry.slug))
    return Audit(at, tuple(ordered), tuple(chains), tuple(changing))


def _then(spans: Sequence[Span], receipts: Sequence[Receipt], at: datetime) -> list[Span]:
    """The spans that held at an instant, by the last receipt complete then."""
    last = replay.at(receipts, at)
    if last is None:
        return []
    return [span for span in spans if span.began.number <= last.number <= span.last.number]


def _chain(ports: Ports, environment: str, rehearsed: bool, receipts: Sequence[Receipt]) -> Chain:
    played = rehearsed and environment != LOCAL
    broken = ledger.broken(receipts)
    changed = ports.ledger.rewritten(environment, played)
    problem = broken.message if broken else f"changed after it was written by {', '.join(changed)}" if changed else ""
    return Chain(environment, played, len(receipts), problem)


def _entry(ports: Ports, span: Span, rehearsed: bool) -> Entry:
    folder, problems = _folder(ports, span)
    way: tuple[Moved, ...] = ()
    if folder is not None and span.environment != LOCAL:
        way = _way(ports, span, rehearsed)
    registry, version, trained = _registered(ports, span, folder)
    return Entry(
        environment=span.environment,
        slug=span.slug,
        served=span.served,
        since=span.since,
        until=span.until,
        began=span.began,
        last=span.last,
        release=folder.release if folder else None,
        evidence=folder.evidence if folder else None,
        way=way,
        trained=trained,
        problems=problems,
        registry=registry,
        version=version,
    )


def _folder(ports: Ports, span: Span) -> tuple[Folder | None, tuple[str, ...]]:
    """The release folder that the receipt was about, and what does not agree with it."""
    files = _files(ports, span)
    if not files and span.environment == LOCAL:
        return None, ()
    if not files:
        commit = (span.began.commit or "none")[:10]
        return None, (f"commit {commit}, which the receipt names, has no release of {span.slug}",)
    folder, wrong = releases.examine(files, layout.release_folder(span.environment, span.slug))
    problems = [f"{found.place}: {found.message}" for found in wrong]
    if folder is not None and not _agrees(folder, span):
        if span.environment == LOCAL:
            return None, ()
        problems.append(f"receipt {span.began.number:06d} tells another release than its commit has")
    return folder, tuple(problems)


def _agrees(folder: Folder, span: Span) -> bool:
    pin, told = folder.release.spec.pin, span.served
    mine = (
        folder.release.digest,
        folder.release.spec.generation,
        pin.model.digest,
        pin.folders.get("bento"),
        pin.inputs,
    )
    return mine == (told.release, told.generation, told.model, told.bento, told.inputs)


def _files(ports: Ports, span: Span) -> dict[str, bytes]:
    if span.environment == LOCAL:
        return shelf.local(ports).get(span.slug, {})
    commit = span.began.commit
    return shelf.at(ports, span.environment, span.slug, commit) if commit and ports.git.resolve(commit) else {}


def _registered(ports: Ports, span: Span, folder: Folder | None) -> tuple[str | None, str | None, datetime | None]:
    """Registered name, version, and when it was trained: as the release says it. `local` keeps its newest release alone; of
    those before it the store and the registry of this machine tell what they still know."""
    if folder is not None:
        spec = folder.release.spec
        return spec.pin.model.registry, spec.version, _trained(folder)
    if span.environment != LOCAL:
        return None, None, None
    record = layout.candidate_record(span.slug, span.served.inputs)
    made = candidates.read(ports.store(LOCAL), record)
    if made is None or made.model is None:
        return None, None, None
    version = ports.registry.versions(made.model.registry).get(span.served.model)
    return made.model.registry, version, replay.instant(made.finished_at)


def _way(ports: Ports, span: Span, rehearsed: bool) -> tuple[Moved, ...]:
    """Every move on the way here, the newest first: into this environment, into the one before it, to the head. Approvals
    count that stood when it was applied here."""
    environment, slug, base = span.environment, span.slug, span.began.commit
    moved: list[Moved] = []
    while base is not None and len(moved) < LONGEST_WAY:
        merge = history.brought(ports, environment, slug, base)
        folder, _ = releases.examine(shelf.at(ports, environment, slug, base))
        if merge is None or folder is None:
            break
        one = _moved(ports, environment, slug, merge, folder, rehearsed, span.began.commit)
        asked = 0 if moved else span.began.approvals_needed.get(slug, 0)
        moved.append(replace(one, needed=max(one.needed, asked)))
        source = folder.release.spec.promoted_from
        if source is None:
            break
        environment = source.environment
        base = _had(ports, environment, slug, merge.sha, source.release)
    return tuple(moved)


def _had(ports: Ports, environment: str, slug: str, base: str, release: str) -> str | None:
    """The newest commit up to ``base`` at which an environment had a release."""
    for move in history.moves(ports, environment, slug, base):
        if move.folder.release.digest == release:
            return move.merge.sha
    return None


def _moved(
    ports: Ports,
    environment: str,
    slug: str,
    merge: Commit,
    folder: Folder,
    rehearsed: bool,
    until: str | None,
) -> Moved:
    proposal = history.proposal(ports, merge, layout.release_folder(environment, slug))
    spans = replay.spans(ports.ledger.receipts(environment, rehearsed))
    mine = [span for span in spans if span.slug == slug and _agrees(folder, span)]
    return Moved(
        environment=environment,
        movement=folder.evidence.movement,
        generation=folder.release.spec.generation,
        commit=merge.sha,
        when=merge.time,
        proposer=f"{proposal.author} <{proposal.author_email}>" if proposal else "",
        merged=approvals.approval(merge),
        approvals=approvals.counted(ports, environment, slug, merge.sha, until=until),
        needed=folder.evidence.approvals_needed,
        alone=proposal is not None and proposal.author_email == merge.committer_email,
        evidence=releases.evidence_digest(folder.files),
        reason=folder.evidence.reason,
        served_since=mine[0].since if mine else None,
    )


def _trained(folder: Folder | None) -> datetime | None:
    if folder is None or folder.evidence.trained is None:
        return None
    return replay.instant(folder.evidence.trained.finished_at)
