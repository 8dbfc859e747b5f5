"""What a cluster asks for is decided once: names with room, steps framed, containers complete."""

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from tests.transcript import ROOT
from tests.unit.engine.lower.test_pipeline import PROJECT
from windlass.engine.lower import pipeline, training
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Source
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.workload import Pipeline, Toleration

WORD = st.from_regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
ZERO = "sha256:" + "0" * 64
IMAGE = "registry.example/windlass-step@sha256:" + "2" * 64


def placed(*, team: str = "vision", name: str = "digits", known: bool = True, **said: Any) -> Pipeline:
    """The living example in a cluster; ``said`` is merged into its spec (``train``: into that stage) or the environment's."""
    value = yaml.safe_load((ROOT / "specs/vision/digits/model.yaml").read_text("utf-8"))
    value["metadata"] |= {"team": team, "name": name}
    value["spec"]["data"][0]["dataset"] = "vision/digits"
    value["spec"]["pipeline"]["stages"][1] |= said.pop("train", {})
    value["spec"] |= said.pop("spec", {})
    model = Loaded(Model.model_validate(value), Source("specs/vision/digits/model.yaml", value, {}, {}))
    spec = {
        "target": {"kind": "kubernetes"},
        "store": {"uri": "s3://ml"},
        "images": {"step": IMAGE},
        "backends": {"pipelines": "argo"},
        **said,
    }
    document = {"apiVersion": "windlass.dev/v1alpha1", "kind": "Environment", "metadata": {"name": "dev"}, "spec": spec}
    environment = Loaded(Environment.model_validate(document), Source("environments/dev/environment.yaml", {}, {}, {}))
    data, inputs = ({"vision/digits": "9" * 32}, "sha256:4be19b3f08" + "0" * 54) if known else (None, None)
    made = training.Ingredients(code=ZERO, lock=ZERO, spec=ZERO, data=data, inputs=inputs)
    return training.placed(pipeline.pipeline(model, PROJECT, environment.spec), model, environment, made)


def test_the_example_of_the_backend_is_the_living_one():
    example = yaml.safe_load((ROOT / "templates/pipelines/argo/examples/plain/input.yaml").read_text("utf-8"))
    found, wanted = (
        placed(target={"kind": "kubernetes", "namespace": "ml-{team}-dev"}),
        Pipeline.model_validate(example),
    )
    assert (found.profiles, found.steps, found.name) == (wanted.profiles, wanted.steps, wanted.name)
    assert found.meta is not None
    assert found.meta.labels == wanted.meta.labels


def test_a_lock_with_an_image_of_its_own_runs_in_it():
    own = IMAGE.replace("2" * 64, "5" * 64)
    for lock, wanted in ((ZERO, own), (ZERO.replace("0", "1"), IMAGE)):
        run = placed(images={"step": IMAGE, "locks": {lock: {"step": own}}}).run
        assert run is not None
        assert f"{run.image.ref}@{run.image.digest}" == wanted


def test_steps_stand_between_the_one_that_asks_and_the_one_that_leaves():
    found = placed()
    assert [step.name for step in found.steps][:2] == ["refresh", "check-scans"]
    assert [step.name for step in found.steps if not step.depends_on] == ["refresh"]
    assert [step.name for step in found.steps if step.always] == ["refresh", "package"]
    leaving = {profile.name: [left.name for left in profile.leaves] for profile in found.profiles if profile.leaves}
    assert leaving == {"package": ["candidate"], "refresh": ["data", "todo"]}
    assert {step.profile for step in found.steps} | {"tool"} == {profile.name for profile in found.profiles}


@given(WORD, WORD)
@example("t" * 40, "m" * 40)
@example("t" * 23, "m" * 23)
def test_names_leave_room_for_what_is_added(team, name):
    found = placed(team=team, name=name)
    assert found.run is not None
    assert found.run.name is not None
    assert len(found.name) + len("-1615836720") <= 63
    assert len(found.run.name) + len("-r99") <= 63
    assert found.run.name.endswith("-4be19b3f08"), "however long, a run is named by its inputs"
    assert len(found.run.token) <= 63


def test_a_container_is_complete_and_what_the_spec_says_wins():
    env = [{"name": "HOME", "value": "/home/team"}, {"name": "A", "secretKeyRef": {"name": "store", "key": "token"}}]
    found = placed(train={"env": env, "resources": {"gpu": 2}})
    (train,) = (profile for profile in found.profiles if profile.name == "train")
    assert [(entry.name, entry.value) for entry in train.env] == [("A", None), ("HOME", "/home/team")]
    assert train.resources.gpu is not None
    assert (train.resources.gpu.count, train.resources.cpu_millis.request) == (2, training.CPU_MILLIS)
    for profile in found.profiles:
        assert "HOME" in {entry.name for entry in profile.env}
        assert profile.resources.memory_bytes.limit
        assert profile.timeout_seconds == 12 * 3600


def test_placement_of_a_stage_is_laid_over_the_environment_s():
    spot, gpu = {"key": "spot"}, {"key": "gpu", "value": "yes", "effect": "NoSchedule"}
    found = placed(
        training={"placement": {"nodeSelector": {"pool": "cpu", "zone": "a"}, "tolerations": [spot]}},
        train={"placement": {"nodeSelector": {"pool": "gpu"}, "tolerations": [spot, gpu]}},
    )
    places = {profile.name: profile.placement for profile in found.profiles}
    assert places["tool"].node_selector == {"pool": "cpu", "zone": "a"}
    assert places["train"].node_selector == {"pool": "gpu", "zone": "a"}
    assert places["train"].tolerations == (Toleration(key="spot"), Toleration(**gpu))


def test_who_keeps_the_bucket_is_told_to_every_container_and_may_be_asked():
    store = {"uri": "s3://ml", "endpoint": "https://minio.example.org:9000"}
    made = placed(store=store, train={"env": [{"name": "AWS_ENDPOINT_URL_S3", "value": "https://theirs"}]})
    told = {one.name: {entry.name: entry.value for entry in one.env}.get(training.ENDPOINT) for one in made.profiles}
    assert told.pop("train") == "https://theirs"
    assert set(told.values()) == {store["endpoint"]}
    assert made.run is not None
    assert made.run.network.egress_ports == (443, 6443, 9000)


def test_the_queue_is_a_label_of_pods_alone():
    found = placed(queue={"cluster": "shared", "name": "nightly"})
    assert found.run is not None
    assert found.meta is not None
    assert found.run.pod_labels == {**found.meta.labels, "kueue.x-k8s.io/queue-name": "nightly"}


def test_without_data_there_is_no_run_and_a_clock_can_still_start_one():
    found = placed(known=False, spec={"retraining": {"schedule": {"cron": "0  5 * * 1"}}})
    assert found.run is not None
    assert (found.run.name, found.run.inputs, found.run.data) == (None, None, "")
    assert found.run.schedule is not None
    assert (found.run.schedule.cron, found.run.schedule.timezone) == ("0 5 * * 1", "Etc/UTC")


@pytest.mark.parametrize(("left_out", "code"), [("store", "WL240"), ("images", "WL240")])
def test_what_is_missing_is_told(left_out, code):
    with pytest.raises(Findings) as failure:
        placed(**{left_out: None} if left_out == "store" else {left_out: {}})
    assert [one.code for one in failure.value.diagnostics] == [code]
