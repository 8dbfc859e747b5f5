"""The same commit is rendered to the same bytes by any process: another place, another hash seed, locale, clock's zone, folder to
stand in and number of cores change nothing."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.fleet import ENVIRONMENTS
from hypothesis import HealthCheck, Phase, given, settings

from tests import repositories, specs
from tests.transcript import ROOT

ONE = {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
OTHER = {
    "PYTHONHASHSEED": "4242",
    "LC_ALL": "C",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "TZ": "Asia/Kathmandu",
    "COLUMNS": "40",
    "USER": "somebody",
}


@given(documents=specs.repositories())
@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],  # to look for a smaller example takes minutes; the one that was found is told whole
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
def test_two_processes_render_the_same_bytes(tmp_path: Path, documents: dict[str, dict[str, Any]]) -> None:
    for left in tmp_path.iterdir():
        shutil.rmtree(left)
    one = repositories.new(tmp_path / "one")
    one.commit("specs that nobody wrote", specs.files(documents))
    shutil.copytree(one.folder, tmp_path / "elsewhere" / "other")
    made = rendered(one.folder, one.folder, ONE)
    assert made
    assert rendered(tmp_path / "elsewhere" / "other", Path("/"), OTHER, cores=1) == made


def rendered(
    repository: Path, standing: Path, variables: Mapping[str, str], cores: int | None = None
) -> dict[str, tuple[int, bytes]]:
    """Every file that one process writes, with its mode."""
    out = repository.parent / "out"
    words = ["-m", "windlass", "-C", str(repository), "render", *ENVIRONMENTS, "--out", str(out)]
    own = {
        "PATH": os.environ["PATH"],
        "HOME": str(repository.parent),
        "PYTHONPATH": str(ROOT / "platform"),
        **variables,
    }
    few = None if cores is None else lambda: os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    done = subprocess.run(
        [sys.executable, *words], cwd=standing, env=own, capture_output=True, text=True, check=False, preexec_fn=few
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return {
        str(path.relative_to(out)): (path.stat().st_mode, path.read_bytes())
        for path in out.rglob("*")
        if path.is_file()
    }
