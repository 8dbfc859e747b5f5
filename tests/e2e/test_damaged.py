"""A corrupt `.windlass`: each file turned to garbage. Either it is put right in silence, where that is safe, or one named finding
says what to do, and doing it helps. Never a traceback, never something else served."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.e2e import orchard as place
from tests.e2e.orchard import FOLDER, MODEL, SLUG, Orchard, Said

pytestmark = pytest.mark.slow
GARBAGE = b'\x00\xff{"garbage: \xf0\n- ['


@pytest.fixture(scope="module")
def standing(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchard]:
    """One repository that is up, for the tests that leave it as they found it."""
    orchard = place.new(tmp_path_factory.mktemp("standing") / "repository", weights)
    try:
        orchard.up()
        orchard.clone.commit("locked")
        orchard.ran()
        yield orchard
    finally:
        orchard.clear()


def _garble(paths: Iterable[Path]) -> list[Path]:
    found = [path for path in paths if path.is_file() and not path.is_symlink()]
    assert found
    for path in found:
        mode = path.stat().st_mode
        path.unlink()  # not through it: a file of the store may have other names
        path.write_bytes(GARBAGE)
        path.chmod(mode)
    return found


def _up(orchard: Orchard) -> Said:
    return orchard.says("up", SLUG, "--port", str(orchard.port))


def _healthy(orchard: Orchard, ran: list[str] | None = None) -> None:
    said = orchard.up()
    assert "nothing to do" in said.text, said.text
    assert orchard.predicts() == 4
    assert orchard.alias("local") == "1"
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select distinct status from runs") == [("FINISHED",)]
    assert len(orchard.pids()) == 1
    assert orchard.strays() == []
    assert orchard.changed() == []
    if ran is not None:
        assert orchard.ran() == ran


SILENT = {
    "the record of the service": "local/run/orchard/pear.json",
    "the log of the service": "local/run/orchard/pear.log",
    "the record of the candidate": "local/store/records/candidates/**/*.json",
    "the record of the bento": "local/store/records/bentos/**/*.json",
    "the record of the data's checks": "local/store/records/checks/**/*.json",
    "the record of the tests": "local/store/records/tests/**/*.json",
    "every record of the store": "local/store/records/**/*.json",
    "the work folder": "local/work/**/*",
    "the validate cache": "cache/validate.json",
    "the locks": "locks/*",
    "the model beside the store": "local/models/**/*",
    "the bento that is served": "local/bentos/**/*.py",
    "built bentos": "cache/bentos/**/*",
    ".gitignore": ".gitignore",
}


@pytest.mark.parametrize("what", SILENT)
def test_put_right_in_silence(what: str, standing: Orchard) -> None:
    standing.says("validate")
    before = standing.release()
    _garble(standing.state.glob(SILENT[what]))
    assert _up(standing).exit == 0
    assert standing.ran() == []
    assert standing.release() == before
    _healthy(standing, ran=[])
    for verb in (("validate",), ("status",), ("runs", SLUG), ("logs", SLUG), ("plan", "local")):
        standing.does(*verb)


def test_a_journal_that_says_nothing(standing: Orchard) -> None:
    before = standing.release()
    (standing.state / "local/releases" / SLUG / "journal.json").write_bytes(GARBAGE)
    assert _up(standing).exit == 0
    assert standing.release() == before
    assert not (standing.state / "local/releases" / SLUG / "journal.json").exists()
    _healthy(standing, ran=[])


TOLD = {
    "the registry": ("mlflow.db", 5, "WL520"),
    "the release": (f"local/releases/{SLUG}/release.yaml", 4, "WL421"),
    "the released spec": (f"local/releases/{SLUG}/model.yaml", 4, "WL421"),
    "the evidence": (f"local/releases/{SLUG}/evidence.json", 4, "WL421"),
    "the ledger": ("local/ledger/000001.json", 4, "WL422"),
    "the committed lock": (f"../{FOLDER}/dvc.lock", 1, "WL304"),
    "the dataset's lock": ("../specs/orchard/datasets/crates/dvc.lock", 1, "WL304"),
}


@pytest.mark.parametrize("what", TOLD)
def test_told_with_what_to_do_and_doing_it_helps(what: str, standing: Orchard) -> None:
    path, code, finding = TOLD[what]
    (damaged,) = _garble([standing.state / path])
    pids = standing.pids()
    said = _up(standing)
    assert (said.exit, said.text.count(finding)) == (code, 1), said.text
    assert damaged.read_bytes() == GARBAGE, "what cannot be read is left for the person to look at"
    assert re.search(r"move .* away|delete the file", said.text), said.text
    assert standing.pids() == pids, "it serves meanwhile"
    for verb in ("status", "plan local"):
        standing.says(*verb.split())

    whole = "folder away" in said.text or "/ledger` away" in said.text
    shutil.move(damaged.parent if whole else damaged, standing.folder.parent / f"moved-{damaged.name}")
    assert _up(standing).exit == 0
    assert standing.ran() == []
    assert standing.pids() == pids
    _healthy(standing, ran=[])


def test_every_blob_of_the_store(orchard: Orchard) -> None:
    """Nothing that runs is looked at again for nothing; what is needed is verified first and named where it is wrong."""
    orchard.up()
    orchard.does("down")
    for lost in ("bentos", "models"):
        shutil.rmtree(orchard.state / "local" / lost)
    damaged = _garble((orchard.state / "local/store/blobs").rglob("*"))
    for _ in damaged:
        said = _up(orchard)
        if said.exit == 0:
            break
        assert (said.exit, said.text.count("WL421")) == (4, 1), said.text
        assert orchard.services() == []
        (named,) = re.findall(r"remove `([^`]+)`", said.text)
        Path(named).unlink()
    orchard.clone.commit("locked")
    _healthy(orchard)


def test_the_cache_of_results(orchard: Orchard) -> None:
    orchard.up()
    orchard.ran()
    _garble((orchard.state / "local/store/dvc/files").rglob("*"))
    _healthy(orchard, ran=[])
    # now it is needed
    shutil.rmtree(orchard.state / "local/store/records/candidates")
    shutil.rmtree(orchard.state / "local/work")
    said = _up(orchard)
    assert (said.exit, said.text.count("WL553")) == (5, 1), said.text
    assert orchard.ran() == []
    orchard.up()
    assert orchard.ran() == ["source", "tidy", "fit", "score"]
    _healthy(orchard, ran=[])


def test_the_cache_of_runs(orchard: Orchard) -> None:
    orchard.up()
    orchard.ran()
    _garble((orchard.state / "local/store/dvc/runs").rglob("*"))
    for lock in orchard.folder.glob("specs/**/dvc.lock"):
        lock.unlink()
    shutil.rmtree(orchard.state / "local/store/records/candidates")
    shutil.rmtree(orchard.state / "local/work")
    orchard.up()
    assert orchard.ran() == ["source", "tidy", "fit", "score"], "it only saves time"
    _healthy(orchard, ran=[])


def test_a_model_beside_the_store_is_never_registered_with_other_bytes(orchard: Orchard) -> None:
    orchard.up()
    _garble((orchard.state / "local/models").rglob("*.skops"))
    (orchard.state / "mlflow.db").unlink()
    shutil.rmtree(orchard.state / "mlflow")
    orchard.up()
    kept = list((orchard.state / "mlflow").rglob("model.skops"))
    assert kept
    assert all(path.read_bytes() != GARBAGE for path in kept)
    _healthy(orchard)


def test_a_release_in_git_that_was_edited_by_hand(orchard: Orchard) -> None:
    apply = ("apply", "dev", "--rehearse", "--yes")
    orchard.does(*apply)
    orchard.clone.merge(f"windlass/release/dev/{SLUG}")
    orchard.does(*apply)
    orchard.edit(f"environments/dev/releases/{SLUG}/release.yaml", "generation: 1", "generation: 7", lock=False)
    orchard.clone.commit("by hand")
    said = orchard.says(*apply)
    assert (said.exit, said.text.count("WL421")) == (4, 1), said.text
    assert orchard.predicts(orchard.port + 1) == 4
    orchard.clone.git("revert", "--no-edit", "-n", "HEAD")
    orchard.clone.commit("put back")
    assert "nothing to do" in orchard.does(*apply).text


@pytest.mark.parametrize("name", ["local", "locks", "cache", "mlflow", "local/store", "local/work", "local/run"])
def test_a_file_where_a_folder_should_be(name: str, orchard: Orchard) -> None:
    odd = orchard.state / name
    odd.parent.mkdir(parents=True, exist_ok=True)
    odd.write_text("not a folder\n")
    said = _up(orchard)
    assert said.exit == 5, said.text
    assert re.search(r"WL5[0-9][0-9]", said.text), said.text
    assert name in said.text, "says which"
    orchard.quiet()
    odd.unlink()
    orchard.up()
    assert orchard.predicts() == 4


def test_a_model_yaml_that_cannot_be_read_is_said_and_the_service_goes_on(orchard: Orchard) -> None:
    orchard.up()
    before = orchard.pids()
    text = (orchard.folder / MODEL).read_bytes()
    (orchard.folder / MODEL).write_bytes(GARBAGE)
    said = _up(orchard)
    assert said.exit == 1, said.text
    assert re.search(r"WL0[0-9][0-9]", said.text), said.text
    assert orchard.pids() == before
    (orchard.folder / MODEL).write_bytes(text)
    assert "nothing to do" in orchard.up().text
