"""The ledger: one file and one commit per receipt on a branch of its own, or a folder under `.windlass/` for `local`.

Two machines may append at once. Whoever comes second is refused by the remote, links its receipts anew behind those of the
first, and pushes again. A remote that cannot be reached keeps nobody from working: the receipt stays on the local branch
and goes out with the next one.
"""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from windlass.adapters.git import CommandGit
from windlass.engine import ledger
from windlass.model import layout
from windlass.model.failure import Refused, World
from windlass.model.receipt import Receipt
from windlass.model.specs.environment import LOCAL
from windlass.ports import Files, Progress

FOLDER = "receipts"
LEDGER = "ledger"
TRIES = 8
MOVED = ("WL541", "WL544")
UNSIGNED = ("WL546", "WL547")


class BranchLedger:
    """`ports.Ledger` on git branches. ``progress`` hears of a remote that could not be reached."""

    def __init__(self, git: CommandGit, files: Files, progress: Progress | None = None) -> None:
        self._git = git
        self._files = files
        self._progress = progress
        self._fetched: dict[str, str | None] = {}
        self._known: dict[str, tuple[Receipt, ...]] = {}

    def receipts(self, environment: str, rehearsed: bool) -> tuple[Receipt, ...]:
        """All receipts. The remote is asked once per command; raises `Refused` (WL422) where one cannot be read."""
        if environment == LOCAL:
            return self._local()
        branch = layout.ledger_branch(environment, rehearsed)
        there = self._fetched[branch] if branch in self._fetched else self._there(branch)[0]
        base, pending = self._joined(self._git.tip(branch), there)
        return ledger.chain(self._read(base), pending)

    def append(self, receipt: Receipt) -> Receipt:
        """Link, store, push. Raises `World` where the remote refuses again and again; the receipt is kept here then."""
        if receipt.environment == LOCAL:
            return self._append_local(receipt)
        linked = self._again(layout.ledger_branch(receipt.environment, receipt.rehearsed), [receipt])
        told = ledger.entry(receipt)
        return next(one for one in linked if ledger.entry(one) == told)

    def send(self, environment: str, rehearsed: bool) -> None:
        """Push what is only here."""
        branch = layout.ledger_branch(environment, rehearsed)
        here = None if environment == LOCAL else self._git.tip(branch)
        if here is not None and self._git.has_remote() and here != self._git.fetched(branch):
            self._again(branch, [])

    def rewritten(self, environment: str, rehearsed: bool) -> tuple[str, ...]:
        """The commits that changed or removed a receipt after it was written: there should be none."""
        if environment == LOCAL:
            return ()
        branch = layout.ledger_branch(environment, rehearsed)
        tip = self._git.fetched(branch) or self._git.tip(branch)
        return self._git.changing(tip, FOLDER) if tip else ()

    def _again(self, branch: str, receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
        """Append until nobody was faster; the whole chain."""
        for _ in range(TRIES - 1):
            try:
                return self._append(branch, receipts)
            except World as failure:
                if failure.diagnostics[0].code not in MOVED:
                    raise
        return self._append(branch, receipts)

    def _append(self, branch: str, receipts: Sequence[Receipt]) -> tuple[Receipt, ...]:
        here = self._git.tip(branch)
        there, online = self._there(branch)
        base, pending = self._joined(here, there)
        known = self._read(base)
        new = (*pending, *ledger.missing((*known, *pending), receipts))
        linked = ledger.chain(known, new)
        tip = self._commit(base, linked[len(known) :])
        if tip is not None and tip != here:
            self._point("ledger.commit")
            self._git.move_branch(branch, tip, here)
            self._point("ledger.branch")
        if online:
            self._push(branch)
        return linked

    def _joined(self, here: str | None, there: str | None) -> tuple[str | None, tuple[Receipt, ...]]:
        """The commit to go on from, and the receipts that only this clone has and must link anew behind it."""
        if here is None or there is None:
            return here or there, ()
        if self._git.is_ancestor(there, here):
            return here, ()
        return there, ledger.missing(self._read(there), self._read(here))

    def _commit(self, parent: str | None, receipts: Sequence[Receipt]) -> str | None:
        for receipt in receipts:
            subject = f"{receipt.environment}: receipt {receipt.number:06d}, {receipt.outcome}"
            message = f"{subject}\n\nWindlass-Receipt: {receipt.digest}\nWindlass-Plan: {receipt.plan}\n"
            files: dict[str, bytes | None] = {f"{FOLDER}/{receipt.number:06d}.json": _bytes(receipt)}
            parent = self._write(parent, files, message)
        return parent

    def _write(self, parent: str | None, files: dict[str, bytes | None], message: str) -> str:
        """A receipt tells what has happened already, so it is written unsigned rather than not at all."""
        try:
            return self._git.write_commit(parent, files, message)
        except World as failure:
            if failure.diagnostics[0].code not in UNSIGNED:
                raise
            return self._git.write_commit(parent, files, message, sign=False)

    def _read(self, commit: str | None) -> tuple[Receipt, ...]:
        if commit is None:
            return ()
        if commit not in self._known:
            tree = self._git.tree(commit)
            found = (_parsed(path, tree.read(path)) for path in tree.walk(self._git.root / FOLDER))
            self._known[commit] = tuple(found)
        return self._known[commit]

    def _there(self, branch: str) -> tuple[str | None, bool]:
        """Where the remote's branch is, and whether the remote could be asked."""
        if not self._git.has_remote():
            return None, False
        online = True
        try:
            self._fetched[branch] = self._git.fetch(branch)
        except World as failure:
            self._say(failure, f"`{branch}` is taken as it was last fetched")
            self._fetched[branch], online = self._git.fetched(branch), False
        return self._fetched[branch], online

    def _push(self, branch: str) -> None:
        try:
            self._git.push(branch)
        except World as failure:
            if failure.diagnostics[0].code in MOVED:
                raise
            self._say(failure, "the receipt is kept on the local branch and goes out with the next one")

    def _point(self, name: str) -> None:
        if self._progress is not None:
            self._progress.point(name)

    def _say(self, failure: World, consequence: str) -> None:
        if self._progress is not None:
            self._progress.note(f"{failure.diagnostics[0].message}: {consequence}")

    def _local(self) -> tuple[Receipt, ...]:
        folder = self._git.root / layout.state(LOCAL, LEDGER)
        paths = [path for path in self._files.walk(folder) if path.suffix == ".json"]
        return tuple(_parsed(path, self._files.read(path)) for path in paths)

    def _append_local(self, receipt: Receipt) -> Receipt:
        known = self._local()
        linked = ledger.link(known[-1] if known else None, receipt)
        path = self._git.root / layout.state(LOCAL, LEDGER, f"{linked.number:06d}.json")
        self._files.write(path, _bytes(linked))
        return linked


def _bytes(receipt: Receipt) -> bytes:
    return json.dumps(receipt.stated(), indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def _parsed(path: Path, data: bytes | None) -> Receipt:
    try:
        return Receipt.model_validate_json(data or b"")
    except ValidationError as error:
        wrong = error.errors()[0]
        where = ".".join(str(part) for part in wrong["loc"])
        message = f"receipt {path.stem} of the ledger cannot be read: {where + ': ' if where else ''}{wrong['msg']}"
        hint = "it was not written by Windlass, or by a newer one"
        if path.parent.name == LEDGER:
            hint += f": `local` keeps it outside git, so move `{path.parent}` away and run the same command again"
        raise Refused.one("WL422", message, hint) from error
