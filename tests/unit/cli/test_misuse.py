"""Command lines that mean nothing: a finding with a code, on stdout as JSON where that was asked for, and exit 2."""

import json
from pathlib import Path

import pytest

from windlass.cli.main import VERBS, main
from windlass.cli.misuse import ELSEWHERE


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 2
    told = capsys.readouterr()
    assert told.out == ""
    return told.err


WRONG = [
    ["frob"],
    ["--frob"],
    [],
    ["plan"],
    ["status", "dev", "prod"],
    ["status", "--frob"],
    ["new", "modle", "vision/digits"],
    ["up", "--port", "many"],
    ["up", "--port", "0"],
    ["up", "--port", "99999"],
    ["up", "--port", "-5"],
    ["logs", "-n", "-3"],
    ["logs", "-n", "few"],
    ["promote", "vision/digits"],
    ["rollback", "vision/digits", "--env", "prod", "--reason", " "],
]


@pytest.mark.parametrize("asking", [["--output", "json"], ["--output=json"]], ids=["two words", "one word"])
@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_json_is_told_as_json(capsys: pytest.CaptureFixture[str], words: list[str], asking: list[str]) -> None:
    assert main([*words, *asking]) == 2
    told = capsys.readouterr()
    document = json.loads(told.out)
    assert document["exitCode"] == 2
    assert [one["code"][:3] for one in document["diagnostics"]] == ["WL6"]
    assert told.err == ""


@pytest.mark.parametrize("words", [words for words in WRONG if words], ids=" ".join)
def test_text_is_a_finding_with_what_to_do(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    first, second = said(capsys, *words).splitlines()
    assert first.startswith("WL6")
    assert second.startswith("   ")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["up", "--port", "0"], "WL621"),
        (["up", "--port", "65536"], "WL621"),
        (["up", "--port", "-5"], "WL621"),
        (["up", "--port", "3001.0"], "WL621"),
        (["logs", "-n", "-1"], "WL622"),
    ],
    ids=" ".join,
)
def test_numbers_that_mean_nothing_have_codes_of_their_own(
    capsys: pytest.CaptureFixture[str], words: list[str], code: str
) -> None:
    assert said(capsys, *words).startswith(f"{code}  `{words[-1]}` is no ")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("trian", "train"), ("stauts", "status"), ("lgos", "logs"), ("promot", "promote"), ("inti", "init")],
)
def test_a_near_verb_is_offered(capsys: pytest.CaptureFixture[str], word: str, meant: str) -> None:
    assert f"did you mean `windlass {meant}`?" in said(capsys, word)


@pytest.mark.parametrize("word", ["x", "kubectl", "explode", "prune"])
def test_a_far_one_is_not(capsys: pytest.CaptureFixture[str], word: str) -> None:
    assert "`windlass --help` lists the verbs" in said(capsys, word)


@pytest.mark.parametrize("word", sorted(ELSEWHERE))
def test_words_of_other_tools_lead_to_verbs_that_exist(capsys: pytest.CaptureFixture[str], word: str) -> None:
    told = said(capsys, word).splitlines()[1]
    named = [part.split()[1] for part in told.split("`")[1::2]]
    assert word not in VERBS
    assert named
    assert set(named) <= {*VERBS, "--help", "--version", "VERB"}


def test_a_near_option_is_offered_before_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean `--rehearse`?" in said(capsys, "plan", "--reherse")
    assert "did you mean `--output`?" in said(capsys, "status", "--ouput=json")


def test_an_option_is_never_short_for_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert "no option `--out`" in said(capsys, "status", "--out", "json")


def test_a_failure_outside_a_verbs_guard_is_told_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-C", str(tmp_path), "audit", "--output", "json"]) == 2
    assert json.loads(capsys.readouterr().out)["diagnostics"][0]["code"] == "WL640"
