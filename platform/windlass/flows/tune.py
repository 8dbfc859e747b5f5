"""Run a search: each trial in a folder of its own, as many at once as the search says, then what was chosen and the table.

A trial that ended well is kept under the digest of all that it ran on, so that a run which was stopped goes on where it was, and
a search with another objective or more trials tries only what is new. What failed is tried again by the next run.
"""

import json
import math
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from windlass.engine import tuning
from windlass.engine.lower import names
from windlass.model.failure import Findings
from windlass.model.trial import Trial
from windlass.model.workload import Search
from windlass.model.workload.search import BEST, PLAN, TABLE
from windlass.ports import Files, Progress, TrialFolders

PARAMS = "params.json"
SHOWN, TAIL = 3, 16_384
"""How many failed trials are named, and how many characters of the first one's output are shown."""


def planned(files: Files, folder: Path) -> Search:
    """The search of a folder. Raises `Findings` (WL300) where there is none."""
    try:
        written = json.loads(files.read(folder / PLAN) or b"null")
        return Search.model_validate({key: value for key, value in written.items() if key != "_"})
    except (AttributeError, ValueError, ValidationError) as error:
        message = f"there is no search in `{folder}`: no `{PLAN}` that Windlass wrote"
        hint = "`tuning:` in a model's spec asks for one, and `windlass lock` writes it"
        raise Findings.one("WL300", message, hint) from error


def tune(folders: TrialFolders, files: Files, progress: Progress, folder: Path, search: Search) -> str:
    """Every trial that is not known, and what comes of all; the table. Raises `Findings` (WL501) where more trials fail than
    the search allows, or all."""
    folders.clear()
    run = _run(folders, files, folder, search)
    done = run.all(progress)
    best = tuning.chosen(search, done)
    if best is None or tuning.failed(search, done) > search.max_failed_trials:
        # as the code printed it: whoever called us finds the traceback in it
        progress.note(run.said(min(number for number, made in done.items() if made.outcome == "failed")))
        raise run.failed(done)
    table = tuning.table(search, done, best)
    files.write(folder / TABLE, table)
    files.write(folder / BEST, tuning.point(search, best))
    return table.decode()


def trial(folders: TrialFolders, files: Files, progress: Progress, folder: Path, search: Search, number: int) -> Trial:
    """One trial, recorded also where it fails: somebody else counts. Raises `Findings` (WL300) for a number that there is
    not."""
    if not 1 <= number <= len(search.trials):
        raise Findings.one("WL300", f"there is no trial {number}", f"they are numbered from 1 to {len(search.trials)}")
    run = _run(folders, files, folder, search)
    made, known = run.known(number), True
    if made is None or made.outcome == "failed":
        made, known = run.one(number), False
        files.write(run.record(number), made.model_dump_json(by_alias=True).encode())
    progress.note(f"  {tuning.row(search, number, made, known)}")
    if made.outcome == "failed":
        progress.note(run.said(number))
    return made


def records(folders: TrialFolders, files: Files, folder: Path, search: Search) -> dict[int, Path]:
    """Where the result of each trial is kept; its name says all that it runs on. What lies there is believed."""
    run = _run(folders, files, folder, search)
    return {number: run.record(number) for number in range(1, len(search.trials) + 1)}


def result(files: Files, place: Path) -> Trial | None:
    """What is kept of a trial, if it can be read."""
    try:
        return Trial.model_validate_json(files.read(place) or b"")
    except ValidationError:
        return None


def _run(folders: TrialFolders, files: Files, folder: Path, search: Search) -> "_Run":
    """A search with what every trial runs on besides its point: parameters and the content of what its stages read."""
    params = json.loads(files.read(folder / PARAMS) or b"{}")
    params.pop("_", None)
    given = params, {dep: folders.md5(folder / dep) for dep in tuning.reads(search)}
    return _Run(folders, files, folder, search, given)


