"""Repositories nobody wrote: models, overlays and environments that are right, and differ in all that a spec can say."""

from typing import Any

import yaml
from hypothesis import strategies as st

from benchmarks import fleet

WORD = st.from_regex(r"[a-z]([a-z0-9-]{0,12}[a-z0-9])?", fullmatch=True)
TEXT = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="{}"), min_size=1, max_size=12)
NUMBER = st.one_of(st.integers(-9, 9), st.floats(-9, 9, width=32), st.sampled_from([0.1, 1e-7, 1e16]))
SCALAR = st.one_of(NUMBER, st.booleans(), TEXT)
SHARE = st.sampled_from([0, 0.25, 0.5, 1])
VARIABLES = st.lists(
    st.one_of(
        st.builds(lambda name, value: {"name": name, "value": value}, st.sampled_from(["A", "B_1", "C"]), TEXT),
        st.just({"name": "KEY", "secretKeyRef": {"name": "db", "key": "password"}}),
    ),
    max_size=3,
    unique_by=lambda one: one["name"],
)
RESOURCES = st.fixed_dictionaries(
    {"cpu": st.sampled_from(["1", "500m", "2.5"]), "memory": st.sampled_from(["512Mi", "1Gi", "1.5G"])},
    optional={"gpu": st.integers(1, 2)},
)
PLACEMENT = st.fixed_dictionaries({"nodeSelector": st.dictionaries(WORD, WORD, max_size=3)})
METRICS = ["f1", "recall", "loss"]
SLICES = ["channel", "hour"]
FIELDS = {
    "amount": {"type": "number", "minimum": 0, "maximum": 1e5, "description": "in Euro, je Käufer: é"},
    "channel": {"type": "string", "enum": ["card", "transfer", "wallet"]},
    "hour": {"type": "integer", "minimum": 0, "maximum": 23},
    "flags": {"type": "array", "items": "boolean", "shape": [2]},
}
IMAGES = {
    name: f"registry.example/{name}@sha256:{mark * 64}"
    for name, mark in (("step", "1"), ("runtime", "2"), ("base", "3"))
}


