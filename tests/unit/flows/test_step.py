"""The table of kinds of steps, and the words that travel between them."""

import string
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.lower.training import read_revisions, revisions
from windlass.flows.step import KINDS
from windlass.model.workload import Step

NAMES = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12)
AROUND = {"refresh", "report"}
"""Taken by their names: they are of the run, not of the pipeline."""
UNBUILT = {"publish"}


def test_every_kind_of_step_can_be_taken() -> None:
    assert set(get_args(Step.model_fields["kind"].annotation)) - AROUND - UNBUILT == KINDS.keys()


@given(st.dictionaries(st.builds("{}/{}".format, NAMES, NAMES), st.text("0123456789abcdef", min_size=32, max_size=32)))
def test_revisions_are_read_as_they_were_written(data: dict[str, str]) -> None:
    assert read_revisions(revisions(data)) == data


@pytest.mark.parametrize("text", ["vision/digits", "@md5:abc", "vision/digits@md5:", "vision/digits@sha256:abc"])
def test_what_is_no_revision_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no revision"):
        read_revisions(text)
