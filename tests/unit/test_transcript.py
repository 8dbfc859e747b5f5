"""The harness of pages and transcripts: what it lets pass and what it does not."""

from pathlib import Path

import pytest

from tests import transcript

PAGE = """<!-- start: empty -->
Words.
```text notes/a.txt
not a file: for the reader only
```
```yaml notes/a b.yaml
one: 1
two: 2
```
```diff notes/a b.yaml
 one: 1
-two: 2
+two: 3
```
```console
$ cat 'notes/a b.yaml'; ls notes
one: 1
two: 3
a b.yaml
$ cd notes
$ pwd; \\
  echo took 0.31 s >&2; exit 4
.../notes
took 99 s
exit 4
```
"""


def play(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text)
    transcript.play(page, tmp_path)


def test_a_page_that_is_true(tmp_path: Path) -> None:
    play(tmp_path, PAGE)


@pytest.mark.parametrize(
    ("old", "new"),
    [("two: 3\na", "two: 2\na"), ("exit 4\n```", "exit 5\n```"), ("99 s\n", "99 s\nmore\n"), ("a b.yaml\n$", "$")],
)
def test_a_page_that_lies(tmp_path: Path, old: str, new: str) -> None:
    assert old in PAGE
    with pytest.raises(AssertionError, match="printed"):
        play(tmp_path, PAGE.replace(old, new))


@pytest.mark.parametrize(
    ("pattern", "lines", "fits"),
    [
        (["a", "...", "d"], ["a", "b", "c", "d"], True),
        (["a", "..."], ["a"], True),
        (["...", "b"], ["a", "b", "c"], False),
        (["port ... in use"], ["port 3000 in use"], True),
        (["port ... in use"], ["port 3000 is in use!"], False),
        ([], [], True),
    ],
)
def test_wildcards(pattern: list[str], lines: list[str], fits: bool) -> None:
    assert transcript.matches(pattern, lines) is fits


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("register  v 1   sha256:77d0…   1.9 s", "register  v 1  sha256:e41b…  10.0 s"),
        ("at 2026-03-03 14:00 UTC, sha256:" + "a" * 64, "at 2027-01-01 09:59 UTC, sha256:" + "b" * 64),
        ("commit 9f2c1d0 pid 4711", "commit 1e2c1d9 pid 1"),
    ],
)
def test_what_no_two_runs_share_is_equal(one: str, other: str, tmp_path: Path) -> None:
    assert transcript.normal(one, tmp_path) == transcript.normal(other, tmp_path)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a/model.yaml:14:9  WL103", "a/model.yaml:14:10  WL103"),
        ("a/model.yaml:14:11  WL103", "a/model.yaml:14:12  WL103"),
        ("   14 |   ^^^", "   14 |  ^^^"),
        ("version 6", "version 7"),
        ("deadbeef", "decade"),
        ("http://127.0.0.1:3000", "http://127.0.0.1:3001"),
    ],
)
def test_what_matters_stays(one: str, other: str, tmp_path: Path) -> None:
    assert transcript.normal(one, tmp_path) != transcript.normal(other, tmp_path)
