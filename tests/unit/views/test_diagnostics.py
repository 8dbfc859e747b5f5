"""Findings as text: frames, marks, hints, and what is never shown."""

import json

from windlass.model.diagnostic import Diagnostic, Place, Related, Severity
from windlass.views import diagnostics as view

TEXT = "one: 1\ntwo: 2\nthree: [a, b]\n\tfour: 4\n"


def test_a_frame_marks_the_place_under_two_lines() -> None:
    found = Diagnostic("WL999", "what", Place("f.yaml", 3, 9, 1), "do this")
    assert view.as_text([found], {"f.yaml": TEXT}) == (
        "f.yaml:3:9  WL999  what\n   1 | one: 1\n   2 | two: 2\n   3 | three: [a, b]\n     |         ^ do this\n"
    )


def test_without_a_text_the_hint_stands_alone() -> None:
    assert (
        view.as_text([Diagnostic("WL999", "what", Place("f.yaml"), "do this")])
        == "f.yaml:1:1  WL999  what\n   do this\n"
    )
    assert view.as_text([Diagnostic("WL999", "what")]) == "WL999  what\n"


def test_marks_stand_under_tabs_and_never_beyond_the_line() -> None:
    found = Diagnostic("WL999", "what", Place("f.yaml", 4, 2, 400))
    assert view.as_text([found], {"f.yaml": TEXT}).endswith("   4 | \tfour: 4\n     | \t^^^^^^^\n")


def test_a_long_line_is_cut_around_its_mark() -> None:
    line = "x" * 300 + "HERE" + "y" * 300
    shown = view.as_text([Diagnostic("WL999", "what", Place("f", 1, 301, 4))], {"f": line}).splitlines()
    assert max(map(len, shown)) < 180
    mark = shown[2].index("^")
    assert shown[1][mark : mark + 4] == "HERE"


def test_a_line_that_does_not_exist_has_no_frame() -> None:
    assert (
        view.as_text([Diagnostic("WL999", "what", Place("f", 9, 1), "do")], {"f": TEXT})
        == "f:9:1  WL999  what\n   do\n"
    )


def test_a_secret_is_in_no_frame_not_even_of_its_neighbours() -> None:
    text = "env:\n  - name: TOKEN\n    value: |\n      very\n      secret\n    more: 1\n"
    hidden = Diagnostic("WL215", "secret", Place("f", 3, 12), hidden=3)
    near = Diagnostic("WL103", "near", Place("f", 6, 5, 4), "hint")
    shown = view.as_text([near, hidden], {"f": text})
    assert "very" not in shown
    assert "      secret" not in shown
    assert shown.count("(not shown") == 3


def test_warnings_say_so_and_related_places_follow() -> None:
    related = (Related("the other one", Place("g", 2, 3)),)
    found = Diagnostic("WL999", "what", Place("f"), severity=Severity.WARNING, related=related)
    assert view.as_text([found]) == "f:1:1  WL999  warning: what\n   the other one at g:2:3\n"


def test_the_users_own_output_is_indented_below() -> None:
    assert view.as_text([Diagnostic("WL501", "failed")], output="Traceback\n\n  x\n").endswith(
        "    Traceback\n\n      x\n"
    )


def test_summaries() -> None:
    error, warning = Diagnostic("WL1", "e", Place("f")), Diagnostic("WL2", "w", Place("g"), severity=Severity.WARNING)
    assert view.summary([], 1, 0.084) == "1 document checked in 0.08 s: no mistakes"
    assert view.summary([warning, error, error], 41, 0.1) == (
        "2 errors and 1 warning in 2 files, 41 documents checked in 0.10 s.  `windlass explain WL1` tells more."
    )


def test_json_holds_everything_but_text() -> None:
    found = Diagnostic("WL999", "größe", Place("f", 1, 2, 3), "hint", related=(Related("r", Place("g")),))
    told = json.loads(view.as_json([found, Diagnostic("WL998", "no place")], 1))
    assert told["diagnostics"][0]["place"] == {"path": "f", "line": 1, "column": 2, "length": 3}
    assert told["diagnostics"][0]["related"][0]["message"] == "r"
    assert told["diagnostics"][1]["place"] is None
