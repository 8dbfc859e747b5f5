"""The release folder as values: the pin of a candidate, the three files that say it, and whether they belong together."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from windlass.engine.parse import parse as read_yaml
from windlass.engine.yamltext import Inline, dump
from windlass.model import digests, layout
from windlass.model.candidate import Candidate
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.document import API_VERSION
from windlass.model.failure import Refused
from windlass.model.metadata import TeamMetadata
from windlass.model.release import Evidence, Hold, Pin, PromotedFrom, Release, ReleaseSource, ReleaseSpec

RELEASE, MODEL, EVIDENCE = FILES = ("release.yaml", "model.yaml", "evidence.json")
UNSEALED = "sha256:" + "0" * 64
HINT = "a release is written by Windlass and moved by merges alone: take the folder from the commit that brought it"
HINT_LOCAL = (
    "`local` keeps its releases outside git: move this folder away and `windlass up` again, it is made from the store"
)


@dataclass(frozen=True, slots=True)
class Folder:
    """A release folder whose files belong together. ``spec`` is the promoted model.yaml as a plain value."""

    release: Release
    spec: dict[str, Any]
    evidence: Evidence
    files: Mapping[str, bytes]


def spec_digest(value: Mapping[str, Any]) -> str:
    """The digest of a model's spec as parsed: comments do not count, and neither does what only training reads and what
    changes nothing that it makes: the resources and the placement of stages, how many trials run at once, and when the
    model is trained again."""
    spec = {key: part for key, part in (value.get("spec") or {}).items() if key != "retraining"}
    if spec.get("tuning"):
        spec["tuning"] = {key: part for key, part in spec["tuning"].items() if key != "parallelTrials"}
    pipeline = dict(spec.get("pipeline") or {})
    stages = [
        {key: part for key, part in stage.items() if key not in ("resources", "placement")}
        for stage in pipeline.get("stages") or ()
    ]
    return digests.of_value({**value, "spec": {**spec, "pipeline": {**pipeline, "stages": stages}}})


def pin(candidate: Candidate, spec: Mapping[str, Any]) -> Pin:
    """The pin of a candidate that passed, serving a spec."""
    if candidate.model is None or (candidate.bento is None and "serving" in spec["spec"]):
        raise ValueError(f"the candidate {candidate.inputs} is not complete")
    return Pin(
        model=candidate.model,
        bento=candidate.bento,
        inputs=candidate.inputs,
        data=candidate.data,
        spec=spec_digest(spec),
    )


def draft(
    slug: str,
    pinned: Pin,
    before: Release | None,
    source: ReleaseSource,
    *,
    version: str | None = None,
    metrics: Mapping[str, Any] | None = None,
    promoted_from: PromotedFrom | None = None,
    hold: Hold | None = None,
) -> Release:
    """The release after ``before`` in one environment (the first one where there is none), not sealed yet."""
    team, _, name = slug.partition("/")
    return Release(
        api_version=API_VERSION,
        kind="Release",
        metadata=TeamMetadata(name=name, team=team),
        spec=ReleaseSpec(
            generation=before.spec.generation + 1 if before else 1,
            seal=UNSEALED,
            pin=pinned,
            version=version,
            source=source,
            metrics=dict(metrics or {}),
            promoted_from=promoted_from,
            hold=hold,
        ),
    )


def render_files(release: Release, evidence: Evidence, model: bytes) -> dict[str, bytes]:
    """The folder's files, sealed. ``model`` is the promoted spec, kept byte for byte."""
    proof = json.dumps(evidence.plain(), indent=2, sort_keys=True, ensure_ascii=False).encode() + b"\n"
    document = _written(release)
    document["spec"]["seal"] = seal(document, proof)
    return {RELEASE: _text(document, evidence.environment).encode(), MODEL: model, EVIDENCE: proof}


def seal(document: Mapping[str, Any], evidence: bytes) -> str:
    """sha256 of the release document without its seal, and of evidence.json's bytes. Of the document as it is written, so
    that defaults of a newer Windlass break no old seal."""
    spec = {key: value for key, value in document["spec"].items() if key != "seal"}
    return digests.of_value({"release": {**document, "spec": spec}, "evidence": digests.of_bytes(evidence)})


def evidence_digest(files: Mapping[str, bytes]) -> str:
    """The digest of evidence.json, as trailers and audits name it."""
    return digests.of_bytes(files[EVIDENCE])


