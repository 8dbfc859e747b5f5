"""The verb: its outputs, its exit codes, and how little an unchanged tree costs."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.trees import MODEL, laid_out, windlass

HEAVY = {
    "pydantic",
    "pydantic_core",
    "yaml",
    "jinja2",
    "pathlib",
    "dataclasses",
    "tempfile",
    "subprocess",
    "logging",
    "asyncio",
}
PROBE = """
import json, sys
from windlass.cli.main import main
code = main(["validate"])
print(json.dumps({"code": code, "modules": sorted(sys.modules)}))
"""


def broken(folder: Path) -> Path:
    root = laid_out(folder)
    path = root / MODEL
    path.write_text(path.read_text().replace("metrics:", "metrcs:"))
    return root


def test_mistakes_are_data_and_the_summary_is_talk(tmp_path: Path) -> None:
    done = windlass(broken(tmp_path / "repo"), "validate")
    assert done.returncode == 1
    assert done.stdout.startswith(f"{MODEL}:23:9  WL103  unknown key `metrcs` in stage `evaluate`\n")
    assert done.stderr.startswith("1 error in 1 file, 6 documents checked in ")


def test_json_is_stable(tmp_path: Path) -> None:
    done = windlass(broken(tmp_path / "repo"), "validate", "--output", "json")
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout) == {
        "exitCode": 1,
        "documents": 6,
        "diagnostics": [
            {
                "code": "WL103",
                "severity": "error",
                "message": "unknown key `metrcs` in stage `evaluate`",
                "hint": "did you mean `metrics`?",
                "place": {"path": MODEL, "line": 23, "column": 9, "length": 6},
                "related": [],
            }
        ],
    }


def test_a_cached_answer_says_the_same(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    first = windlass(root, "validate", "--output", "json")
    again = windlass(root, "validate", "--output", "json")
    assert (first.returncode, again.returncode) == (0, 0)
    assert first.stdout == again.stdout
    assert windlass(root, "validate").stderr.endswith("no mistakes, nothing has changed\n")
    assert windlass(root, "validate", "--no-cache").stderr.endswith("no mistakes\n")


def test_an_unchanged_tree_is_answered_without_anything_heavy(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    assert windlass(root, "validate").returncode == 0
    settings = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path.endswith("platform"))}
    done = subprocess.run(
        [sys.executable, "-S", "-c", PROBE], cwd=root, env=settings, capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["code"] == 0
    assert not HEAVY & set(told["modules"])


def test_no_git_and_no_specs(tmp_path: Path) -> None:
    assert windlass(laid_out(tmp_path / "repo"), "validate").returncode == 0
    nothing = windlass(tmp_path / "empty", "validate")
    assert nothing.returncode == 2
    assert nothing.stderr.startswith("WL605  nothing to check")


def test_it_works_from_any_folder_inside(tmp_path: Path) -> None:
    root = broken(tmp_path / "repo")
    done = windlass(root / "specs" / "vision", "validate")
    assert done.stdout.startswith(f"{MODEL}:23:9"), "paths are the repository's, wherever one stands"


def test_files_of_a_model_that_appear_without_one_are_seen_behind_the_cache(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    assert windlass(root, "validate").returncode == 0
    assert "nothing has changed" in windlass(root, "validate").stderr
    (root / "specs/vision/faces").mkdir()
    (root / "specs/vision/faces/params.json").write_text("{}")
    done = windlass(root, "validate")
    assert (done.returncode, "WL235  warning: files of a model (params.json)" in done.stdout) == (0, True), done.stderr
