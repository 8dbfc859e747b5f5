"""A bug of ours is one line, a report without values, and exit 70 (WL900)."""

from windlass.cli import trouble
from windlass.cli.main import main


def test_a_bug_is_one_line_and_a_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        {}["inner"]
    except KeyError as error:
        code = trouble.report(error, ["plan", "secret-argument"])
    said = capsys.readouterr().err
    assert code == 70
    assert said.splitlines()[0] == "windlass: this is our bug, not yours: KeyError in `windlass plan`  WL900"
    assert "Traceback" not in said
    report = (tmp_path / ".windlass/reports/report-0001.txt").read_text()
    assert "Traceback" in report
    assert "secret-argument" not in report


def test_a_step_tells_its_log_everything(tmp_path, monkeypatch, capsys):
    """What it writes beside goes with its pod."""
    monkeypatch.chdir(tmp_path)
    assert trouble.report(ValueError("no"), ["step", "run"]) == 70
    assert "ValueError: no" in capsys.readouterr().err
    assert not (tmp_path / ".windlass").exists()


def test_an_unknown_verb_names_the_nearest(capsys):
    assert main(["validte"]) == 2
    assert "did you mean `windlass validate`?" in capsys.readouterr().err


def test_no_verb_shows_all_of_them(capsys):
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert "example: windlass up vision/digits" in said
    assert all(verb in said for verb in ("validate", "promote", "audit"))


def test_the_version(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("windlass ")
