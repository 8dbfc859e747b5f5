"""`dvc.lock` is read as DVC wrote it, and written so that DVC would not touch it."""

import pytest
from dvc.utils.serialize import dumps_yaml, loads_yaml
from hypothesis import example, given
from hypothesis import strategies as st

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


@example(0.00001)
@example("12e3")
@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.from_regex(r"[0-9]{1,30}[eE][+-]?[0-9]{1,3}", fullmatch=True)
)
def test_small_numbers_and_hex_that_looks_like_one_are_to_us_what_they_are_to_dvc(value):
    document = {"schema": "2.0", "stages": {"fit": {"cmd": "c", "params": {"params.json": {"rate": value}}}}}
    found = dvclock.parse(dumps_yaml(document).encode())
    assert found["fit"].params["params.json"]["rate"] == value
    assert loads_yaml(dvclock.dump(found).decode()) == document


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
