"""Training from end to end with real git and DVC: what runs, what does not, and what is said when it goes wrong."""

import json
import shutil

import pytest

from tests.train.shop import FIRST, MODEL, SLUG
from windlass.model.failure import Findings, Refused


def test_a_first_run_takes_every_step_and_a_second_takes_none(shop):
    first = shop.train()
    assert shop.ran() == FIRST
    assert (first.outcome, first.metrics["f1"]) == ("passed", pytest.approx(0.541667, abs=1e-5))
    assert [step for step, _, _ in shop.said.steps] == ["data", "tidy", "fit", "score", "test", "gates", "register"]
    assert "checked" in shop.said.printed

    second = shop.train()
    assert second == first
    assert shop.ran() == []
    assert shop.said.steps == []


def test_the_candidate_says_what_it_was_made_of(shop):
    made = shop.train()
    store = shop.ports.store("local")
    (pin,) = made.data
    assert (pin.name, pin.dataset, pin.rows, pin.licence) == ("till", "shop/sales", 3, "CC0-1.0")
    assert (
        pin.sha256 == "sha256:" + __import__("hashlib").sha256(b"item,price\napple,1.5\npear,2\nplum,3\n").hexdigest()
    )
    assert made.commit == shop.clone.git("rev-parse", "HEAD")
    assert not made.dirty
    assert made.params == {"factor": 2, "deep": False}
    assert set(json.loads(store.get(made.code))) >= {"specs/shop/price/fit.py", "specs/shop/price/käse und brot.txt"}
    assert store.get(made.dvc_lock) == (shop.clone.folder / "specs/shop/price/dvc.lock").read_bytes()
    store.verify_folder(made.model.digest)


def test_a_changed_parameter_runs_only_what_depends_on_it_and_back_trains_nothing(shop):
    first = shop.train()
    before = (shop.clone.folder / "specs/shop/price/dvc.lock").read_bytes()
    shop.ran()

    shop.change(MODEL, "factor: 2", "factor: 3")
    second = shop.train()
    assert shop.ran() == ["fit", "score", "test"]
    assert ("fit", "ran", "factor 2 -> 3") in shop.said.steps
    assert second.inputs != first.inputs

    shop.change(MODEL, "factor: 3", "factor: 2")
    assert shop.train().model == first.model
    assert shop.ran() == []
    assert (shop.clone.folder / "specs/shop/price/dvc.lock").read_bytes() == before


def test_changed_back_is_restored_from_the_run_cache_even_without_a_candidate(shop):
    shop.train()
    shop.change(MODEL, "factor: 2", "factor: 3")
    shop.train()
    shop.ran()
    shop.change(MODEL, "factor: 3", "factor: 2")
    shutil.rmtree(shop.clone.folder / ".windlass/local/store/records/candidates")
    shop.train()
    assert shop.ran() == []
    assert shop.outcomes()["fit"] == "restored"


def test_new_data_trains_again(shop):
    shop.train()
    shop.ran()
    shop.change("specs/shop/datasets/sales/till.txt", "plum,3", "plum,4")
    made = shop.train()
    assert shop.ran() == FIRST
    assert made.dirty


def test_a_cleared_work_folder_runs_nothing_again(shop):
    shop.train()
    shop.ran()
    shutil.rmtree(shop.clone.folder / ".windlass/local/work")
    shop.change(MODEL, "factor: 2", "factor: 3")
    shop.train()
    assert shop.ran() == ["fit", "score", "test"]


def test_an_undeclared_import_fails_here_as_everywhere(shop):
    shop.clone.write({"specs/shop/price/extra.py": "VALUE = 1\n"})
    shop.change("specs/shop/price/fit.py", "params =", "import extra\nparams =")
    with pytest.raises(Findings) as failed:
        shop.train()
    assert "No module named 'extra'" in failed.value.output


