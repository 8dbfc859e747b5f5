"""The chain of receipts: how an entry is linked to the one before, and where a chain is broken."""

from collections.abc import Iterable, Sequence

from windlass.model import digests
from windlass.model.diagnostic import Diagnostic
from windlass.model.receipt import Receipt


def link(previous: Receipt | None, receipt: Receipt) -> Receipt:
    """The receipt as the entry after ``previous``."""
    number = previous.number + 1 if previous else 1
    return receipt.model_copy(update={"number": number, "previous": previous.digest if previous else None})


def chain(base: Sequence[Receipt], more: Iterable[Receipt]) -> tuple[Receipt, ...]:
    """``base`` and then ``more``, linked anew."""
    linked = list(base)
    for receipt in more:
        linked.append(link(linked[-1] if linked else None, receipt))
    return tuple(linked)


def missing(base: Iterable[Receipt], others: Iterable[Receipt]) -> tuple[Receipt, ...]:
    """Those of ``others`` that ``base`` does not tell, wherever they stand in their own chain."""
    told = {entry(receipt) for receipt in base}
    return tuple(receipt for receipt in others if entry(receipt) not in told)


def entry(receipt: Receipt) -> str:
    """What the receipt says, apart from its place in a chain: the same after it is linked anew."""
    value = receipt.stated()
    value.pop("number")
    value.pop("previous", None)
    return digests.of_value(value)


def broken(receipts: Sequence[Receipt]) -> Diagnostic | None:
    """The first link that does not hold (WL422), if any."""
    before: Receipt | None = None
    for receipt in receipts:
        right = link(before, receipt)
        if receipt.number != right.number:
            return _finding(f"receipt {right.number:06d} is missing: {receipt.number:06d} stands in its place")
        if receipt.previous != right.previous:
            changed = (
                f"{before.number:06d} is not what {receipt.number:06d} was linked to" if before else "the first is not"
            )
            return _finding(f"receipt {changed}: it was changed after it was written")
        before = receipt
    return None


def _finding(message: str) -> Diagnostic:
    return Diagnostic(
        "WL422", message, None, "compare with another clone: the branch only ever grows, so one of them was changed"
    )
