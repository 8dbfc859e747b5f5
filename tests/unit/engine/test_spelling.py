"""Filters: one value, one spelling, and every YAML dialect reads back what was meant."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from windlass.engine import spelling

TEXT = st.text(st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=40)


@given(TEXT)
def test_a_scalar_reads_back_in_yaml_1_1(text):
    assert yaml.safe_load(f"key: {spelling.scalar(text)}\n") == {"key": text}


@given(TEXT)
def test_a_scalar_reads_back_in_yaml_1_2(text):
    from ruamel.yaml import YAML

    assert YAML(typ="safe", pure=True).load(f"key: {spelling.scalar(text)}\n") == {"key": text}


@pytest.mark.parametrize(
    "text",
    ["yes", "No", "on", "y", "null", "1e3", "7e10123", "0o17", "1_000", "12:30:00", ".5", "~", "a: b", "=", "- a"],
)
def test_text_that_yaml_would_read_as_something_else_is_quoted(text):
    assert spelling.scalar(text) == f'"{text}"'


@pytest.mark.parametrize(
    "text", ["python train.py", "../datasets/digits/digits.csv", "model", "python -m unittest discover -q tests"]
)
def test_plain_text_stands_bare(text):
    assert spelling.scalar(text) == text


def test_units():
    assert [spelling.cpu(value) for value in (500, 1000, 1500)] == ["500m", "1", "1500m"]
    assert [spelling.bytes_si(value) for value in (0, 1000, 1024, 2**30, 3 * 2**29)] == [
        "0",
        "1000",
        "1Ki",
        "1Gi",
        "1536Mi",
    ]
    assert spelling.ident("a-b") == "a_b"


def test_dvc_fills_in_nothing():
    assert spelling.dvc("echo ${HOME} $X") == "echo \\${HOME} $X"
