"""The verbs `lock`, `render` and `train` through the front door."""

import json
import subprocess
import sys

import pytest

from tests.train.shop import MODEL
from windlass.cli.main import main


@pytest.fixture
def windlass(shop, capsys, monkeypatch):
    """Run a command in the shop's repository; exit code, stdout, stderr."""
    monkeypatch.chdir(shop.clone.folder)

    def run(*words):
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_lock_finds_all_fresh(windlass):
    code, out, _ = windlass("lock", "--output", "json")
    assert code == 0
    rows = json.loads(out)["locked"]
    assert [(row["kind"], row["slug"]) for row in rows] == [("dataset", "shop/sales"), ("model", "shop/price")]
    assert {outcome for row in rows for outcome in row["files"].values()} == {"fresh"}
    assert len(rows[1]["files"]) == 4


def test_lock_writes_what_is_missing_edited_or_stale_and_says_so(windlass, shop):
    folder = shop.clone.folder / "specs/shop/price"
    lock = (folder / "requirements.lock").read_bytes()
    (folder / "dvc.yaml").unlink()
    (folder / "params.json").write_text("{}")
    (folder / "requirements.txt").write_text("# another comment\n")
    code, out, _ = windlass("validate")
    assert code == 1
    code, out, _ = windlass("lock", "shop/price")
    assert code == 0
    for name in ("dvc.yaml", "params.json", "requirements.lock"):
        assert f"~ specs/shop/price/{name}" in out
    assert ".gitignore" not in out
    assert (folder / "requirements.lock").read_bytes() != lock
    assert windlass("validate")[0] == 0


def test_lock_says_every_requirements_file_that_is_missing(windlass, shop):
    for path in ("specs/shop/price/requirements.txt", "specs/shop/datasets/sales/requirements.txt"):
        (shop.clone.folder / path).unlink()
    code, _, err = windlass("lock")
    assert code == 1
    assert err.count("WL303") >= 2


def test_requirements_that_cannot_be_met_name_the_file(windlass, shop):
    shop.clone.write({"specs/shop/price/requirements.txt": "iniconfig==1.0\niniconfig==2.0\n"})
    code, _, err = windlass("lock")
    assert code == 1
    assert "WL560" in err
    assert "specs/shop/price/requirements.txt" in err
    assert "Traceback" not in err


def test_render_shows_every_file_and_writes_none(windlass, shop):
    code, out, _ = windlass("render", "local", "--output", "json")
    assert code == 0
    files = json.loads(out)
    for path in ("specs/shop/price/dvc.yaml", "specs/shop/price/params.json", "specs/shop/datasets/sales/dvc.yaml"):
        assert files[path] == (shop.clone.folder / path).read_text()
    assert windlass("render", "local", "--out", "rendered")[0] == 0
    assert (shop.clone.folder / "rendered/specs/shop/price/dvc.yaml").is_file()
    assert "--- specs/shop/price/dvc.yaml\n# rendered by windlass" in windlass("render", "local")[1]


def test_render_follows_the_spec_even_where_the_files_are_old(windlass, shop):
    path = shop.clone.folder / MODEL
    path.write_text(path.read_text().replace("factor: 2", "factor: 7"))
    assert '"factor": 7' in windlass("render", "local")[1]


def test_train_in_an_environment_that_does_not_train(windlass, shop):
    head = "apiVersion: windlass.dev/v1alpha1\nkind: Environment\nmetadata: {{name: {}}}\nspec: {{target: {{kind: local}}{}}}\n"
    shop.clone.commit(
        "environments",
        {
            "environments/dev/environment.yaml": head.format("dev", ""),
            "environments/prod/environment.yaml": head.format("prod", ", promotesFrom: dev"),
        },
    )
    code, _, err = windlass("train", "--env", "prod", "--rehearse")
    assert code == 2
    assert "WL611" in err
    assert "promote shop/price --to prod" in err


def test_train_with_failing_code_exits_1_in_a_few_lines(shop):
    shop.change("specs/shop/price/fit.py", "rows = json", "rows = 1 / 0\nrows = json")
    # A process of its own: workers that were warmed end with it, as they do for a person.
    ended = subprocess.run(
        [sys.executable, "-m", "windlass", "train", "shop/price"],
        cwd=shop.clone.folder,
        capture_output=True,
        text=True,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    told = ended.stderr[ended.stderr.index("specs/shop/price/fit.py") :].rstrip().splitlines()
    assert "WL501" in told[0]
    assert told[-1].strip() == "ZeroDivisionError: division by zero"
    assert len(told) <= 6
