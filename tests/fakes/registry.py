"""A registry that only writes down: versions and aliases of one repository, gone when the test ends."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import Findings, World
from windlass.ports import Registry


class BookRegistry(Registry):
    """Looks at a model's file name, never into it."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[str, str]] = {}
        self._aliases: dict[str, dict[str, str]] = {}

    def warm(self) -> None: ...

    def close(self) -> None: ...

    def ensure(self, candidate: Candidate, pin: ModelPin, folder: Path, extra: Mapping[str, str]) -> str:
        held = self._versions.get(pin.registry, {})
        if pin.digest not in held:
            if not list(folder.glob("*.skops")):
                raise Findings.one("WL522", f"{folder} holds no model", "dump it with skops")
            held = self._versions.setdefault(pin.registry, {})
        return held.setdefault(pin.digest, str(len(held) + 1))

    def versions(self, name: str) -> dict[str, str]:
        return dict(self._versions.get(name, {}))

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        return {
            name: {alias: (self._versions[name][digest], digest) for alias, digest in self._aliases[name].items()}
            for name in names
            if self._aliases.get(name)
        }

    def set_alias(self, name: str, alias: str, model_digest: str) -> str:
        version = self._versions.get(name, {}).get(model_digest)
        if version is None:
            raise World.one("WL526", f"no version of {name} with {model_digest}", "register it first")
        self._aliases.setdefault(name, {})[alias] = model_digest
        return version

    def drop_alias(self, name: str, alias: str) -> None:
        self._aliases.get(name, {}).pop(alias, None)
