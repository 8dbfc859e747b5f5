"""The way of one model into an MLflow, whichever: one experiment per ``team/model``, one run per inputs digest, one logged model
and one version per model digest.

`ensure` walks through it in small steps that each find what an earlier, killed attempt made; `point` is called after each.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from windlass.adapters import mlflow_facts as facts
from windlass.adapters import mlflow_worker, mlmodel
from windlass.adapters.files import trouble
from windlass.adapters.worker import Worker
from windlass.model import layout
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World

NOT_A_TAG = ("lock", "contract")
"""Keys of ``extra`` whose text goes into files beside the model instead."""
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "GIT_PYTHON_REFRESH": "quiet"}


class MlflowSteps(ABC):
    """`ports.Registry`, but for where the registry is and how it is read. ``root`` is a folder to work in."""

    def __init__(self, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        self._state = root / layout.STATE
        self._point = point
        self._worker: Worker | None = None

    def warm(self) -> None:
        """Start the worker: it imports MLflow while others work."""
        if self._worker is None:
            self._state.mkdir(parents=True, exist_ok=True)
            environment = {**QUIET, **self._surroundings()}
            self._worker = Worker(Path(sys.executable), mlflow_worker.__file__, environment, "registry", self._state)

    def ensure(self, candidate: Candidate, pin: ModelPin, folder: Path, extra: Mapping[str, str]) -> str:
        """The version that holds these bytes. ``extra`` are more tags, except ``lock`` (requirements) and ``contract`` (JSON),
        which go into the files beside the model.
        """
        known = self._whole(pin)
        if known is not None:
            return known
        mlmodel.trusted_types(folder / mlmodel.model_file(folder))  # what is no model leaves no run behind
        with self._alone():
            tags = {key: value for key, value in extra.items() if key not in NOT_A_TAG} | facts.tags(candidate, pin)
            run = self._ask("run", artifacts=self._artifacts(candidate), **facts.run(candidate, tags))
            self._point("register.run")
            model = self._ask("model", experiment=run["experiment"], run=run["run"], digest=pin.digest, tags=tags)
            self._keeps(model["location"])
            self._point("register.model")
            self._upload(candidate, folder, extra, run, model)
            self._point("register.artifacts")
            names = {"name": pin.registry, "digest": pin.digest}
            made = self._ask("version", run=run["run"], model=model["model"], tags=tags, **names)
            self._point("register.version")
            self._ask("finish", run=run["run"], ended=facts.millis(candidate.finished_at))
            self._point("register.finished")
        return str(made["version"])

    @abstractmethod
    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """See the port."""

    @abstractmethod
    def versions(self, name: str) -> dict[str, str]:
        """See the port."""

    def set_alias(self, name: str, alias: str, model_digest: str) -> str:
        """Point an alias at the version that holds a digest; the version. Left alone where it points there already."""
        now = self.aliases([name]).get(name, {}).get(alias)
        if now is not None and now[1] == model_digest:
            return now[0]
        version = self._ask("alias", name=name, alias=alias, digest=model_digest)["version"]
        if version is None:
            hint = "run the same command again: the registry is built again from the store"
            raise World.one("WL526", f"the registry has no version of {name} with {model_digest}", hint)
        self._point("register.alias")
        return str(version)

    def drop_alias(self, name: str, alias: str) -> None:
        """Remove an alias; absent is fine."""
        if alias in self.aliases([name]).get(name, {}):
            self._ask("drop", name=name, alias=alias)

    def close(self) -> None:
        """End the worker."""
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    @abstractmethod
    def _surroundings(self) -> Mapping[str, str]:
        """The variables of the worker."""

    @abstractmethod
    def _whole(self, pin: ModelPin) -> str | None:
        """The version that holds these bytes, if it was registered to the end and its files are still there."""

    @abstractmethod
    def _artifacts(self, candidate: Candidate) -> str | None:
        """Where a new experiment keeps its artifacts; None where that is for the registry to say."""

    @abstractmethod
    def _keeps(self, location: str) -> None:
        """Raise `World` where a model's files would not be kept there."""

    @abstractmethod
    def _trouble(self, do: str, error: str, said: str) -> World:
        """What to say of a step that MLflow could not do."""

    def _upload(
        self,
        candidate: Candidate,
        folder: Path,
        extra: Mapping[str, str],
        run: Mapping[str, Any],
        model: Mapping[str, Any],
    ) -> None:
        """The model's own bytes and what MLflow wants beside them, from a folder of links."""
        ids = {"model_id": model["model"], "run_id": run["run"], "location": model["location"]}
        ids |= {"mlflow_version": run["mlflow"], "created": candidate.finished_at}
        try:
            contract = _json(extra.get("contract"))
            beside = mlmodel.files(folder, candidate.python, extra.get("lock", ""), contract, ids)
            with tempfile.TemporaryDirectory(dir=self._state, prefix="register-") as place:
                stage = Path(place, "model")
                shutil.copytree(folder, stage, copy_function=_link)
                for name, data in beside.items():
                    (stage / name).unlink(missing_ok=True)
                    (stage / name).write_bytes(data)
                self._ask("upload", model=model["model"], folder=str(stage))
        except OSError as error:
            raise trouble(self._state, error, "written") from error

    def _ask(self, do: str, **request: Any) -> dict[str, Any]:
        self.warm()
        assert self._worker is not None
        answer = self._worker.ask({"do": do, **request})
        if "error" in answer:
            raise self._trouble(do, answer["error"], self._worker.said())
        return answer

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One registration at a time in this repository, whatever the environment: two of one digest would make two
        versions.
        """
        path = self._state / "locks" / "mlflow.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            for left in self._state.glob("register-*"):  # by a killed process: nobody else is here
                shutil.rmtree(left, ignore_errors=True)
            yield


def _json(text: str | None) -> dict[str, Any] | None:
    import json

    return json.loads(text) if text else None


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
