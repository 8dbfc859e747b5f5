"""What the dvc backend renders is read by the real DVC as it was meant."""

import json
from pathlib import Path

import pytest

from tests.backends.test_backends import ROOT, example, named
from windlass.model.workload import Search

CASES = sorted((ROOT / "pipelines" / "dvc" / "examples").iterdir())


@pytest.fixture
def read(monkeypatch, tmp_path):
    """Stages by name, as DVC finds them in a folder of the expected files."""
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    from dvc.repo import Repo

    def stages(case: Path):
        Repo.init(str(tmp_path), no_scm=True).close()
        folder = tmp_path / example(case).folder
        folder.mkdir(parents=True)
        for path in (case / "expected").iterdir():
            (folder / path.name).write_bytes(path.read_bytes())
        monkeypatch.chdir(tmp_path)
        with Repo(".") as repo:
            return {stage.name: stage for stage in repo.index.stages}

    return stages


@pytest.mark.parametrize("case", named(CASES))
def test_dvc_accepts_it(case):
    from dvc.schema import COMPILED_MULTI_STAGE_SCHEMA
    from dvc.utils.serialize import load_yaml

    COMPILED_MULTI_STAGE_SCHEMA(load_yaml(str(case / "expected" / "dvc.yaml")))


@pytest.mark.parametrize("case", named(CASES))
def test_dvc_reads_what_was_meant(case, read):
    pipeline = example(case)
    found = read(case)
    values = {parameter.name: parameter.value for parameter in pipeline.parameters}
    assert list(found) == [step.name for step in pipeline.stages]
    for step in pipeline.stages:
        stage = found[step.name]
        assert stage.cmd == step.command
        params = {name: value for dep in stage.params for name, value in dep.read_params().items()}
        searched = {"digest": step.search.digest} if step.search else {}
        assert params == {name: values[name] for name in step.params} | searched
        assert [dep.def_path for dep in stage.deps if dep not in stage.params] == list(step.deps)
        assert [out.def_path for out in stage.outs] == [*step.outs, *(file.path for file in step.metrics)]
        assert all(out.use_cache for out in stage.outs)


def test_tune_json_is_the_search():
    case = ROOT / "pipelines/dvc/examples/tuned"
    value = json.loads((case / "expected/tune.json").read_text())
    assert value.pop("_").startswith("rendered by windlass from model.yaml")
    assert Search.model_validate(value) == example(case).search
    params = json.loads((case / "expected/params.json").read_text())
    assert not value["trials"][0].keys() & params.keys(), "code that forgets best.json is told so by its own KeyError"


def test_params_json_says_where_it_comes_from():
    value = json.loads((ROOT / "pipelines/dvc/examples/model/expected/params.json").read_text())
    assert value.pop("_").startswith("rendered by windlass from model.yaml")
    assert value == {"max_depth": 8, "trees": 100}
