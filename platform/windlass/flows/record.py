"""The verb `record`: put a receipt that an apply left in a file into its environment's ledger."""

from pathlib import Path

from pydantic import ValidationError

from windlass.engine import ledger
from windlass.model.failure import Usage
from windlass.model.receipt import Receipt
from windlass.ports import Ports


def record(ports: Ports, path: Path) -> tuple[Receipt, bool]:
    """The receipt as the ledger has it, and whether it is new there. Raises `Usage` (WL616) where the file holds none."""
    data = ports.files.read(path)
    hint = "`windlass apply ENV --receipt FILE` writes one"
    if data is None:
        raise Usage.one("WL616", f"there is no receipt `{path.name}`", hint)
    try:
        receipt = Receipt.model_validate_json(data)
    except ValidationError as error:
        raise Usage.one("WL616", f"`{path.name}` is no receipt", hint) from error
    known = {ledger.entry(one): one for one in ports.ledger.receipts(receipt.environment, receipt.rehearsed)}
    if (told := known.get(ledger.entry(receipt))) is not None:
        ports.ledger.send(receipt.environment, receipt.rehearsed)
        return told, False
    return ports.ledger.append(receipt), True
