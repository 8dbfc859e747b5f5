"""The contract of `ports.RemoteRunner` over every remote there is: what one pod makes, the next one finds."""

import os
import shutil
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bucket import KEYS, Server
from tests.fakes.progress import HeardProgress
from windlass.adapters import stores
from windlass.adapters.dvc_remote import DvcRemoteRunner
from windlass.engine import dvclock
from windlass.model.failure import World
from windlass.model.workload import EnvEntry, Pipeline, Profile, Step

WORDS = {"team": "t", "model": "m", "environment": "local", "source": "s", "requirements": "r"}
PYTHON = Path(sys.executable)
DVC = "stages:\n  fit:\n    cmd: cp rows model && echo ran >> ../ran\n    deps: [rows]\n    outs: [model]\n"
Pod = Callable[[str], DvcRemoteRunner]


@pytest.fixture(params=["folder", "bucket", "bucket whose keeper is named"])
def address(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str | None]:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    if request.param == "folder":
        return stores.remote((tmp_path / "the store").as_uri()), None
    server: Server = request.getfixturevalue("s3")
    named = request.param != "bucket"
    for name, value in (server.keys if named else server.environment).items():
        monkeypatch.setenv(name, value)
    return stores.remote(f"{server.bucket(f'a-{uuid.uuid4()}')}/deep/"), server.address if named else None


@pytest.fixture
def pod(address: tuple[str, str | None], tmp_path: Path) -> Pod:
    """A runner in an empty folder of a name."""

    def started(name: str) -> DvcRemoteRunner:
        folder = tmp_path / name / "work/specs"
        folder.mkdir(parents=True)
        (folder / "dvc.yaml").write_text(DVC)
        (folder / "rows").write_text("1,2\n")
        return DvcRemoteRunner(tmp_path / name / "work", tmp_path / name / "cache", HeardProgress(), *address)

    return started


def pipeline(*env: EnvEntry) -> Pipeline:
    step = Step(name="fit", kind="stage", profile="default", command="cp rows model")
    profile = Profile(name="default", env=env)
    return Pipeline(name="p", purpose="train", folder="specs", profiles=(profile,), steps=(step,), **WORDS)


def test_what_one_pod_makes_the_next_one_finds(pod: Pod, tmp_path: Path) -> None:
    # the team's own keys, to a bucket of its own, are not the keys to the store
    own = pipeline(EnvEntry(name="AWS_ACCESS_KEY_ID", value="theirs"), EnvEntry(name="AWS_ENDPOINT_URL_S3", value="x"))
    with pod("one") as one:
        ran = one.run(own, own.steps[0], PYTHON, {})
        md5 = dvclock.parse(ran.lock)["fit"].outs["model"]
        rows = one.md5(tmp_path / "one/work/specs/rows")
        assert (ran.outcome, rows) == ("ran", md5)
    shutil.rmtree(tmp_path / "one/cache")
    with pod("two") as two:
        assert two.read(md5) == b"1,2\n"
        two.restore(md5, tmp_path / "two/back")
        assert (tmp_path / "two/back").read_text() == "1,2\n"
        assert two.run(own, own.steps[0], PYTHON, {}).outcome == "restored"
        assert (tmp_path / "two/work/specs/model").read_text() == "1,2\n"
        assert not two.holds("0" * 32)
        with pytest.raises(World) as caught:
            two.restore("0" * 32, tmp_path / "two/none")
    assert caught.value.diagnostics[0].code == "WL552"


def test_a_folder_travels_whole(pod: Pod, tmp_path: Path) -> None:
    command = "mkdir -p made/deep && printf 1 > made/deep/a && printf 2 > made/b"
    with pod("one") as one:
        (tmp_path / "one/work/specs/dvc.yaml").write_text(f"stages: {{fit: {{cmd: '{command}', outs: [made]}}}}\n")
        ran = one.run(pipeline(), pipeline().steps[0], PYTHON, {})
    with pod("two") as two:
        two.restore(dvclock.parse(ran.lock)["fit"].outs["made"], tmp_path / "back")
    found = {path.name: path.read_text() for path in (tmp_path / "back").rglob("*") if path.is_file()}
    assert found == {"a": "1", "b": "2"}


def test_a_bucket_that_is_not_reached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**KEYS, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(name, value)
    progress = HeardProgress()
    runner = DvcRemoteRunner(tmp_path / "work", tmp_path / "cache", progress, "s3://ml-dev/dvc")
    with runner as one, pytest.raises(World) as caught:
        one.holds("0" * 32)
    assert caught.value.diagnostics[0].code == "WL504"
    assert "127.0.0.1:9" in str(caught.value)
    assert "hush" not in f"{caught.value}{caught.value.output}{progress.printed}"
