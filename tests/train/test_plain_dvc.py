"""A plain DVC user in the same repository: what Windlass trained is theirs, and theirs is Windlass's."""

import os
import subprocess
import sys
from pathlib import Path

DVC_CONFIG = (
    "[core]\n    analytics = false\n    check_update = false\n[cache]\n    dir = ../.windlass/local/store/dvc\n"
)


def dvc(shop, *words):
    environment = {
        **os.environ,
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(shop.clone.folder / ".windlass/site"),
    }
    done = subprocess.run(
        [Path(sys.executable).parent / "dvc", *words],
        cwd=shop.clone.folder,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


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
