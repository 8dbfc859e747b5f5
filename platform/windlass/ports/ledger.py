"""The receipts of environments."""

from typing import Protocol

from windlass.model.receipt import Receipt


class Ledger(Protocol):
    """The receipts of environments: a branch each, or a folder under `.windlass/` for `local`."""

    def receipts(self, environment: str, rehearsed: bool) -> tuple[Receipt, ...]:
        """All receipts, oldest first, from the remote where there is one."""
        ...

    def append(self, receipt: Receipt) -> Receipt:
        """Number and chain the receipt (its own ``number`` and ``previous`` are overwritten) and store it; push where
        there is a remote, with bounded retries: fetch, chain anew, push.
        """
        ...

    def send(self, environment: str, rehearsed: bool) -> None:
        """Push receipts that only this clone has, because a remote could not be reached or a command was killed. Nothing where
        there are none, or no remote."""
        ...

    def rewritten(self, environment: str, rehearsed: bool) -> tuple[str, ...]:
        """The commits that changed a receipt after it was written: there should be none."""
        ...
