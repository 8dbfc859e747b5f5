"""The team's own mistakes: their traceback, their rows, their numbers; what ran before is kept, and nothing is released."""

import json

import pytest

from tests.e2e import orchard as place
from tests.e2e.orchard import FIELD, FIRST, FOLDER, MODEL, SLUG, Orchard

pytestmark = pytest.mark.slow
BROKEN = place.TOLD.format("fit") + "print('half way')\nraise ZeroDivisionError('no pears')\n"
FIT = str(place.FILES[f"{FOLDER}/fit.py"])


def _ups(orchard: Orchard) -> place.Said:
    return orchard.says("up", SLUG, "--port", str(orchard.port))


def _nothing_made(orchard: Orchard) -> None:
    assert orchard.services() == []
    assert orchard.strays() == []
    assert not (orchard.state / "local/releases").exists()
    if (orchard.state / "mlflow.db").exists():
        assert orchard.rows("select count(*) from model_versions") == [(0,)]
        assert orchard.rows("select count(*) from runs") == [(0,)]


def test_code_that_fails_in_the_middle(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/fit.py": BROKEN})
    said = _ups(orchard)
    assert said.exit == 1, said.text
    assert said.text.count("WL501") == 1, said.text
    assert "ZeroDivisionError: no pears" in said.text
    assert said.text.count("Traceback") == 1
    (log,) = orchard.state.glob("local/work/**/fit.log")
    assert "half way" in log.read_text()
    assert f"{log.name}" in said.text, "says where all of its output is"
    assert f"{FOLDER}/fit.py:" in said.text, "where, in the file that the person edits"
    assert orchard.ran() == ["source", "tidy", "fit"]
    _nothing_made(orchard)

    assert _ups(orchard).exit == 1
    assert orchard.ran() == ["fit"], "the earlier stages are kept"

    orchard.clone.write({f"{FOLDER}/fit.py": FIT})
    orchard.up()
    assert orchard.ran() == ["fit", "score", "test"]
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.predicts() == 4


def test_an_out_that_the_code_does_not_write(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/fit.py": place.TOLD.format("fit")})
    said = _ups(orchard)
    assert (said.exit, said.text.count("WL503")) == (1, 1), said.text
    assert "model" in said.text
    assert "Traceback" not in said.text
    assert orchard.ran() == ["source", "tidy", "fit"]
    _nothing_made(orchard)
    orchard.clone.write({f"{FOLDER}/fit.py": FIT})
    orchard.up()
    assert orchard.ran() == ["fit", "score", "test"]


def test_metrics_that_are_not_what_was_declared(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/score.py": "import pathlib\npathlib.Path('metrics.json').write_text('NaN?')\n"})
    said = _ups(orchard)
    assert (said.exit, said.text.count("WL503")) == (1, 1), said.text
    assert "Traceback" not in said.text
    _nothing_made(orchard)


def test_a_model_that_cannot_be_served(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/weights/2.skops": b"these are no bytes of skops\n"})
    said = _ups(orchard)
    assert said.exit == 1, said.text
    assert said.text.count("WL522") == 1, said.text
    assert "skops.io.dump" in said.text
    assert "Traceback" not in said.text
    _nothing_made(orchard)


def test_tests_that_fail(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/checks.py": "assert 1 == 2, 'pears are not apples'\n"})
    said = _ups(orchard)
    assert (said.exit, said.text.count("WL502")) == (1, 1), said.text
    assert "pears are not apples" in said.text
    _nothing_made(orchard)
    orchard.ran()
    orchard.clone.write({f"{FOLDER}/checks.py": str(place.FILES[f"{FOLDER}/checks.py"])})
    orchard.up()
    assert orchard.ran() == ["test"]


def test_bad_data_names_rows_and_columns_and_trains_nothing(orchard: Orchard) -> None:
    orchard.clone.write({FIELD: "A,1.5\nB,-2\nB,heavy\nC,\n"})
    said = _ups(orchard)
    assert said.exit == 1, said.text
    assert "WL510" in said.text
    for told in ("weight", "crate", "crates.csv", "3"):
        assert told in said.text
    assert "Traceback" not in said.text
    assert orchard.ran() == ["source"]
    _nothing_made(orchard)

    # all at once: the doubled crate, the negative weight, the word, the gap
    found = json.loads(orchard.says("up", SLUG, "--port", str(orchard.port), "--output", "json").out)["diagnostics"]
    assert len(found) >= 3, found
    assert {one["code"] for one in found} == {"WL510"}
    assert orchard.ran() == [], "judged again without collecting again"

    orchard.clone.write({FIELD: str(place.FILES[FIELD])})
    orchard.up()
    assert orchard.ran() == FIRST


def test_a_refused_gate(orchard: Orchard) -> None:
    orchard.edit(MODEL, "min: 0.5", "min: 0.9")
    for ran in (FIRST, []):
        said = _ups(orchard)
        assert (said.exit, said.text.count("WL401")) == (4, 1), said.text
        assert "0.750" in said.text
        assert "0.900" in said.text
        assert "0.150" in said.text, "by how much"
        assert orchard.ran() == ran
        _nothing_made(orchard)
    orchard.edit(MODEL, "min: 0.9", "min: 0.5")
    orchard.up()
    assert orchard.ran() == [], "a gate is judged without training"


def test_a_gate_refused_over_a_release_leaves_it_serving(orchard: Orchard) -> None:
    orchard.up()
    before, release = orchard.pids(), orchard.release()
    orchard.edit(MODEL, "factor: 2", "factor: 3", lock=False)
    orchard.edit(MODEL, "min: 0.5", "min: 0.9")
    for _ in range(2):
        said = _ups(orchard)
        assert (said.exit, said.text.count("WL401")) == (4, 1), said.text
    assert orchard.pids() == before
    assert orchard.release() == release
    assert orchard.predicts() == 4
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert "serving" in orchard.does("status").out
