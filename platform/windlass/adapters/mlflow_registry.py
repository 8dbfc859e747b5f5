"""MLflow on SQLite as the model registry: a projection of the store that any MLflow user can open.

One experiment per ``team/model``, one run per inputs digest, one logged model and one version per model digest. `ensure`
walks through them in small steps that each find what an earlier, killed attempt made; `point` is called after each.
"""

import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from windlass.adapters import mlflow_reading, mlflow_worker, mlmodel
from windlass.adapters.files import trouble
from windlass.adapters.worker import Worker
from windlass.engine.lower import tracking
from windlass.model import digests, layout
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World

INPUTS = tracking.INPUTS
NOT_A_TAG = ("lock", "contract")
"""Keys of ``extra`` whose text goes into files beside the model instead."""


class MlflowRegistry:
    """`ports.Registry`. The database is `.windlass/mlflow.db`, its artifacts lie in `.windlass/mlflow/`."""

    def __init__(self, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        self._state = root / layout.STATE
        self._database = self._state / "mlflow.db"
        self._artifacts = self._state / "mlflow"
        self._point = point
        self._worker: Worker | None = None

    def warm(self) -> None:
        """Start the worker: it imports MLflow and makes the database while others work."""
        if self._worker is None:
            self._state.mkdir(parents=True, exist_ok=True)
            environment = _environment(self._database, self._artifacts)
            self._worker = Worker(Path(sys.executable), mlflow_worker.__file__, environment, "registry", self._state)

    def ensure(self, candidate: Candidate, pin: ModelPin, folder: Path, extra: Mapping[str, str]) -> str:
        """The version that holds these bytes. ``extra`` are more tags, except ``lock`` (requirements) and ``contract`` (JSON),
        which go into the files beside the model.
        """
        known = mlflow_reading.version(self._database, pin.registry, pin.digest)
        if known is not None:
            return known
        mlmodel.trusted_types(folder / mlmodel.model_file(folder))  # what is no model leaves no run behind
        with self._alone():
            self._ask("close", keep=candidate.inputs)
            tags = {key: value for key, value in extra.items() if key not in NOT_A_TAG} | _tags(candidate, pin)
            run = self._run(candidate, tags)
            self._point("register.run")
            model = self._ask("model", experiment=run["experiment"], run=run["run"], digest=pin.digest, tags=tags)
            self._point("register.model")
            self._upload(candidate, folder, extra, run, model)
            self._point("register.artifacts")
            names = {"name": pin.registry, "digest": pin.digest}
            made = self._ask("version", run=run["run"], model=model["model"], tags=tags, **names)
            self._point("register.version")
            self._ask("finish", run=run["run"], ended=_millis(candidate.finished_at))
            self._point("register.finished")
        return str(made["version"])

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """Read without MLflow."""
        return mlflow_reading.aliases(self._database, names)

    def versions(self, name: str) -> dict[str, str]:
        """Read without MLflow."""
        return mlflow_reading.versions(self._database, name)

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

    def _run(self, candidate: Candidate, tags: Mapping[str, str]) -> dict[str, Any]:
        return self._ask(
            "run",
            experiment=candidate.slug,
            artifacts=(self._artifacts / candidate.team / candidate.model_name).as_uri(),
            name=f"{candidate.team}-{candidate.model_name}-{digests.short(candidate.inputs, 10)}",
            started=_millis(candidate.started_at),
            params={_key(key): str(value)[:6000] for key, value in flat(candidate.params).items()},
            metrics={_key(key): float(value) for key, value in flat(candidate.metrics).items() if _number(value)},
            tags={**tags, INPUTS: candidate.inputs},
        )

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
            raise trouble(self._artifacts, error, "written") from error

    def _ask(self, do: str, **request: Any) -> dict[str, Any]:
        self.warm()
        assert self._worker is not None
        answer = self._worker.ask({"do": do, **request})
        if "error" in answer:
            hint = (
                "run the same command again; if that does not help, move `.windlass/mlflow.db` away: it is built again"
            )
            raise World.one("WL520", f"MLflow could not do `{do}`: {answer['error']}", hint, output=self._worker.said())
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


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values under dotted names. A metric of a slice is ``f1.digit.7``: metric, grouping, value."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        if key == "slices" and not prefix and isinstance(value, Mapping):
            for grouping, parts in value.items():
                for part, metrics in parts.items():
                    found |= {f"{metric}.{grouping}.{part}": number for metric, number in metrics.items()}
        elif isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _tags(candidate: Candidate, pin: ModelPin) -> dict[str, str]:
    tags = {**tracking.tags(pin, candidate.inputs, candidate.data), "windlass.tool": candidate.tool}
    optional = {"windlass.code": candidate.code, "windlass.lock": candidate.lock, "windlass.commit": candidate.commit}
    tags |= {"mlflow.source.git.commit": candidate.commit} if candidate.commit else {}
    if candidate.dirty:
        tags["windlass.dirty"] = "true"
    return tags | {key: value for key, value in optional.items() if value}


def _environment(database: Path, artifacts: Path) -> dict[str, str]:
    cache = os.environ.get("WINDLASS_CACHE") or Path(
        os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "windlass"
    )
    kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    ours = {"DB": database, "ARTIFACTS": artifacts, "TEMPLATES": Path(cache, "mlflow")}
    quiet = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "GIT_PYTHON_REFRESH": "quiet"}
    return {**kept, **quiet, **{f"WINDLASS_MLFLOW_{key}": str(value) for key, value in ours.items()}}


def _key(name: str) -> str:
    """MLflow takes letters, digits and ``_-. :/`` in names."""
    return re.sub(r"[^\w\-. :/]", "_", name)[:250]


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _json(text: str | None) -> dict[str, Any] | None:
    import json

    return json.loads(text) if text else None


def _millis(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