def test_failing_code_is_told_by_its_own_traceback_and_the_rest_is_kept(shop):
    shop.change("specs/shop/price/fit.py", "rows = json", "rows = 1 / 0\nrows = json")
    with pytest.raises(Findings) as failed:
        shop.train()
    (found,) = failed.value.diagnostics
    assert found.code == "WL501"
    assert str(found.place).startswith("specs/shop/price/fit.py:4")
    lines = failed.value.output.splitlines()
    assert lines[-1] == "ZeroDivisionError: division by zero"
    assert len(lines) <= 5
    assert "dvc" not in failed.value.output
    assert shop.ran() == ["source", "tidy", "fit"]
    (record,) = shop.records("candidates")
    assert (record["outcome"], shop.book.versions("shop-price")) == ("failed", {})

    shop.change("specs/shop/price/fit.py", "rows = 1 / 0\n", "")
    assert shop.train().outcome == "passed"
    assert shop.ran() == ["fit", "score", "test"]


def test_a_stage_that_does_not_write_its_out(shop):
    shop.change("specs/shop/price/tidy.py", "'tidy.json'", "'other.json'")
    with pytest.raises(Findings) as failed:
        shop.train()
    assert [found.code for found in failed.value.diagnostics] == ["WL503"]
    assert "tidy.json" in failed.value.diagnostics[0].message


def test_metrics_without_a_declared_name(shop):
    shop.change("specs/shop/price/score.py", "{'f1': f1,", "{'f2': f1,")
    with pytest.raises(Findings) as failed:
        shop.train()
    (found,) = failed.value.diagnostics
    assert "no number `f1`" in found.message
    assert (found.code, marked(shop, found)) == ("WL503", "f1")


def marked(shop, found, length=2):
    """The text that a finding points at."""
    line = (shop.clone.folder / found.place.path).read_text().splitlines()[found.place.line - 1]
    return line[found.place.column - 1 :][:length]


def test_each_gate_is_refused_at_its_own_place_and_the_hint_stands_once(shop):
    gates = "[{metric: f1, min: 0.5}]"
    more = "[{metric: f1, min: 0.9}, {metric: f1, min: 0.1}, {metric: f1, max: 0.2, slice: {item: plum}}]"
    shop.change(MODEL, gates, more)
    with pytest.raises(Refused) as refused:
        shop.train()
    one, two = refused.value.diagnostics
    assert (one.code, marked(shop, one, 23)) == ("WL401", "{metric: f1, min: 0.9},")
    assert marked(shop, two, 33) == "{metric: f1, max: 0.2, slice: {it"
    assert (one.hint, two.hint != "") == ("", True)


def test_a_number_that_is_none_is_called_so(shop):
    shop.change("specs/shop/price/score.py", "f1 = min(1.0, mean / 8)", "f1 = float('nan')")
    with pytest.raises(Refused) as refused:
        shop.train()
    assert refused.value.diagnostics[0].message == "shop/price: f1 is NaN"


def test_a_refused_gate_says_by_how_much_and_is_judged_anew_without_training(shop):
    shop.change(MODEL, "min: 0.5", "min: 0.9")
    with pytest.raises(Refused) as refused:
        shop.train()
    (found,) = refused.value.diagnostics
    assert found.code == "WL401"
    assert "f1 is 0.542, not >= 0.900: 0.358 too low" in found.message
    assert shop.book.versions("shop-price") == {}
    assert shop.records("candidates")[0]["outcome"] == "refused"
    assert shop.ran() == FIRST

    with pytest.raises(Refused):
        shop.train()
    shop.change(MODEL, "min: 0.9", "min: 0.5")
    assert shop.train().outcome == "passed"
    assert shop.ran() == []
    assert list(shop.book.versions("shop-price").values()) == ["1"]

    shop.change(MODEL, "min: 0.5", "min: 0.9")
    with pytest.raises(Refused):
        shop.train()


