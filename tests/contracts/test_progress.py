"""The contract of `ports.Progress`: it takes whatever comes, and never speaks on stdout, which is for data."""

from collections.abc import Callable

import pytest

from tests.fakes.progress import HeardProgress
from windlass.adapters.progress import TerminalProgress
from windlass.ports import Progress

MAKERS: dict[str, Callable[[], Progress]] = {
    "lines": lambda: TerminalProgress(live=False),
    "live": lambda: TerminalProgress(live=True),
    "verbose": lambda: TerminalProgress(verbose=True, live=False),
    "heard": HeardProgress,
}


@pytest.fixture(params=MAKERS)
def progress(request: pytest.FixtureRequest) -> Progress:
    return MAKERS[request.param]()


def test_whatever_comes_in_whatever_order(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    progress.end("never begun", "ran")
    progress.begin("one")
    progress.begin("two", "about it")
    progress.note("within a step")
    progress.output("")
    progress.output("half a line")
    progress.output("the rest\nand a second \ud7ff \x1b[31m\n")
    progress.point("two.half")
    progress.end("one", "failed", "not the last one that began")
    progress.end("two", "ran")
    progress.end("two", "ran")
    progress.output("after all ended\n")
    progress.note("")
    assert capsys.readouterr().out == ""


def test_a_named_point_shows_nothing(progress: Progress, capsys: pytest.CaptureFixture[str]) -> None:
    progress.point("between steps")
    assert capsys.readouterr() == ("", "")
