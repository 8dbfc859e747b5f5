"""Step `package` of training: the bento of one model, contract and lock, built once and kept in the store."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from windlass.engine.lower.names import name
from windlass.engine.lower.service import contract_bytes
from windlass.model import digests, layout
from windlass.model.candidate import BentoPin, ModelPin
from windlass.model.specs.model import ModelSpec
from windlass.ports import Bench, Store


@dataclass(frozen=True, slots=True)
class Packaging:
    """What goes into a bento, apart from the model. ``slug`` is ``team/model``, ``lock`` the requirements' pins."""

    slug: str
    spec: ModelSpec
    lock: bytes

    def built(self, store: Store, model: ModelPin) -> BentoPin | None:
        """The bento that was built before of just this, if the store has it."""
        data = None if self.spec.serving is None else store.record(self._record(model))
        try:
            pin = None if data is None else BentoPin.model_validate_json(data)
        except ValidationError:  # then it is built again
            return None
        return pin if pin is not None and store.has(pin.digest) else None

    def package(self, bench: Bench, environment: str, python: Path, model: ModelPin) -> BentoPin | None:
        """Build it, or find it; None where the spec serves nothing."""
        if self.spec.serving is None:
            return None
        store, progress = bench.store(environment), bench.progress
        progress.begin("package")
        pin, outcome = self.built(store, model), "unchanged"
        if pin is None:
            pin, outcome = self._build(bench, store, environment, python, model), "built"
        progress.end("package", outcome, f"{pin.tag}  {digests.PREFIX}{digests.short(pin.digest)}")
        return pin

    def _build(self, bench: Bench, store: Store, environment: str, python: Path, model: ModelPin) -> BentoPin:
        place = bench.root / layout.state(environment, "models", digests.short(model.digest, 64))
        store.get_folder(model.digest, place)
        team, _, model_name = self.slug.partition("/")
        tag = name(team, model_name)
        pin, folder = bench.packager.build(python, tag, place, contract_bytes(self.spec), self.lock)
        bench.progress.point("package.built")
        store.put_folder(folder)
        store.write_record(self._record(model), digests.canonical(pin.plain()))
        bench.progress.point("package.stored")
        return pin

    def _record(self, model: ModelPin) -> str:
        # Not the service program, which travels in the bento: an upgrade of Windlass alone proposes no release.
        content = {
            "contract": digests.of_bytes(contract_bytes(self.spec)),
            "lock": digests.of_bytes(self.lock),
            "model": model.digest,
        }
        return f"bentos/{self.slug}/{digests.short(digests.of_value(content), 64)}.json"
