"""A tracker of MLflow as the model registry: the same steps as on this machine, over the server's API.

Its keys stand in MLflow's own variables around us (`MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and
`MLFLOW_TRACKING_PASSWORD`) and are handed to MLflow's client alone. The server knows no key that is unique but an experiment's
name: of two versions that two processes make of one digest at once, the lower one stays.
"""

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from urllib.parse import urlparse

from windlass.adapters.mlflow_steps import MlflowSteps
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World

ADDRESS = "MLFLOW_TRACKING_URI"
OTHERS = (ADDRESS, "MLFLOW_REGISTRY_URI", "MLFLOW_RUN_ID", "MLFLOW_EXPERIMENT_ID", "MLFLOW_EXPERIMENT_NAME")
"""What MLflow would take from around it, and we say ourselves."""
PATIENCE = {"MLFLOW_HTTP_REQUEST_MAX_RETRIES": "3", "MLFLOW_HTTP_REQUEST_TIMEOUT": "60"}
"""Unless it is said otherwise: MLflow asks a server that is away for four minutes, and whoever waits asks again anyway."""
SECRETS = ("MLFLOW_TRACKING_PASSWORD", "MLFLOW_TRACKING_TOKEN")
CAUSE = re.compile(r"Caused by \w+\(.*?(?:: |, ')([^'\"]*)['\")]*\)*$", re.DOTALL)
LENGTH = 300


def named() -> str | None:
    """The address of the tracker that is named around us, as in the pods of a training; None where there is none."""
    address = os.environ.get(ADDRESS, "")
    return address if urlparse(address).scheme in ("http", "https") else None


class TrackerRegistry(MlflowSteps):
    """`ports.Registry` over the server at ``uri``. ``root`` is a folder to work in; nothing of the registry is kept there."""

    def __init__(self, uri: str, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        super().__init__(root, point)
        self._uri = uri

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """Asked of the server, some names at a time."""
        held = self._ask("aliases", names=sorted(set(names)))["aliases"]
        return {name: {alias: (one[0], one[1]) for alias, one in aliases.items()} for name, aliases in held.items()}

    def versions(self, name: str) -> dict[str, str]:
        """Asked of the server."""
        return dict(self._ask("versions", name=name)["versions"])

    def _whole(self, pin: ModelPin) -> str | None:
        found: str | None = self._ask("whole", name=pin.registry, digest=pin.digest)["version"]
        return found

    def _artifacts(self, candidate: Candidate) -> None:
        """The server says where."""

    def _keeps(self, location: str) -> None:
        if urlparse(location).scheme in ("", "file"):
            message = f"the tracker {self._shown} keeps files in a folder (`{location}`), which only it can see"
            hint = (
                "start it with `--serve-artifacts`, or with a bucket as its artifact root; experiments keep the place that they "
                "were made with"
            )
            raise World.one("WL527", message, hint)

    def _trouble(self, do: str, error: str, said: str) -> World:
        message = f"the tracker {self._shown} could not do `{do}`: {_short(self._clean(error))}"
        hint = (
            "see that it runs and is reached from here, and that `MLFLOW_TRACKING_TOKEN`, or `MLFLOW_TRACKING_USERNAME` and "
            "`MLFLOW_TRACKING_PASSWORD`, are right; then run the same again"
        )
        return World.one("WL527", message, hint, output=self._clean(said))

    @property
    def _shown(self) -> str:
        return self._clean(self._uri)

    def _clean(self, text: str) -> str:
        """A text without the keys to the server."""
        for name in SECRETS:
            if value := os.environ.get(name):
                text = text.replace(value, "…")
        return re.sub(r"//[^/@\s]+@", "//", text)

    def _surroundings(self) -> Mapping[str, str]:
        kept = {key: value for key, value in os.environ.items() if key not in OTHERS}
        return {**PATIENCE, **kept, "WINDLASS_MLFLOW_URI": self._uri}


def _short(error: str) -> str:
    """What broke, without the way that urllib3 tells it."""
    cause = CAUSE.search(error)
    told = cause[1] if cause else error
    first = " ".join(told.split())
    return first if len(first) <= LENGTH else first[:LENGTH] + "…"
