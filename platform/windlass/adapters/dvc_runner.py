"""Runs stages through DVC: the parent's side. One worker process per work folder, started on first need."""

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from windlass.adapters import declared
from windlass.adapters.dvc_cache import DvcCache
from windlass.adapters.dvc_process import DvcProcess, ended
from windlass.adapters.files import trouble
from windlass.engine import trace
from windlass.model.failure import Exit, Findings, World
from windlass.model.workload import EnvEntry, Pipeline, Step
from windlass.ports import Progress, StageResult

FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "DVC_")
"""Variables of our own process that would reach into the team's."""

ROW = "  trial "
"""How a line of `windlass tune` begins that tells of a trial."""


class DvcRunner:
    """`ports.StageRunner` over a work folder, which it makes a DVC repository that uses the cache folder."""

    def __init__(self, work: Path, cache: Path, progress: Progress) -> None:
        self._work = work.absolute()
        self._progress = progress
        self._cache = DvcCache(cache)
        self._cache_folder = cache.absolute()
        self._process: DvcProcess | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        """End the worker and all that it started."""
        if self._process is not None:
            self._process.close()
            self._process = None

    def warm(self) -> None:
        """Start the worker, which then imports DVC on its own time."""
        self._started().send({"do": "warm"})

    def md5(self, path: Path) -> str | None:
        """What DVC calls this content."""
        return self._cache.md5(path)

    def holds(self, md5: str) -> bool:
        """Whether the cache has the whole content."""
        return self._cache.holds(md5)

    def read(self, md5: str) -> bytes | None:
        """A file's bytes from the cache."""
        return self._cache.read(md5)

    def restore(self, md5: str, path: Path) -> None:
        """Put content from the cache at a path."""
        self._cache.restore(md5, path)

    def run(
        self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str], anew: bool = False
    ) -> StageResult:
        """Run a stage or the tests, its output shown as it comes. Raises `Findings`: WL501 (the code failed), WL502 (the
        tests did), WL503 (a declared output is not there); `World`: WL504 (DVC or its process broke down)."""
        began = time.monotonic()
        folder = self._work / pipeline.folder
        request = {**self._request(pipeline, step), "env": self._environment(pipeline, step, python, env), "anew": anew}
        process = self._started()
        process.send(request)
        log = self._work / "logs" / pipeline.purpose / f"{step.name}.log"
        answer, output = process.receive(log, self._rows if step.search else self._progress.output)
        self._judge(answer, output, pipeline, step, log)
        lock = folder / "dvc.lock"
        text = lock.read_bytes() if lock.is_file() else b""
        return StageResult(str(answer["outcome"]), time.monotonic() - began, text)

    def _request(self, pipeline: Pipeline, step: Step) -> dict[str, Any]:
        if step.kind == "stage":
            return {"do": "stage", "target": f"{pipeline.folder}/dvc.yaml:{step.name}"}
        return {"do": "shell", "command": step.command, "folder": str(self._work / pipeline.folder)}

    def _judge(self, answer: Mapping[str, Any], output: str, pipeline: Pipeline, step: Step, log: Path) -> None:
        what = f"`{step.name}` of {pipeline.slug}"
        if step.search and answer.get("status") == Exit.WORLD:
            # the search itself was stopped, by no code of the team
            again = "run the same command again; trials that ended are kept"
            raise World.one("WL504", f"{what} met trouble that is not its own", again, output=output)
        if answer["outcome"] == "failed":
            code, kind = ("WL501", "stage") if step.kind == "stage" else ("WL502", "step")
            place = trace.last_place(output, str(self._work))
            raise Findings.one(
                code,
                f"{kind} {what} failed: `{step.command}` {ended(int(answer['status']))}",
                f"all of its output: {os.path.relpath(log)}; what ran before it is kept",
                place,
                output=trace.trimmed(output, str(self._work)),
            )
        if answer["outcome"] == "wrong":
            raise Findings.one(
                "WL503", f"stage {what}: {answer['reason']}", "write what the spec declares, or declare it"
            )
        if answer["outcome"] == "broken":
            raise World.one("WL504", f"DVC could not run {what}: {answer['reason']}", "run the same command again")

    def _environment(self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str]) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        profile = next(profile for profile in pipeline.profiles if profile.name == step.profile)
        return {
            **own,
            **self._settings(),
            "PATH": os.pathsep.join((*_first(step, python), own.get("PATH", os.defpath))),
            "VIRTUAL_ENV": str(python.parent.parent),
            "SHELL": "/bin/sh",
            # Bytecode beside the code would change the content of folders that stages depend on.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            **declared.values(profile.env, pipeline.slug, self._variable),
            **env,
        }

    def _variable(self, entry: EnvEntry) -> str:
        return entry.variable

    def _rows(self, text: str) -> None:
        """Show each trial of a search when it ends; what else is printed is output like any other."""
        for line in text.splitlines(keepends=True):
            if line.startswith(ROW):
                self._progress.note(line.rstrip())
            else:
                self._progress.output(line)

    def _settings(self) -> dict[str, str]:
        return {
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self._work / ".dvc" / "site"),
            "GIT_PYTHON_REFRESH": "quiet",
        }

    def _started(self) -> DvcProcess:
        if self._process is None:
            self._prepare()
            self._process = DvcProcess(self._work, {**os.environ, **self._settings()})
        return self._process

    def _prepare(self) -> None:
        """Make the work folder a DVC repository without git. What a killed worker left of DVC's own locks goes."""
        home = self._work / ".dvc"
        try:
            home.mkdir(parents=True, exist_ok=True)
            (home / "tmp" / "rwlock").unlink(missing_ok=True)
            (home / "config").write_text(self._config())
        except OSError as error:
            raise trouble(home, error, "written") from error

    def _config(self) -> str:
        """DVC's own configuration; its part `core` comes last."""
        cache = os.path.relpath(self._cache_folder, self._work / ".dvc")
        core = "[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n"
        return f"[cache]\n    dir = {cache}\n{core}"


def _first(step: Step, python: Path) -> tuple[str, ...]:
    """The folders that come first on PATH: the model's interpreter, and where a search's own command is."""
    return (str(python.parent), *([str(Path(sys.executable).parent)] if step.search else []))
