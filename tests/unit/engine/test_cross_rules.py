"""Rules about what documents become together in a cluster: names, namespaces, amounts, capabilities."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.trees import MODEL, TODAY, base, edited, judged
from windlass.engine import validate
from windlass.engine.backend import Known
from windlass.engine.lower import names
from windlass.engine.parse import parse
from windlass.engine.rules import names_apart, namespaces, resources_fit
from windlass.engine.tree import Tree
from windlass.model.backend import Backend
from windlass.model.metadata import TeamMetadata
from windlass.model.project import Loaded, Project
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.model import Model

WORD = (
    st.lists(st.sampled_from(["a", "b", "train", "source", "x" * 30]), min_size=1, max_size=3)
    .map("-".join)
    .filter(lambda word: len(word) <= 40)
)
SLUGS = st.lists(st.tuples(WORD, WORD), min_size=2, max_size=4, unique=True)
CLUSTER = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {name: NAME}
spec:
  target: {kind: kubernetes, namespace: "NAMESPACE"CONTEXT}
  store: {uri: s3://ml}
  images:
    runtime: registry.example/runtime@sha256:1111111111111111111111111111111111111111111111111111111111111111
    step: registry.example/step@sha256:2222222222222222222222222222222222222222222222222222222222222222
"""
TEAM = "apiVersion: windlass.dev/v1alpha1\nkind: Team\nmetadata: {{name: {0}}}\nspec: {{owners: [o]}}\n"


def project(models: list[tuple[str, str]], datasets: list[tuple[str, str]]) -> Project:
    made = Project()
    for kind, pairs, into in ((Model, models, made.models), (Dataset, datasets, made.datasets)):
        for team, name in pairs:
            text = f"metadata: {{name: {name}, team: {team}}}\n"
            source = parse(f"specs/{team}/{name}.yaml", text.encode()).source
            assert source is not None
            value = kind.model_construct(metadata=TeamMetadata(name=name, team=team))
            into[f"{team}/{name}"] = Loaded(value, source)  # type: ignore[assignment]
    return made


@example([("a", "b-c"), ("a-b", "c")], [])
@example([("a", "b"), ("a", "b-train")], [])
@example([("a", "b-source"), ("c", "d")], [("a", "b")])
@given(SLUGS, st.lists(st.tuples(WORD, WORD), max_size=2, unique=True))
def test_where_the_rule_is_silent_all_names_differ(
    models: list[tuple[str, str]], datasets: list[tuple[str, str]]
) -> None:
    told = list(names_apart.check(Tree((), project(models, datasets))))
    every = [names.name(*slug, part) for slug in models for part in (None, *names.MODEL_PARTS)]
    every += [names.name(*slug, names.DATASET_PART) for slug in datasets]
    assert bool(told) == (len(set(every)) < len(every))
    assert {one.code for one in told} <= {"WL290"}


def cluster(name: str, namespace: str, context: str = "") -> dict[str, bytes]:
    said = f", context: {context}" if context else ""
    text = CLUSTER.replace("NAMESPACE", namespace).replace("CONTEXT", said).replace("NAME", name)
    text += "  promotesFrom: dev\n" if name != "dev" else ""
    return {f"environments/{name}/environment.yaml": text.encode()}


def teams(*every: str) -> dict[str, bytes]:
    return {f"specs/{name}/team.yaml": TEAM.format(name).encode() for name in every}


def files(name: str, namespace: str, tenancy: str = "") -> dict[str, bytes]:
    text = cluster(name, namespace)[f"environments/{name}/environment.yaml"].replace(
        b"kind: kubernetes", b"kind: files"
    )
    text += f"  backends: {{tenancy: {tenancy}}}\n".encode() if tenancy else b""
    return {f"environments/{name}/environment.yaml": text}


