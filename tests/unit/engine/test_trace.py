"""A team's traceback is cut to its own lines, with the cause last and the repository's paths."""

from windlass.engine import trace

ROOT = "/home/ada/repo/.windlass/local/work/vision/digits"
OUTPUT = f"""\
loading
Traceback (most recent call last):
  File "{ROOT}/specs/vision/digits/train.py", line 30, in <module>
    main()
    ~~~~^^
  File "{ROOT}/specs/vision/digits/train.py", line 22, in main
    model.fit(rows, labels)
  File "/cache/lib/python3.11/site-packages/sklearn/base.py", line 1389, in wrapper
    return fit_method(estimator, *args, **kwargs)
  File "/cache/lib/python3.11/site-packages/sklearn/ensemble/_forest.py", line 360, in fit
    X, y = validate_data(
ValueError: Input X contains NaN.
ExtraTrees does not accept missing values encoded as NaN natively.
"""


def test_frames_of_libraries_are_counted_and_marks_left_out():
    assert trace.trimmed(OUTPUT, ROOT).splitlines() == [
        "Traceback (most recent call last):",
        '  File "specs/vision/digits/train.py", line 30, in <module>',
        "    main()",
        '  File "specs/vision/digits/train.py", line 22, in main',
        "    model.fit(rows, labels)",
        "  ... 2 frames in libraries",
        "ValueError: Input X contains NaN.",
        "ExtraTrees does not accept missing values encoded as NaN natively.",
    ]


def test_the_place_is_the_innermost_line_of_the_team():
    assert str(trace.last_place(OUTPUT, ROOT)) == "specs/vision/digits/train.py:22:1"


def test_output_without_a_traceback_keeps_its_end():
    lines = [f"line {number}" for number in range(50)]
    assert trace.trimmed("\n".join(lines), ROOT).splitlines() == lines[-20:]
    assert trace.last_place("killed", ROOT) is None


def test_a_syntax_error_has_no_frame_but_a_place():
    output = f'  File "{ROOT}/specs/a/b/train.py", line 3\n    x = = 1\n        ^\nSyntaxError: invalid syntax\n'
    assert str(trace.last_place(output, ROOT)) == "specs/a/b/train.py:3:1"
    assert trace.trimmed(output, ROOT).splitlines()[-1] == "SyntaxError: invalid syntax"
    assert ROOT not in trace.trimmed(output, ROOT)
