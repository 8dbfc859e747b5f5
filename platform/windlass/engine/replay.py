"""The ledger read as a story: which release each model served from when to when, and what served at a given second."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from windlass.model.receipt import Receipt, Served


@dataclass(frozen=True, slots=True)
class Span:
    """One model served one release. ``since`` is when the apply that began it ended; ``until`` is None while it lasts.
    ``began`` is that apply's receipt, ``last`` the newest one that still told the same."""

    environment: str
    slug: str
    served: Served
    since: datetime
    until: datetime | None
    began: Receipt
    last: Receipt


def spans(receipts: Sequence[Receipt]) -> tuple[Span, ...]:
    """The spans of one ledger in the order in which they began. Order is that of the chain, never of the clocks."""
    open_: dict[str, Span] = {}
    done: list[Span] = []
    for receipt in receipts:
        when = instant(receipt.finished_at)
        ended = [slug for slug, span in open_.items() if _state(receipt.served.get(slug)) != _state(span.served)]
        done += [replace(open_.pop(slug), until=when) for slug in ended]
        for slug, served in receipt.served.items():
            if slug in open_:
                open_[slug] = replace(open_[slug], last=receipt)
            else:
                open_[slug] = Span(receipt.environment, slug, served, when, None, receipt, receipt)
    found = [*done, *open_.values()]
    return tuple(sorted(found, key=lambda span: (span.began.number, span.slug)))


def at(receipts: Sequence[Receipt], when: datetime) -> Receipt | None:
    """The last receipt that was complete at an instant: what it says was served then."""
    return next((one for one in reversed(receipts) if instant(one.finished_at) <= when), None)


def under_way(receipts: Sequence[Receipt], when: datetime) -> Receipt | None:
    """The apply that was at work at an instant, if any: what served then was changing."""
    return next((one for one in receipts if instant(one.started_at) < when < instant(one.finished_at)), None)


def serving(receipts: Sequence[Receipt], slug: str, release: str) -> Span | None:
    """The open span in which a model serves a release healthily, seen as one even where an apply relabelled it."""
    mine = [span for span in spans(receipts) if span.slug == slug]
    if not mine or mine[-1].until is not None or not _well(mine[-1], release):
        return None
    first = mine[-1]
    for span in reversed(mine[:-1]):
        if not _well(span, release) or span.until != first.since:
            break
        first = span
    return replace(mine[-1], since=first.since, began=first.began)


def instant(text: str) -> datetime:
    """An RFC 3339 time in UTC. Raises ValueError where it is none, or where it has no offset."""
    words = text.strip().removesuffix(" UTC")
    when = datetime.fromisoformat(words + "Z" if words != text.strip() else words)
    if when.tzinfo is None:
        raise ValueError("a time without an offset means another second in every country")
    return when.astimezone(UTC)


def _well(span: Span, release: str) -> bool:
    return span.served.healthy and span.served.release == release


def _state(served: Served | None) -> tuple[str, int, bool] | None:
    return (served.release, served.generation, served.healthy) if served else None
