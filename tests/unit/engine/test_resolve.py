"""From what a person types to what is meant."""

import pytest

from tests.trees import MODEL, base, environment
from windlass.engine import resolve, validate
from windlass.engine.parse import parse
from windlass.model.failure import Findings, Usage
from windlass.model.project import Project

OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: NAME}
spec:
  for: FOR
  patch: PATCH
"""


def overlay(name: str, chosen: str, patch: str) -> dict[str, bytes]:
    text = OVERLAY.replace("NAME", name).replace("FOR", chosen).replace("PATCH", patch)
    return {f"environments/prod/overlays/{name}.yaml": text.encode()}


def project(more: dict[str, bytes] | None = None) -> Project:
    return validate.read(base() | (more or {})).project


def second(team: str, name: str) -> dict[str, bytes]:
    text = base()[MODEL].replace(b"{name: digits, team: vision}", f"{{name: {name}, team: {team}}}".encode())
    return {f"specs/{team}/{name}/model.yaml": text}


def told(error: pytest.ExceptionInfo[Usage]) -> str:
    found = error.value.diagnostics[0]
    return f"{found.code} {found.message} | {found.hint}"


def test_local_is_built_in() -> None:
    local = resolve.environment(Project(), "local", rehearse=False)
    assert (local.spec.target.kind, local.spec.target.port, local.spec.rehearsed) == ("local", 3000, False)


def test_a_rehearsal_replaces_target_backends_and_store_alone() -> None:
    found = {name: resolve.environment(project(), name, rehearse=True) for name in ("dev", "staging", "prod")}
    assert [one.spec.target.port for one in found.values()] == [3100, 3200, 3300]
    assert all(one.spec.rehearsed and one.spec.store is None for one in found.values())
    assert found["prod"].spec.promotes_from == "staging"
    assert found["prod"].spec.promotion == project().environments["prod"].spec.spec.promotion


def test_the_chain_goes_from_the_head_on() -> None:
    assert resolve.chain(project()) == ("dev", "staging", "prod")
    assert resolve.head(project()) == "dev"
    canary = base()[environment("prod")].replace(b"name: prod", b"name: canary")
    assert resolve.chain(project({environment("canary"): canary})) == ("dev", "staging", "canary", "prod")


def test_a_circle_of_environments_still_ends() -> None:
    circle = base()[environment("dev")] + b"  promotesFrom: prod\n"
    assert set(resolve.chain(project({environment("dev"): circle}))) == {"dev", "staging", "prod"}


@pytest.mark.parametrize(
    ("name", "rehearse", "expected"),
    [
        ("stagin", False, "WL603 no environment `stagin` | did you mean `staging`?"),
        ("moon", True, "WL603 no environment `moon` | there are: local, dev, staging, prod"),
        ("local", True, "WL604 `local` is this machine already: there is nothing to rehearse | leave out --rehearse"),
    ],
)
def test_environments_that_cannot_be(name: str, rehearse: bool, expected: str) -> None:
    with pytest.raises(Usage) as error:
        resolve.environment(project(), name, rehearse)
    assert told(error) == expected


@pytest.mark.parametrize(
    "text",
    [
        None,
        "vision/digits",
        "digits",
        "specs/vision/digits",
        "./specs/vision/digits/",
        "specs/vision/digits/model.yaml",
    ],
)
def test_the_only_model(text: str | None) -> None:
    assert resolve.model(project(), text).spec.metadata.slug == "vision/digits"


def test_the_model_one_stands_in() -> None:
    both = project(second("vision", "faces"))
    assert resolve.model(both, None, "specs/vision/faces/tests").spec.metadata.slug == "vision/faces"
    assert resolve.model(both, "faces").spec.metadata.slug == "vision/faces"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (None, "WL602 which model? vision/digits, vision/faces | name it: vision/digits"),
        ("vision/digit", "WL601 no model `vision/digit` | did you mean `vision/digits`?"),
        ("moon", "WL601 no model `moon` | there are: vision/digits, vision/faces"),
    ],
)
def test_models_that_cannot_be(text: str | None, expected: str) -> None:
    with pytest.raises(Usage) as error:
        resolve.model(project(second("vision", "faces")), text, "specs/vision")
    assert told(error) == expected


def test_no_model_at_all() -> None:
    with pytest.raises(Usage) as error:
        resolve.model(Project(), None)
    assert told(error).startswith("WL601 there is no model yet")


def test_overlays_are_laid_from_selection_to_model() -> None:
    labelled = {MODEL: base()[MODEL].replace(b"team: vision}", b"team: vision, labels: {tier: demo}}", 1)}
    more = {
        **overlay("a-model", "{model: vision/digits}", "{serving: {maxReplicas: 9}}"),
        **overlay("b-team", "{team: vision}", "{serving: {maxReplicas: 8, minReplicas: 3}}"),
        **overlay(
            "c-label", "{selector: {tier: demo}}", "{serving: {maxReplicas: 7, minReplicas: 2, resources: {cpu: '2'}}}"
        ),
        **overlay("d-other", "{selector: {tier: gold}}", "{serving: {maxReplicas: 6}}"),
    }
    whole = project(labelled | more)
    value = whole.models["vision/digits"].source.value
    serving = resolve.effective(whole, value, "prod").serving
    assert serving is not None
    assert (serving.max_replicas, serving.min_replicas, serving.resources.cpu) == (9, 3, "2")
    untouched = resolve.effective(whole, value, "dev").serving
    assert untouched is not None
    assert untouched.max_replicas == 1


def test_a_promoted_document_is_laid_over_too() -> None:
    whole = project(overlay("more", "{team: vision}", "{pipeline: {stages: [{name: train, resources: {cpu: '4'}}]}}"))
    promoted = parse("model.yaml", base()[MODEL].replace(b"max_depth: 8", b"max_depth: 5")).source
    assert promoted is not None
    stages = {stage.name: stage for stage in resolve.effective(whole, promoted.value, "prod").pipeline.stages}
    assert (stages["train"].resources.cpu, stages["train"].params, stages["prepare"].resources.cpu) == (
        "4",
        {"max_depth": 5},
        None,
    )


def test_an_overlay_that_an_older_promoted_spec_does_not_fit_is_said_at_the_overlay() -> None:
    whole = project(overlay("more", "{team: vision}", "{pipeline: {stages: [{name: gone, resources: {cpu: '4'}}]}}"))
    promoted = parse("model.yaml", base()[MODEL]).source
    assert promoted is not None
    with pytest.raises(Findings) as error:
        resolve.effective(whole, promoted.value, "prod")
    (found,) = error.value.diagnostics
    assert found.code == "WL236"
    assert "vision/digits" in found.message
    assert "`spec.pipeline.stages.3.cmd`: field required" in found.message
    assert found.place is not None
    assert found.place.path == "environments/prod/overlays/more.yaml"
