"""Plain scalars: what every YAML reader takes alike is a value, the rest is a surprise."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.scalars import Surprise, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("true", True), ("False", False), ("0", 0), ("-7", -7), ("+3", 3),
        ("0.5", 0.5), (".5", 0.5), ("1.", 1.0), ("-1.5e-3", -0.0015), ("y", "y"), ("n", "n"), ("v1", "v1"), ("1.2.3", "1.2.3"),
        ("24h", "24h"), ("500m", "500m"), ("512Mi", "512Mi"), (".", "."), ("..", ".."), ("-", "-"), ("--help", "--help"),
        ("nowhere", "nowhere"), ("Non", "Non"), ("offer", "offer"), ("2024-3", "2024-3"),
    ],
)  # fmt: skip
def test_values(text: str, value: object) -> None:
    found = resolve(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "instead"),
    [
        ("yes", 'true, or "yes" in quotes'),
        ("Off", 'false, or "Off" in quotes'),
        ("1e-3", '0.001, or "1e-3" in quotes'),
        ("1e-7", '1.0e-07, or "1e-7" in quotes'),
        ("1e999", 'a finite number, or "1e999" in quotes'),
        ("0123", 'a decimal number, or "0123" in quotes'),
        ("0x1F", 'a decimal number, or "0x1F" in quotes'),
        ("0o17", 'a decimal number, or "0o17" in quotes'),
        ("1_000", 'a decimal number, or "1_000" in quotes'),
        ("12:30:00", '"12:30:00" in quotes'),
        ("2024-01-01", '"2024-01-01" in quotes'),
        (".inf", "a finite number"),
        ("-.Inf", "a finite number"),
        (".NaN", "a finite number"),
        ("9" * 6000, '"99999999…" in quotes'),
    ],
)
def test_surprises(text: str, instead: str) -> None:
    found = resolve(text)
    assert isinstance(found, Surprise)
    assert found.instead == instead


PLAIN = st.text(st.sampled_from("0123456789.+-_:eExobonyNYtTfFrueals~ "), min_size=1, max_size=9).map(str.strip)


@given(PLAIN.filter(lambda text: text and not text.endswith(":")))
def test_what_is_a_value_here_is_the_same_value_for_pyyaml(text: str) -> None:
    found = resolve(text)
    if isinstance(found, Surprise):
        return
    try:
        theirs = yaml.load(f"[{text}]", yaml.CSafeLoader)[0]
    except (yaml.YAMLError, ValueError, IndexError):
        return
    if isinstance(theirs, dict | list):
        return
    assert (found, type(found)) == (theirs, type(theirs))
