"""The folder: what is sealed, what is pinned, and what counts as the same spec."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from windlass.engine import release as releases
from windlass.engine.parse import parse
from windlass.model.candidate import BentoPin, DataPin, ModelPin
from windlass.model.failure import Refused
from windlass.model.release import Evidence, Hold, Pin, Release, ReleaseSource

BASE = Path(__file__).parents[2] / "base/specs/vision/digits/model.yaml"
A, B, C = (f"sha256:{letter * 64}" for letter in "abc")


def pin(**changed: Any) -> Pin:
    data = DataPin(name="scans", dataset="vision/digits", md5="0" * 32, sha256=A)
    source = parse("model.yaml", BASE.read_bytes()).source
    assert source is not None
    values: dict[str, Any] = {
        "model": ModelPin(registry="r", digest=A, format="f"),
        "bento": BentoPin(tag="t:1", digest=B),
        "inputs": C,
        "data": (data,),
        "spec": releases.spec_digest(source.value),
    }
    return Pin(**(values | changed))


def release(pinned: Pin | None = None, before: Release | None = None, hold: Hold | None = None) -> Release:
    metrics = {"f1": 0.9, "slices": {"digit": {"7": {"f1": 0.8}}}}
    source = ReleaseSource(commit="0" * 40)
    return releases.draft("vision/digits", pinned or pin(), before, source, version="7", metrics=metrics, hold=hold)


def evidence(made: Release) -> Evidence:
    return Evidence(
        environment="dev",
        team="vision",
        model_name="digits",
        release=made.digest,
        movement="release",
        render_digest=A,
        approvals_needed=1,
        tool="0",
    )


def files(made: Release | None = None) -> dict[str, bytes]:
    made = made or release()
    return releases.render_files(made, evidence(made), BASE.read_bytes())


def test_what_is_rendered_is_read_again() -> None:
    made = release(hold=Hold(release=A, reason='wrong: "sevens" # all', by="Ada <ada@example.org>"))
    folder = releases.parse(files(made))
    assert folder.release.digest == made.digest
    assert folder.release.spec.hold == made.spec.hold
    assert folder.release.spec.metrics == made.spec.metrics
    assert files(made) == files(made)


def test_the_release_digest_is_of_digests_and_formats_alone() -> None:
    same = [
        pin(model=ModelPin(registry="other", digest=A, format="f")),
        pin(bento=BentoPin(tag="t:2", digest=B)),
        pin(data=(DataPin(name="other", dataset="vision/digits", md5="0" * 32, sha256=A, rows=1, licence="x"),)),
    ]
    other = [
        pin(model=ModelPin(registry="r", digest=B, format="f")),
        pin(model=ModelPin(registry="r", digest=A, format="g")),
        pin(bento=BentoPin(tag="t:1", digest=C)),
        pin(bento=BentoPin(tag="t:1", digest=B, image="i@sha256:0")),
        pin(inputs=A),
        pin(data=(DataPin(name="scans", dataset="vision/digits", md5="1" * 32, sha256=A),)),
        pin(spec=A),
    ]
    assert {one.digest for one in same} == {pin().digest}
    assert len({one.digest for one in (pin(), *other)}) == len(other) + 1


def test_generation_and_hold_change_the_seal_and_not_the_digest() -> None:
    first = releases.parse(files()).release
    second = releases.parse(files(release(before=first))).release
    held = releases.parse(files(release(before=first, hold=Hold(release=A, reason="r", by="b")))).release
    assert (first.spec.generation, second.spec.generation) == (1, 2)
    assert len({first.digest, second.digest, held.digest}) == 1
    assert len({first.spec.seal, second.spec.seal, held.spec.seal}) == 3


@pytest.mark.parametrize("name", releases.FILES)
def test_each_file_is_bound_and_each_is_needed(name: str) -> None:
    whole = files()
    other = files(release(pin(inputs=A)))
    if name == "model.yaml":
        other[name] = whole[name].replace(b"max_depth: 8", b"max_depth: 9")
    with pytest.raises(Refused) as caught:
        releases.parse(whole | {name: other[name]}, "folder")
    assert {found.code for found in caught.value.diagnostics} == {"WL421"}
    with pytest.raises(Refused) as caught:
        releases.parse({key: data for key, data in whole.items() if key != name}, "folder")
    assert f"`{name}` is missing" in caught.value.diagnostics[0].message


def test_an_older_seal_holds_although_windlass_learnt_new_fields() -> None:
    """The seal is of what is written, so a release that lacks a field with a default verifies."""
    whole = files()
    value = yaml.safe_load(whole["release.yaml"])
    del value["spec"]["source"]["dirty"]
    value["spec"]["seal"] = releases.seal(value, whole["evidence.json"])
    assert releases.parse(whole | {"release.yaml": yaml.safe_dump(value).encode()})


def test_a_spec_is_the_same_with_other_comments_layout_and_training_resources() -> None:
    text = BASE.read_text()
    source = parse("m", text.encode()).source
    assert source is not None
    digest = releases.spec_digest(source.value)

    def of(changed: str) -> str:
        assert changed != text
        found = parse("m", changed.encode()).source
        assert found is not None
        return releases.spec_digest(found.value)

    assert of("# a comment\n" + text) == digest
    assert of(text.replace("outs: [model]", "outs: [model]\n        resources: {cpu: 500m}")) == digest
    assert of(text.replace("outs: [model]", "outs: [model]\n        placement: {nodeSelector: {pool: gpu}}")) == digest
    assert of(text.replace("  task: c", '  retraining: {schedule: {cron: "0 5 * * 1"}}\n  task: c')) == digest
    tuned = text.replace("  task: c", "  tuning: {seed: 1, parallelTrials: 2}\n  task: c")
    assert of(tuned) == of(tuned.replace(", parallelTrials: 2", "")) != digest
    assert of(tuned) != of(tuned.replace("seed: 1", "seed: 2"))
    assert of(yaml.safe_dump(source.value)) == digest
    assert of(text.replace("min: 0.7", "min: 0.8")) != digest
    assert of(text.replace("maximum: 16", "maximum: 17")) != digest


def test_a_model_that_serves_nothing_has_no_bento() -> None:
    made = release(pin(bento=None))
    assert releases.parse(files(made)).release.spec.pin.bento is None
    assert made.digest != release().digest
    assert made.spec.pin.folders == {"model": A}
