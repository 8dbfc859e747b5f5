"""A ledger for those who may not write git: what is appended goes to a file, for somebody else to record."""

import json
from pathlib import Path

from windlass.model.receipt import Receipt
from windlass.ports import Files, Ledger


class ReceiptFile:
    """`ports.Ledger` that reads another one and writes one file."""

    def __init__(self, ledger: Ledger, files: Files, path: Path) -> None:
        self._ledger, self._files, self._path = ledger, files, path

    def receipts(self, environment: str, rehearsed: bool) -> tuple[Receipt, ...]:
        """Those of the other one."""
        return self._ledger.receipts(environment, rehearsed)

    def append(self, receipt: Receipt) -> Receipt:
        """Write it as it is: whoever records it numbers and chains it."""
        text = json.dumps(receipt.stated(), sort_keys=True, indent=2)
        self._files.write(self._path, text.encode() + b"\n")
        return receipt

    def send(self, environment: str, rehearsed: bool) -> None:
        """Nothing is only here."""

    def rewritten(self, environment: str, rehearsed: bool) -> tuple[str, ...]:
        """As the other one says."""
        return self._ledger.rewritten(environment, rehearsed)