def parse(files: Mapping[str, bytes], folder: str = "") -> Folder:
    """The folder of these files. Raises `Refused` (WL421) with everything that does not belong together."""
    found, wrong = examine(files, folder)
    if found is None or wrong:
        raise Refused(wrong)
    return found


def examine(files: Mapping[str, bytes], folder: str = "") -> tuple[Folder | None, tuple[Diagnostic, ...]]:
    """The folder as far as it can be read, and every finding against it (all WL421)."""
    place = _places(folder)
    absent = [_finding(f"`{name}` is missing", place[name]) for name in FILES if not files.get(name)]
    if absent:
        return None, tuple(absent)
    document = read_yaml(place[RELEASE].path, files[RELEASE]).source
    model = read_yaml(place[MODEL].path, files[MODEL]).source
    try:
        evidence = Evidence.model_validate_json(files[EVIDENCE], by_alias=True, by_name=False)
    except ValidationError as error:
        return None, (_finding(f"it is no evidence: {_first(error)}", place[EVIDENCE]),)
    try:
        release = Release.model_validate(document.value if document else {}, by_alias=True, by_name=False)
    except ValidationError as error:
        return None, (_finding(f"it is no release: {_first(error)}", place[RELEASE]),)
    if model is None or document is None:
        return None, (_finding("it cannot be read", place[MODEL if model is None else RELEASE]),)
    whole = Folder(release, model.value, evidence, dict(files))
    return whole, tuple(found for found in bindings(whole, document.value, folder).values() if found)


def bindings(folder: Folder, document: Mapping[str, Any], where: str = "") -> dict[str, Diagnostic | None]:
    """Each thing that ties the files together, with the finding where it does not hold. ``document`` is release.yaml's value."""
    release, evidence = folder.release, folder.evidence
    place = _places(where)
    about = f"{evidence.team}/{evidence.model_name}"
    found: dict[str, Diagnostic | None] = dict.fromkeys(("seal", "spec", "release", "evidence"))
    if release.spec.seal != seal(document, folder.files[EVIDENCE]):
        found["seal"] = _finding("its seal is not of its content and of evidence.json", place[RELEASE])
    if release.spec.pin.spec != spec_digest(folder.spec):
        found["spec"] = _finding("it is not the spec that the release pins", place[MODEL])
    if evidence.release != release.digest:
        short = digests.brief(release.digest)
        found["release"] = _finding(f"the evidence is not about this pin (release {short})", place[EVIDENCE])
    if about != release.metadata.slug:
        found["evidence"] = _finding(
            f"the evidence is about {about}, not about {release.metadata.slug}", place[EVIDENCE]
        )
    return found


def _places(where: str) -> dict[str, Place]:
    return {name: Place(f"{where}/{name}" if where else name) for name in FILES}


def _finding(message: str, place: Place) -> Diagnostic:
    return Diagnostic("WL421", message, place, HINT_LOCAL if place.path.startswith(f"{layout.STATE}/") else HINT)


def _first(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _text(document: dict[str, Any], environment: str) -> str:
    """The YAML that people read in a diff: one digest a line, slices and other small things in one line each."""
    depth = layout.release_folder(environment, "team/model").count("/") + 1
    head = f"# yaml-language-server: $schema={'../' * depth}schemas/release.schema.json\n"
    head += "# written by Windlass, moved by merges; model.yaml and evidence.json beside it belong to it\n"
    spec = {**document["spec"], "metrics": _inline_slices(document["spec"].get("metrics", {}))}
    shown = {**document, "metadata": Inline(document["metadata"]), "spec": _without_empty(spec)}
    return head + dump(shown)


def _written(release: Release) -> dict[str, Any]:
    """The document as it is written: what says nothing stays away."""
    document = release.plain()
    return {**document, "metadata": _without_empty(document["metadata"]), "spec": _without_empty(document["spec"])}


def _without_empty(value: Mapping[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in value.items() if part != {}}


def _inline_slices(metrics: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _inline(value) if isinstance(value, dict) else value for key, value in metrics.items()}


def _inline(value: dict[str, Any]) -> dict[str, Any]:
    if any(isinstance(part, dict) for part in value.values()):
        return {key: _inline(part) if isinstance(part, dict) else part for key, part in value.items()}
    return Inline(value)