@dataclass(frozen=True, slots=True)
class _Run:
    """One search in one folder. ``given`` are parameters and content of what its trials run on."""

    folders: TrialFolders
    files: Files
    folder: Path
    search: Search
    given: tuple[Mapping[str, Any], Mapping[str, str | None]]

    def all(self, progress: Progress) -> dict[int, Trial]:
        """All that count, known or run now, or as many as end by the time that too many failed."""
        numbers = range(1, len(self.search.trials) + 1)
        done = {number: made for number in numbers if (made := self.known(number)) is not None}
        for number, made in done.items():
            progress.note(f"  {tuning.row(self.search, number, made, kept=True)}")
        waiting = iter([number for number in numbers if number not in done])
        with ThreadPoolExecutor(self.search.parallel_trials) as pool:
            running: dict[Future[Trial], int] = {}
            while True:
                while len(running) < self.search.parallel_trials:
                    following = self._next(waiting, done)
                    if following is None:
                        break
                    running[pool.submit(self.one, following, self.search.parallel_trials)] = following
                if not running:
                    return done
                for ended in wait(running, return_when=FIRST_COMPLETED).done:
                    number = running.pop(ended)
                    done[number] = made = ended.result()
                    if made.outcome == "ran":
                        self.files.write(self.record(number), made.model_dump_json(by_alias=True).encode())
                    progress.note(f"  {tuning.row(self.search, number, made, kept=False)}")

    def one(self, number: int, beside: int = 1) -> Trial:
        """Run the stages of a trial, one after the other, while others run ``beside`` it."""
        log = self._log(number)
        self.files.remove(log)
        base, here = self._frame()
        place = self.folders.lay(self._name(number), self._copies(base, here), self._parents(here))
        folder = place / here
        self.files.write(folder / BEST, tuning.point(self.search, number))
        try:
            for stage in self.search.stages:
                if status := self.folders.run(stage.command, folder, log, beside):
                    return Trial(outcome="failed", reason=f"`{stage.command}` ended with exit code {status}")
            return self._measured(folder)
        finally:
            self.files.remove(place)

    def known(self, number: int) -> Trial | None:
        """How a trial ended before, on just this."""
        return result(self.files, self.record(number))

    def record(self, number: int) -> Path:
        """Where the result of a trial is kept."""
        return self.folders.root / f"{self._name(number)}.json"

    def said(self, number: int) -> str:
        """The last of what a trial printed, its paths as those of the folder that the search runs in."""
        base, _ = self._frame()
        text = (self.files.read(self._log(number)) or b"").decode(errors="replace")[-TAIL:]
        return text.replace(str(self.folders.root / "folders" / self._name(number)), str(base))

    def failed(self, done: Mapping[int, Trial]) -> Findings:
        """Which trials failed."""
        wrong = {number: made for number, made in sorted(done.items()) if made.outcome == "failed"}
        message = f"{len(wrong)} of {len(self.search.trials)} trials failed, {self.search.max_failed_trials} may"
        told = "; ".join(f"trial {number}: {made.reason}" for number, made in list(wrong.items())[:SHOWN])
        return Findings.one("WL501", message, f"{told}; what ended well is kept")

    def _next(self, waiting: Iterator[int], done: Mapping[int, Trial]) -> int | None:
        """The trial to begin now; None where none is left, none after it would count, or too many failed."""
        if tuning.failed(self.search, done) > self.search.max_failed_trials:
            return None
        number = next(waiting, None)
        return None if number is None or number > tuning.last(self.search, done) else number

    def _measured(self, folder: Path) -> Trial:
        objective = self.search.objective
        try:
            written = json.loads(self.files.read(folder / objective.path) or b"null")
        except ValueError:
            return Trial(outcome="failed", reason=f"`{objective.path}` is no JSON")
        found = {name: value for name, value in tuning.numbers(written) if math.isfinite(value)}
        if objective.metric not in found:
            return Trial(outcome="failed", reason=f"`{objective.path}` has no number `{objective.metric}`")
        return Trial(outcome="ran", metrics=found)

    def _copies(self, base: Path, here: str) -> dict[str, Path]:
        relative = [names.joined(here, path) for path in (*tuning.reads(self.search), PARAMS)]
        return {path: base / path for path in relative}

    def _parents(self, here: str) -> list[str]:
        outs = [names.joined(here, out) for stage in self.search.stages for out in stage.outs]
        return sorted({here, *(out.rpartition("/")[0] for out in outs)})

    def _frame(self) -> tuple[Path, str]:
        """The folder above everything that a trial reads or writes, and where this folder is in it."""
        paths = (*tuning.reads(self.search), *(out for stage in self.search.stages for out in stage.outs))
        up = max((names.joined("", path).split("/").count("..") for path in paths), default=0)
        base = self.folder.parents[up - 1] if up else self.folder
        return base, self.folder.relative_to(base).as_posix() if up else ""

    def _log(self, number: int) -> Path:
        return self.folders.root / f"{self._name(number)}.log"

    def _name(self, number: int) -> str:
        params, deps = self.given
        return tuning.key(self.search, number, params, deps)