def test_failing_tests_release_nothing_and_a_changed_test_trains_nothing(shop):
    shop.change("specs/shop/price/checks.py", "print('checked')", "assert 1 == 2, 'a broken promise'")
    with pytest.raises(Findings) as failed:
        shop.train()
    assert failed.value.diagnostics[0].code == "WL502"
    assert failed.value.output.endswith("AssertionError: a broken promise")
    assert shop.book.versions("shop-price") == {}
    shop.ran()

    shop.change("specs/shop/price/checks.py", "assert 1 == 2, 'a broken promise'", "print('fine')")
    first = shop.train()
    assert shop.ran() == ["test"]
    shop.change("specs/shop/price/checks.py", "print('fine')", "print('better')")
    assert shop.train().inputs == first.inputs
    assert shop.ran() == ["test"]


def test_what_passed_stays_recorded_when_a_new_gate_or_test_says_no(shop):
    first = shop.train()
    shop.change(MODEL, "min: 0.5", "min: 0.9")
    with pytest.raises(Refused):
        shop.train()
    shop.change(MODEL, "min: 0.9", "min: 0.5")
    shop.change("specs/shop/price/checks.py", "print('checked')", "raise SystemExit(3)")
    with pytest.raises(Findings, match="exit code 3"):
        shop.train()
    assert shop.records("candidates") == [first.plain()]


def test_bad_data_stops_before_training_with_lines_and_columns(shop):
    shop.change("specs/shop/datasets/sales/till.txt", "pear,2\nplum,3", "pear,-2\nplum,many\napple,4")
    with pytest.raises(Findings) as failed:
        shop.train()
    told = [found.message for found in failed.value.diagnostics]
    assert {found.code for found in failed.value.diagnostics} == {"WL510"}
    assert told == [
        "shop/sales: column `item`: 1 value there before: line 5 (`apple`)",
        "shop/sales: column `price`: 1 value below 0: line 3 (`-2`)",
        "shop/sales: column `price`: 1 value no number: line 4 (`many`)",
    ]
    assert failed.value.diagnostics[1].place.line == 3
    assert failed.value.diagnostics[1].related[0].place.path == "specs/shop/datasets/sales/dataset.yaml"
    assert shop.ran() == ["source"]


def test_a_dep_that_git_ignores_or_that_is_not_there(shop):
    shop.clone.write({"specs/shop/price/secret.txt": "x", ".gitignore": ".windlass/\nsecret.txt\n"})
    shop.change(MODEL, 'deps: [tidy.py, till, "käse und brot.txt"]', "deps: [tidy.py, till, secret.txt]")
    with pytest.raises(Findings) as failed:
        shop.train()
    assert failed.value.diagnostics[0].code == "WL505"
    assert "git ignores it" in failed.value.diagnostics[0].message


def test_a_conflict_in_dvc_lock_is_a_finding(shop):
    shop.train()
    path = shop.clone.folder / "specs/shop/price/dvc.lock"
    path.write_text("<<<<<<< ours\n" + path.read_text())
    with pytest.raises(Findings) as failed:
        shop.train()
    assert failed.value.diagnostics[0].code == "WL304"
    path.unlink()
    shop.ran()
    shop.train()
    assert shop.ran() == []


def test_only_local_trains_what_is_not_committed(shop):
    shop.clone.commit(
        "an environment",
        {
            "environments/dev/environment.yaml": "apiVersion: windlass.dev/v1alpha1\nkind: Environment\n"
            "metadata: {name: dev}\nspec: {target: {kind: local}}\n"
        },
    )
    assert shop.train("dev").outcome == "passed"
    assert shop.clone.git("status", "--porcelain") == ""
    shop.clone.write({"specs/shop/price/notes.md": "hello"})
    with pytest.raises(Refused) as refused:
        shop.train("dev")
    assert refused.value.diagnostics[0].code == "WL412"


def test_a_generated_file_edited_by_hand(shop):
    path = shop.clone.folder / "specs/shop/price/params.json"
    path.write_text(path.read_text().replace('"factor": 2', '"factor": 5'))
    with pytest.raises(Findings) as failed:
        shop.train()
    assert failed.value.diagnostics[0].code == "WL301"
    assert SLUG.partition("/")[2] in failed.value.diagnostics[0].message
