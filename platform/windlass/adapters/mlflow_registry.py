"""MLflow on SQLite as the model registry: a projection of the store that any MLflow user can open."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from windlass.adapters import mlflow_reading
from windlass.adapters.mlflow_steps import MlflowSteps
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World


class MlflowRegistry(MlflowSteps):
    """`ports.Registry`. The database is `.windlass/mlflow.db`, its artifacts lie in `.windlass/mlflow/`."""

    def __init__(self, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        super().__init__(root, point)
        self._database = self._state / "mlflow.db"
        self._folder = self._state / "mlflow"

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """Read without MLflow."""
        return mlflow_reading.aliases(self._database, names)

    def versions(self, name: str) -> dict[str, str]:
        """Read without MLflow."""
        return mlflow_reading.versions(self._database, name)

    def _whole(self, pin: ModelPin) -> str | None:
        return mlflow_reading.version(self._database, pin.registry, pin.digest)

    def _artifacts(self, candidate: Candidate) -> str:
        return (self._folder / candidate.team / candidate.model_name).as_uri()

    def _keeps(self, location: str) -> None:
        """Our own folder does."""

    def _trouble(self, do: str, error: str, said: str) -> World:
        hint = "run the same command again; if that does not help, move `.windlass/mlflow.db` away: it is built again"
        return World.one("WL520", f"MLflow could not do `{do}`: {error}", hint, output=said)

    def _surroundings(self) -> dict[str, str]:
        cache = os.environ.get("WINDLASS_CACHE") or Path(
            os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "windlass"
        )
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
        ours = {"DB": self._database, "ARTIFACTS": self._folder, "TEMPLATES": Path(cache, "mlflow")}
        return {**kept, **{f"WINDLASS_MLFLOW_{key}": str(value) for key, value in ours.items()}}
