"""Runs stages where nothing stays: the cache is only of this one process, and DVC's remote, a part of the store, has the rest.

What a stage reads comes from there, what it makes goes there, and so does DVC's cache of runs. DVC itself moves the bytes, so
that every kind of remote which it knows is one of ours.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from windlass.adapters.dvc_runner import DvcRunner
from windlass.engine import dvclock
from windlass.model.failure import World
from windlass.model.workload import EnvEntry, Pipeline, Step
from windlass.ports import Progress, StageResult


class DvcRemoteRunner(DvcRunner):
    """`ports.RemoteRunner`. ``remote`` is an address as DVC writes it: a folder, a bucket, which ``endpoint`` keeps."""

    def __init__(self, work: Path, cache: Path, progress: Progress, remote: str, endpoint: str | None = None) -> None:
        super().__init__(work, cache, progress)
        self._remote, self._endpoint = remote, endpoint

    def holds(self, md5: str) -> bool:
        """Whether the cache or the remote has the whole content; then the cache has it."""
        if not super().holds(md5):
            self._move({"do": "fetch", "md5s": [md5]})
        return super().holds(md5)

    def read(self, md5: str) -> bytes | None:
        """A file's bytes."""
        return super().read(md5) if self.holds(md5) else None

    def restore(self, md5: str, path: Path) -> None:
        """Put content at a path. Raises `World` (WL552) where neither the cache nor the remote has it."""
        if self.md5(path) == md5:
            return
        if not self.holds(md5):
            hint = "`windlass step upload` brings what this machine has; a run whose results are gone must begin again"
            raise World.one("WL552", f"the store's remote at `{self._remote}` does not have {md5}", hint)
        super().restore(md5, path)

    def push(self, md5s: Iterable[str]) -> None:
        """Copy contents of the cache to the remote."""
        self._move({"do": "push", "md5s": list(md5s), "target": None})

    def run(
        self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str], anew: bool = False
    ) -> StageResult:
        """Run, and push what a stage made before anybody is told that it ran."""
        result = super().run(pipeline, step, python, env, anew)
        if step.kind == "stage":
            made = list(dvclock.parse(result.lock)[step.name].outs.values())
            self._move({"do": "push", "md5s": made, "target": self._request(pipeline, step)["target"]})
        return result

    def _move(self, request: dict[str, Any]) -> None:
        what, process = request["do"], self._started()
        process.send(request)
        answer, output = process.receive(self._work / "logs" / f"{what}.log", self._progress.output)
        if answer["outcome"] == "broken":
            message = f"DVC could not {what} with the remote at `{self._remote}`: {answer['reason']}"
            raise World.one("WL504", message, "run the same command again; what was finished is kept", output=output)

    def _config(self) -> str:
        # ConfigObj, which DVC reads it with, takes what stands in quotes as it is
        told = f'{super()._config()}    remote = store\n[\'remote "store"\']\n    url = "{self._remote}"\n'
        return told + (f'    endpointurl = "{self._endpoint}"\n' if self._endpoint else "")

    def _request(self, pipeline: Pipeline, step: Step) -> dict[str, Any]:
        return {**super()._request(pipeline, step), "pull": True}

    def _variable(self, entry: EnvEntry) -> str:
        """The cluster has filled in what is declared, secrets too."""
        return entry.name
