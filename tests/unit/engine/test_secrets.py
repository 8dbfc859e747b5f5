"""WL215 over every text of every document: known forms and dice are found, what people write is not."""

import base64
import random
import string
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import MODEL, base, codes, edited, environment
from windlass.engine.rules.secrets import TOKEN, _random

DICE = random.Random(7)
WORDS = st.lists(st.from_regex(r"[A-Za-z][a-z]{3,9}", fullmatch=True), min_size=1, max_size=9)
HARMLESS = st.one_of(
    st.from_regex(r"(sha256:|md5:)?[0-9a-f]{32,64}", fullmatch=True),
    st.from_regex(r"[a-z0-9.]{3,20}/[a-z-]{1,20}@sha256:[0-9a-f]{64}", fullmatch=True),
    st.from_regex(
        r"(s3|https|gs)://[a-z0-9.-]{3,30}(/[A-Za-z0-9._-]{1,20}){0,4}(\?[a-z]{1,5}=[0-9]{1,5})?", fullmatch=True
    ),
    st.from_regex(r"([0-9*/,-]{1,5} ){4}[0-9*/,-]{1,5}", fullmatch=True),
    st.from_regex(r"[0-9]{1,4}[smhd]|[0-9]{1,4}(m|Mi|Gi)", fullmatch=True),
    WORDS.map("/".join),
    WORDS.map("_".join),
    WORDS.map("-".join),
    WORDS.map(" ".join),
    WORDS.map("".join),
    st.tuples(WORDS.map("".join), st.integers(0, 10**6)).map(lambda pair: f"{pair[0]}{pair[1]}"),
    st.from_regex(r"python [a-z]{1,10}\.py( --[a-z-]{1,12}( [A-Za-z0-9]{1,8})?){0,4}", fullmatch=True),
    st.from_regex(r"[a-z]{1,10}@[a-z]{1,10}\.[a-z]{2,3}", fullmatch=True),
)


@given(HARMLESS)
def test_what_people_write_is_no_secret(text: str) -> None:
    assert not TOKEN.search(text)
    assert not _random(text)


@pytest.mark.parametrize(
    "text",
    [
        "MeanTimeRateLastWeekDays30",
        "numberOfTransactionsLast30Days",
        "StandardNC24adsA100v4OnDemand",
        "2026-11-21T13-00-00Z-run-0007",
    ],
)
def test_names_that_are_long_are_names(text: str) -> None:
    assert not _random(text)


@pytest.mark.parametrize(("length", "share"), [(24, 0.8), (32, 0.85), (40, 0.9), (64, 0.95)])
def test_dice_are_found(length: int, share: float) -> None:
    signs = string.ascii_letters + string.digits
    drawn = ["".join(DICE.choices(signs, k=length)) for _ in range(2000)]
    assert sum(map(_random, drawn)) >= share * len(drawn)


@pytest.mark.parametrize("size", [30, 32, 64])
@pytest.mark.parametrize("spelled", [base64.b64encode, base64.urlsafe_b64encode])
def test_keys_in_base64_are_found(size: int, spelled: Callable[[bytes], bytes]) -> None:
    drawn = [spelled(DICE.randbytes(size)).decode() for _ in range(1000)]
    assert sum(map(_random, drawn)) >= 0.8 * len(drawn)


DRAWN = "q7RzT2mXv9KpL4wYb8NcJ3sHd6Gf"
PREFIXED = [
    "AKIA" + "ABCDEFGHIJKLMNOP",
    "ghp_" + "a" * 36,
    "xoxb-" + "1" * 12,
    "-----BEGIN RSA " + "PRIVATE KEY-----",
    "eyJhbGciOiJI.eyJzdWIiOiIx.x",
    "https://me:word@example.org",
]


@pytest.mark.parametrize("text", [*PREFIXED, DRAWN])
@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (MODEL, "params: {max_depth: 8}", 'params: {max_depth: 8, note: "TEXT"}'),
        (MODEL, "cmd: python train.py", 'cmd: "TEXT"'),
        (environment("prod"), "spec:\n", 'spec:\n  description: "TEXT"\n'),
    ],
    ids=["params", "cmd", "environment"],
)
def test_every_text_is_looked_at(path: str, old: str, new: str, text: str) -> None:
    assert "WL215" in codes(edited(path, old, new.replace("TEXT", text)))


def test_overlays_are_looked_at_and_so_are_names() -> None:
    head = "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {name: x}\n"
    overlay = head + "spec:\n  for: {team: vision}\n  patch: PATCH\n"
    patches = ["{serving: {env: [{name: API_TOKEN, value: abc}]}}", f"{{task: {DRAWN}}}"]
    for patch in patches:
        files = base() | {"environments/prod/overlays/x.yaml": overlay.replace("PATCH", patch).encode()}
        assert "WL215" in codes(files)
    assert "WL215" in codes(edited(MODEL, "params: {max_depth: 8}", "params: {max_depth: 8, db_password: hunter2}"))
    assert "WL215" not in codes(
        edited(MODEL, "params: {max_depth: 8}", "params: {max_depth: 8, max_tokens: 512, token_limit: a}")
    )
