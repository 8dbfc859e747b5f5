"""What the bentocloud backend renders is taken key by key: by a schema of BentoML's own classes, and by BentoML itself."""

import json
from pathlib import Path

import pytest
import yaml

from tests.backends.test_backends import ROOT, example, files, named
from tests.upstream import bentocloud
from windlass.engine import render

FOLDER = ROOT / "serving" / "bentocloud"
CASES = sorted((FOLDER / "examples").iterdir())


def document(case: Path) -> Path:
    (found,) = (case / "expected" / "bentocloud").iterdir()
    return found


@pytest.mark.parametrize("case", named(CASES))
def test_it_is_taken_and_a_typo_would_be_found(case: Path) -> None:
    read = yaml.safe_load(document(case).read_text())
    assert bentocloud.problems(read) == []
    (service,) = read["services"].values()
    assert service["deployment_strategy"] != "Recreate", "that stops every copy first"
    for place, key in ((read, "enviroments"), (service, "instance_typ"), (service["scaling"], "min_replica")):
        place[key] = 1
        assert any(key in problem for problem in bentocloud.problems(read))
        del place[key]
    service["deployment_strategy"] = "Slowly"
    assert bentocloud.problems(read)


@pytest.mark.parametrize("case", named(CASES))
def test_bentoml_drops_nothing_of_it(case: Path, model_python: Path) -> None:
    text = document(case).read_text()
    assert bentocloud.understood(model_python, text) == yaml.safe_load(text)


def test_the_schema_is_what_the_installed_bentoml_has(model_python: Path) -> None:
    assert bentocloud.derived(model_python) == json.loads(bentocloud.FILE.read_text())


def test_options_are_said() -> None:
    set_by = {"cluster": "eu-1", "accessAuthorization": False, "coldStartTimeout": 60}
    (data,) = render.render(files(FOLDER), example(FOLDER / "examples" / "asleep"), set_by).values()
    read = yaml.safe_load(data)
    assert bentocloud.problems(read) == []
    assert (read["cluster"], read["access_authorization"]) == ("eu-1", False)
    assert read["services"]["model"]["cold_start_timeout"] == 60


def test_texts_arrive_as_they_were() -> None:
    hard = ["1e3", "y", "0o17", "12:30:00", "~", "a: b # c", "'", '"', "\t", "[= x =]"]
    service = example(FOLDER / "examples" / "plain").plain()
    service["env"] = [{"name": f"HARD_{number}", "value": text} for number, text in enumerate(hard)]
    (data,) = render.render(files(FOLDER), example(FOLDER / "examples" / "plain").model_validate(service)).values()
    envs = {one["name"]: one["value"] for one in yaml.safe_load(data)["envs"]}
    assert [envs[f"HARD_{number}"] for number in range(len(hard))] == hard
