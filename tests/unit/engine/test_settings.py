"""Who set a value, through lists, removals and several overlays."""

import pytest

from tests.trees import MODEL, base
from windlass.engine import settings, validate
from windlass.model.failure import Usage
from windlass.model.setting import Setting

OVERLAY = "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {{name: {0}}}\nspec:\n  for: {1}\n  patch: {2}\n"
SELECTOR, TEAM, ONE = "{selector: {tier: demo}}", "{team: vision}", "{model: vision/digits}"


def shown(*overlays: tuple[str, str]) -> dict[str, Setting]:
    files = base()
    files[MODEL] = files[MODEL].replace(b"team: vision", b"team: vision, labels: {tier: demo}", 1)
    for number, (chosen, patch) in enumerate(overlays):
        files[f"environments/prod/overlays/o{number}.yaml"] = OVERLAY.format(f"o{number}", chosen, patch).encode()
    project = validate.read(files).project
    assert len(project.overlays.get("prod", ())) == len(overlays)
    return {one.path: one for one in settings.settings(project, project.models["vision/digits"].source, "prod")}


def files(one: Setting) -> tuple[str | None, ...]:
    return (one.by.path.rpartition("/")[2] if one.by else None, *(place.path.rpartition("/")[2] for place in one.over))


def test_what_nobody_said_is_built_in() -> None:
    assert files(shown()["serving.maxReplicas"]) == (None,)
    assert files(shown()["task"]) == ("model.yaml",)


def test_the_nearer_overlay_wins_and_the_others_are_told_nearest_first() -> None:
    made = shown(
        (ONE, "{serving: {maxReplicas: 3}}"),
        (SELECTOR, "{serving: {maxReplicas: 5}}"),
        (TEAM, "{serving: {maxReplicas: 4}}"),
    )
    assert made["serving.maxReplicas"].value == 3
    assert files(made["serving.maxReplicas"]) == ("o0.yaml", "o2.yaml", "o1.yaml")


def test_what_is_taken_away_is_built_in_again() -> None:
    made = shown((TEAM, "{serving: {resources: {cpu: 1500m}}}"), (ONE, "{serving: {resources: {cpu: null}}}"))
    assert "serving.resources.cpu" not in made
    assert files(made["serving.resources"]) == ("o0.yaml",), "the mapping is still there, empty"
    gates = shown((TEAM, "{evaluation: null}"))["evaluation.gates"]
    assert (gates.value, files(gates)[0], files(gates)[1]) == ([], None, "o0.yaml")


def test_an_item_of_a_named_list_keeps_what_is_not_said() -> None:
    made = shown((ONE, '{pipeline: {stages: [{name: train, resources: {cpu: "2"}}]}}'))
    assert files(made["pipeline.stages[train].name"]) == ("model.yaml",)
    assert files(made["pipeline.stages[train].cmd"]) == ("model.yaml",)
    assert files(made["pipeline.stages[train].resources.cpu"]) == ("o0.yaml",)


def test_a_path_may_start_with_spec_and_is_guessed() -> None:
    every = shown().values()
    assert [one.path for one in settings.below(every, "spec.task")] == ["task"]
    assert {one.path.partition("]")[0] for one in settings.below(every, "pipeline.stages[train]")} == {
        "pipeline.stages[train"
    }
    with pytest.raises(Usage, match=r"no `pipeline\.stages"):
        settings.below(every, "pipeline.stages[trai]")
    with pytest.raises(Usage):
        settings.below(every, "serv")
