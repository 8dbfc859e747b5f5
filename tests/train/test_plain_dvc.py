"""A plain DVC user in the same repository: what Windlass trained is theirs, and theirs is Windlass's."""

import os
import subprocess
import sys
from pathlib import Path

from tests.train.shop import MODEL
from windlass.views import lock as view

DVC_CONFIG = (
    "[core]\n    analytics = false\n    check_update = false\n[cache]\n    dir = ../.windlass/local/store/dvc\n"
)


def typed(shop, words, **more):
    """Run a program (a list) or a line for `sh` (a text) at the top of the repository."""
    quiet = {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(shop.clone.folder / ".windlass/site")}
    words = ["sh", "-c", words] if isinstance(words, str) else words
    environment = {**os.environ, **quiet, **more}
    done = subprocess.run(words, cwd=shop.clone.folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def dvc(shop, *words):
    return typed(shop, [Path(sys.executable).parent / "dvc", *words])


def prepared(shop):
    shop.clone.commit(
        "a DVC repository",
        {".dvc/config": DVC_CONFIG, ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n", ".dvcignore": "__pycache__\n"},
    )


def test_repro_takes_what_windlass_trained(shop):
    prepared(shop)
    shop.train()
    shop.clone.commit("the lock")
    shop.ran()
    said = dvc(shop, "repro", "specs/shop/price/dvc.yaml")
    assert shop.ran() == []
    assert said.count("is cached - skipping run") == 4
    assert shop.clone.git("status", "--porcelain") == ""
    assert "Data and pipelines are up to date" in dvc(shop, "status")
    assert "f1" in dvc(shop, "metrics", "show")
    assert "specs/shop/price/dvc.yaml:fit" in dvc(shop, "dag", "specs/shop/price/dvc.yaml")


def test_windlass_takes_what_repro_made(shop):
    prepared(shop)
    dvc(shop, "repro", "specs/shop/price/dvc.yaml")
    assert shop.ran() == ["source", "tidy", "fit", "score"]
    assert shop.clone.git("status", "--porcelain").split() == [
        "??",
        "specs/shop/datasets/sales/dvc.lock",
        "??",
        "specs/shop/price/dvc.lock",
    ]
    lock = (shop.clone.folder / "specs/shop/price/dvc.lock").read_bytes()
    shop.train()
    assert shop.ran() == ["test"]
    assert (shop.clone.folder / "specs/shop/price/dvc.lock").read_bytes() == lock


def test_the_line_that_lock_prints_runs_the_stages_in_the_model_s_interpreter(shop, tmp_path):
    prepared(shop)
    other = tmp_path / "other" / "python"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\necho another python >&2\nexit 1\n")
    other.chmod(0o755)
    printed = view.as_text(shop.lock()).splitlines()[-1]
    assert printed.startswith(view.PLAIN)
    typed(shop, printed.removeprefix(view.PLAIN), PATH=f"{other.parent}:/usr/bin:/bin")
    assert shop.ran() == ["source", "tidy", "fit", "score"]


def test_dvc_sees_an_edited_spec_once_it_is_locked(shop):
    prepared(shop)
    shop.train()
    dvc(shop, "repro", "specs/shop/price/dvc.yaml")
    shop.ran()
    spec = shop.clone.folder / MODEL
    spec.write_text(spec.read_text().replace("factor: 2", "factor: 3"))
    assert "Data and pipelines are up to date" in dvc(shop, "repro", "specs/shop/price/dvc.yaml")
    typed(shop, view.plain(shop.lock()[-1]))
    assert shop.ran() == ["fit", "score"]


def test_in_this_repository_dvc_finds_the_specs_and_nothing_else(tmp_path):
    root = Path(__file__).parents[2]
    names = subprocess.check_output(["git", "ls-files", "-z"], cwd=root, text=True).split("\0")
    for name in filter(None, names):
        if Path(name).name in ("dvc.yaml", "params.json", "tune.json", ".dvcignore") or name.startswith(".dvc/"):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes((root / name).read_bytes())
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    words = [Path(sys.executable).parent / "dvc", "stage", "list", "--all", "--name-only"]
    quiet = {**os.environ, "DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(tmp_path / "site")}
    found = subprocess.run(words, cwd=tmp_path, env=quiet, capture_output=True, text=True, check=True).stdout
    stages = ["specs/vision/datasets/digits/dvc.yaml:source"]
    stages += [f"specs/vision/digits/dvc.yaml:{name}" for name in ("prepare", "train", "evaluate")]
    stages += ["specs/risk/datasets/payments/dvc.yaml:source"]
    stages += [f"specs/risk/fraud/dvc.yaml:{name}" for name in ("split", "tune", "train", "evaluate")]
    stages += [f"specs/risk/fraud-linear/dvc.yaml:{name}" for name in ("split", "train", "evaluate")]
    stages += ["specs/retail/datasets/clothes/dvc.yaml:source"]
    stages += [f"specs/retail/clothes/dvc.yaml:{name}" for name in ("prepare", "train", "evaluate")]
    assert sorted(found.split()) == sorted(stages)
