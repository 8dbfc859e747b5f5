"""`dvc.lock` is read as DVC wrote it, and written so that DVC would not touch it."""

import pytest

from tests.transcript import ROOT
from windlass.engine import dvclock

COMMITTED = [ROOT / "specs/vision/digits/dvc.lock", ROOT / "specs/vision/datasets/digits/dvc.lock"]


@pytest.mark.parametrize("path", COMMITTED, ids=["model", "dataset"])
def test_what_dvc_wrote_comes_back_byte_for_byte(path):
    assert dvclock.dump(dvclock.parse(path.read_bytes())) == path.read_bytes()


def test_an_entry_says_what_was_read_and_written():
    entry = dvclock.parse(COMMITTED[0].read_bytes())["train"]
    assert entry.cmd == "python train.py"
    assert set(entry.deps) == {"train.py", "train.npy", "test.npy"}
    assert entry.outs["model"].endswith(".dir")
    assert entry.params == {"params.json": {"max_depth": 8, "trees": 100}}


def test_no_file_has_no_entries():
    assert dvclock.parse(None) == dvclock.parse(b"") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("schema: '2.0'\n<<<<<<< ours\nstages: {}\n", "line 3"),
        ("[]", "schema"),
        ("schema: '1.0'", "schema"),
        ("schema: '2.0'\nstages: {a: {deps: []}}", "stages"),
        ("schema: '2.0'\nstages: [a]", "stages"),
    ],
)
def test_what_is_no_lock_is_said(text, told):
    with pytest.raises(ValueError, match=told):
        dvclock.parse(text.encode())