@pytest.mark.parametrize(
    ("files", "count"),
    [
        (cluster("dev", "ml-{team}-dev") | cluster("staging", "ml-{team}-staging"), 0),
        (cluster("dev", "ml-{team}") | cluster("staging", "ml-{team}"), 1),
        (cluster("dev", "ml-{team}", "one") | cluster("staging", "ml-{team}", "two"), 0),
        (cluster("dev", "ml"), 0),
        (cluster("dev", "ml") | teams("fraud"), 1),
        (files("dev", "ml", "namespace") | teams("fraud"), 1),
        (files("dev", "ml") | teams("fraud"), 0),
        (files("dev", "ml-{team}", "namespace") | files("staging", "ml-{team}", "namespace"), 0),
        (cluster("dev", "-{team}"), 1),
        (cluster("dev", "{team}-"), 1),
        (cluster("dev", "kube-{team}"), 1),
        (cluster("dev", "x" * 57 + "{team}"), 0),
        (cluster("dev", "x" * 58 + "{team}"), 1),
    ],
)
def test_namespaces(files: dict[str, bytes], count: int) -> None:
    read = validate.read(base() | files)
    found = list(namespaces.check(Tree(read.documents, read.meant)))
    assert len(found) == count, [one.message for one in found]


@pytest.mark.parametrize(
    ("resources", "count"),
    [
        ("{cpu: 500m, memory: 512Mi}", 0),
        ("{cpu: 500m, memory: 512m}", 1),
        ('{memory: "512"}', 1),
        ("{cpu: 1Gi}", 1),
        ('{cpu: "0"}', 1),
        ('{cpu: "64", memory: 2Ti}', 0),
    ],
)
def test_amounts(resources: str, count: int) -> None:
    read = validate.read(edited(MODEL, "  serving:\n", f"  serving:\n    resources: {resources}\n"))
    assert len(list(resources_fit.check(Tree(read.documents, read.meant)))) == count


def backend(name: str, able: bool) -> tuple[tuple[str, str], Backend]:
    document = {"path": "service.yaml", "template": "service.yaml.j2"}
    said = {"axis": "serving", "name": name, "workload": "Service", "target": "kubernetes", "documents": [document]}
    return ("serving", name), Backend.model_validate({**said, "capabilities": {"scaleToZero": able}})


def test_a_capability_is_asked_of_the_environment_that_lacks_it() -> None:
    files = edited(MODEL, "  serving:\n", "  serving:\n    minReplicas: 0\n") | cluster("dev", "ml-{team}-dev")
    reading = validate.read(files)

    def told(able: bool) -> list[tuple[str, tuple[str, ...] | None]]:
        found = validate.judge(
            reading, {}, TODAY, None, Known(backends=dict([backend("bentoml", able), backend("other", True)]))
        )
        return [(one.hint, one.environments) for one in found if one.code == "WL294"]

    hint = "minReplicas 1, or a backend that can: other"
    assert told(able=False) == [(hint, (name,)) for name in ("dev", "prod", "staging")], "files are for a cluster, too"
    assert told(able=True) == []
    assert "WL294" not in {one.code for one in judged(files)}, "unknown backends are told elsewhere"


def test_gpus_count_against_a_quota() -> None:
    team = {"specs/vision/team.yaml": base()["specs/vision/team.yaml"] + b"  quota: {gpus: 3}\n"}
    asked = "  serving:\n    maxReplicas: 2\n    resources: {gpu: 2}\n"
    found = [one.message for one in judged(edited(MODEL, "  serving:\n", asked) | team) if one.code == "WL270"]
    assert found == ["services of vision may reach 4 GPUs in dev, the quota is 3: digits 2 x 2"]


def test_keys_to_the_tracker_are_for_who_trains() -> None:
    said = b"  tracking: {uri: 'https://mlflow.example', secretRef: {name: mlflow}}\n"
    for name, count in (("dev", 0), ("prod", 1)):
        path = f"environments/{name}/environment.yaml"
        found = [one for one in judged(base() | {path: base()[path] + said}) if one.code == "WL253"]
        assert len(found) == count, name