@st.composite
def stages(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Some that make files, each reading the dataset or what others made, the model among them, and one that measures."""
    names = draw(st.lists(WORD, min_size=2, max_size=4, unique=True))
    made: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        reads = draw(
            st.lists(
                st.sampled_from(["events", *(f"out-{before}" for before in range(number))]), min_size=1, unique=True
            )
        )
        stage = {
            "name": f"s-{name}",
            "cmd": f"python train.py {number}",
            "deps": ["train.py", *reads],
            "outs": [f"out-{number}"],
        }
        stage["params"] = draw(st.dictionaries(st.sampled_from([f"p{number}", f"q{number}", f"r_{number}"]), SCALAR))
        stage |= draw(
            st.fixed_dictionaries({}, optional={"env": VARIABLES, "resources": RESOURCES, "placement": PLACEMENT})
        )
        made.append(stage)
    made[-1]["outs"] = ["model"]
    names, slices = (draw(st.permutations(every)) for every in (METRICS, SLICES))
    measures = {"name": "measure", "cmd": "python evaluate.py", "deps": ["evaluate.py", "model"]}
    made.append(measures | {"metrics": [{"path": "metrics.json", "names": names, "slices": slices}]})
    return draw(st.permutations(made))


GATES = st.lists(
    st.one_of(
        st.fixed_dictionaries(
            {"metric": st.sampled_from(METRICS), "min": SHARE}, optional={"slice": st.just({"hour": "all"})}
        ),
        st.fixed_dictionaries({"metric": st.sampled_from(METRICS), "max": st.just(1.5)}),
        st.fixed_dictionaries(
            {"metric": st.sampled_from(METRICS), "baseline": st.just("champion"), "minRelativeChange": st.just(-0.01)},
            optional={"slice": st.sampled_from([{"channel": "all"}, {"channel": "käse"}])},
        ),
    ),
    max_size=4,
)


@st.composite
def served(draw: st.DrawFn) -> dict[str, Any]:
    """How a model is served, watched and logged."""
    fields = draw(st.lists(st.sampled_from(sorted(FIELDS)), min_size=1, unique=True))
    low = draw(st.integers(1, 3))
    serving = {
        "input": {name: FIELDS[name] for name in fields},
        "output": {"label": {"type": "integer"}, "score": {"type": "number", "method": "decision_function"}},
        "minReplicas": low,
        "maxReplicas": low + draw(st.integers(0, 2)),
        **draw(st.fixed_dictionaries({}, optional={"resources": RESOURCES, "env": VARIABLES})),
    }
    slo = {
        "availability": st.sampled_from([99, 99.9]),
        "p99": st.sampled_from(["250ms", "2s"]),
        "p90": st.just("100ms"),
    }
    drift = [{"feature": name, "fail": 0.2, "window": "1d"} for name in fields if "maximum" in FIELDS[name]]
    kept = {"mode": st.sampled_from(["all", "request"]), "percent": st.sampled_from([1, 33.3])}
    kept["redact"] = st.lists(st.sampled_from(fields), unique=True)
    watched = st.fixed_dictionaries(
        {}, optional={"slo": st.fixed_dictionaries({}, optional=slo), "dataDrift": st.just(drift)}
    )
    more = st.fixed_dictionaries({}, optional={"monitoring": watched, "logging": st.fixed_dictionaries(kept)})
    return {"serving": serving, **draw(more)}


@st.composite
def model(draw: st.DrawFn, team: str, name: str) -> dict[str, Any]:
    """One model, trained on its team's dataset `events`."""
    spec = {
        "modelFormat": {"name": "sklearn"},
        "data": [{"name": "events", "dataset": "events"}],
        "pipeline": {"stages": draw(stages())},
        "evaluation": {"gates": draw(GATES)},
        "governance": {
            "riskClass": "limited",
            "owners": draw(st.permutations(["é@example.org", "b@example.org"])),
            "intendedUse": "intended-use.md",
        },
        **draw(st.one_of(served(), st.just({}))),
        **draw(st.fixed_dictionaries({}, optional={"retraining": st.just({"schedule": {"cron": "0 3 * * 1"}})})),
    }
    labels = draw(st.dictionaries(st.sampled_from(["tier", "kind"]), WORD))
    spec = {key: spec[key] for key in draw(st.permutations(sorted(spec)))}
    about = {"apiVersion": "windlass.dev/v1alpha1", "kind": "Model"}
    return {**about, "metadata": {"name": name, "team": team, "labels": labels}, "spec": spec}


@st.composite
def overlays(draw: st.DrawFn, models: list[dict[str, Any]]) -> dict[str, Any]:
    """By name: at most one for each model, so that no two agree on what to set."""
    found = {}
    for number, one in enumerate(models):
        meta = one["metadata"]
        patch: dict[str, Any] = {"retraining": {"schedule": {"cron": "0 5 * * 1", "timezone": "Europe/Berlin"}}}
        stage = draw(st.sampled_from([stage["name"] for stage in one["spec"]["pipeline"]["stages"]]))
        patch["pipeline"] = {"stages": [{"name": stage, "resources": draw(RESOURCES), "placement": draw(PLACEMENT)}]}
        if "serving" in one["spec"]:
            patch["serving"] = {"minReplicas": 4, "maxReplicas": 5, "resources": draw(RESOURCES)}
            patch["logging"] = draw(st.sampled_from([None, {"mode": "response"}]))
        chosen = draw(st.lists(st.sampled_from(sorted(patch)), unique=True))
        if chosen:
            spec = {"for": {"model": f"{meta['team']}/{meta['name']}"}, "patch": {key: patch[key] for key in chosen}}
            about = {"apiVersion": "windlass.dev/v1alpha1", "kind": "Overlay", "metadata": {"name": f"over-{number}"}}
            found[f"over-{number}"] = {**about, "spec": spec}
    return found


@st.composite
def environment(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One of the chain of `benchmarks/fleet.py`; the head trains in the cluster."""
    before = dict(zip(fleet.ENVIRONMENTS[1:], fleet.ENVIRONMENTS, strict=False))
    backends = {
        "monitoring": st.just("prometheus"),
        "logging": st.just("ecs"),
        "tenancy": st.just("namespace"),
        "images": st.just("docker"),
    }
    spec = {
        "target": {"kind": "kubernetes", "namespace": "ml-{team}-" + name},
        "store": {"uri": f"s3://ml-{name}", "secretRef": {"name": "store"}},
        "images": IMAGES,
        "backends": {
            "pipelines": "dvc" if name in before else "argo",
            **draw(st.fixed_dictionaries({}, optional=backends)),
        },
        "network": {"ingressFrom": draw(st.lists(WORD, max_size=3, unique=True))},
        **({"promotesFrom": before[name]} if name in before else {"promotion": {"approvals": 0}}),
    }
    more = {
        "secrets": st.just({"store": "vault"}),
        "queue": st.just({"cluster": "shared"}),
        "tracking": st.just({"uri": "https://mlflow.example.org"}),
    }
    spec |= draw(st.fixed_dictionaries({}, optional=more))
    if name in before:
        spec.pop("queue", None)
    return {"apiVersion": "windlass.dev/v1alpha1", "kind": "Environment", "metadata": {"name": name}, "spec": spec}


@st.composite
def repositories(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Documents by their paths: up to three models of one or two teams, and three environments."""
    words = draw(st.lists(WORD, min_size=1, max_size=3, unique=True))
    models = [
        draw(model(f"t{number % 2}-{words[number % 2]}", f"m{number}-{word}")) for number, word in enumerate(words)
    ]
    found = {f"specs/{one['metadata']['team']}/{one['metadata']['name']}/model.yaml": one for one in models}
    for name in fleet.ENVIRONMENTS:
        found[f"environments/{name}/environment.yaml"] = draw(environment(name))
        for called, overlay in draw(overlays(models)).items():
            found[f"environments/{name}/overlays/{called}.yaml"] = overlay
    return found


def files(documents: dict[str, dict[str, Any]]) -> dict[str, bytes]:
    """The whole repository: with teams, datasets, code, locks and a release of each model in each environment."""
    found: dict[str, bytes] = {}
    for path, document in documents.items():
        meta = document["metadata"]
        if document["kind"] == "Model":
            found |= fleet.team_files(meta["team"])
            found |= fleet.model_files(meta["team"], meta["name"], _text(document))
        else:
            found[path] = _text(document)
    return found


class _Plain(yaml.SafeDumper):
    """Without aliases, which specs may not have."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(document: dict[str, Any]) -> bytes:
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, allow_unicode=True).encode()
