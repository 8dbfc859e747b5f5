"""Verify: what was tampered with is named, what is elsewhere is absent, and the rest is recomputed."""

import json
from pathlib import Path

import pytest

from tests import repositories, toy
from tests.toy import SLUG, World
from windlass.cli.main import main

FOLDER = "environments/dev/releases/vision/digits"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(toy.repository(tmp_path / "repo"))
    made.release_to_head()
    return made


def verify(world: World, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, tuple[str, str]]]:
    capsys.readouterr()
    code = main(["verify", *words, "--output", "json", "-C", str(world.clone.folder)])
    answer = json.loads(capsys.readouterr().out)
    assert answer["verified"] == (code == 0)
    return code, {proof["check"]: (proof["outcome"], proof["detail"]) for proof in answer["proofs"]}


def bad(proofs: dict[str, tuple[str, str]]) -> set[str]:
    return {check for check, (outcome, _) in proofs.items() if outcome == "bad"}


def test_all_is_well(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    code, proofs = verify(world, capsys, "dev", SLUG)
    assert code == 0
    assert set(proofs) == {
        *("seal", "spec", "release", "evidence", "place", "generation", "approvals"),
        *("model", "bento", "inputs", "run", "code", "data", "ledger"),
    }
    assert {check for check, (outcome, _) in proofs.items() if outcome != "ok"} == {"data", "approvals"}
    assert proofs["approvals"] == ("warns", "0 of 1 needed: nobody but its author")


def test_enough_approvals_are_no_warning(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    seal = world.project.releases["dev", SLUG].spec.spec.seal
    world.clone.person("Bob").commit(f"approve\n\nWindlass-Approves: {seal}")
    code, proofs = verify(world, capsys, "dev", SLUG)
    assert (code, proofs["approvals"]) == (0, ("ok", "1 of 1 needed: Bob <bob@example.org> (claimed)"))


def test_data_is_recomputed_where_the_cache_is_here(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    pin = world.train("dev").data[0]
    cache = world.clone.folder / ".windlass/dev/store/dvc/files/md5" / pin.md5[:2] / pin.md5[2:]
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"data first")
    assert verify(world, capsys)[1]["data"][0] == "ok"
    cache.write_bytes(b"data other")
    code, proofs = verify(world, capsys)
    assert (code, bad(proofs)) == (4, {"data"})


@pytest.mark.parametrize(
    ("name", "old", "new", "wrong"),
    [
        ("release.yaml", "f1: 0.9\n", "f1: 0.99\n", {"seal", "generation"}),
        ("release.yaml", "registry: vision-digits", "registry: vision-other", {"seal", "generation"}),
        ("release.yaml", "generation: 1", "generation: 2", {"seal"}),
        ("model.yaml", "max_depth: 8", "max_depth: 9", {"spec", "generation"}),
        ("evidence.json", '"approvalsNeeded": 1', '"approvalsNeeded": 0', {"seal", "generation"}),
    ],
)
def test_a_change_by_hand_is_found_also_as_one_that_no_generation_counts(
    world: World, capsys: pytest.CaptureFixture[str], name: str, old: str, new: str, wrong: set[str]
) -> None:
    path = world.clone.folder / FOLDER / name
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    code, proofs = verify(world, capsys, "dev")
    assert (code, bad(proofs)) == (4, wrong)


def test_another_models_pin_needs_more_than_a_new_seal(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    path = world.clone.folder / FOLDER / "release.yaml"
    path.write_text(path.read_text().replace("format: sklearn-skops", "format: sklearn-other"))
    assert bad(verify(world, capsys)[1]) == {"seal", "release", "generation"}


def test_a_folder_that_was_copied_elsewhere_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    files = {path.name: path.read_bytes() for path in (world.clone.folder / FOLDER).iterdir()}
    world.clone.write({f"environments/prod/releases/vision/digits/{name}": data for name, data in files.items()})
    code, proofs = verify(world, capsys, "prod")
    assert (code, bad(proofs)) == (4, {"place"})


def test_a_generation_that_was_left_out_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.release_to_head(f1=0.92)
    files = {f"{FOLDER}/{path.name}": path.read_bytes() for path in (world.clone.folder / FOLDER).iterdir()}
    world.clone.git("reset", "-q", "--hard", "main~1")
    world.release_to_head(f1=0.91)
    world.clone.commit("generation 2 twice", files)
    code, proofs = verify(world, capsys, "dev")
    assert (code, bad(proofs)) == (4, {"generation"})
    assert proofs["generation"][1] == "history counts 1, 2, 2"


def test_unreadable_files_are_said_with_their_place(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (world.clone.folder / FOLDER / "release.yaml").write_text("kind: [")
    assert main(["verify", "-C", str(world.clone.folder)]) == 4
    out = capsys.readouterr().out
    assert f"{FOLDER}/release.yaml:1:1" in out
    assert "WL421" in out


def test_a_record_that_tells_other_inputs_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    (record,) = (world.clone.folder / ".windlass/dev/store/records/candidates").rglob("*.json")
    value = json.loads(record.read_text())
    record.write_text(json.dumps(value | {"inputsRecord": {"f1": 1}}))
    assert bad(verify(world, capsys)[1]) == {"inputs"}


def test_on_another_clone_the_bytes_are_absent_and_the_rest_verifies(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.clone.git("push", "-q", str(repositories.remote(tmp_path / "remote.git")), "main", "windlass/ledger/dev")
    other = World(repositories.clone(tmp_path / "remote.git", tmp_path / "other", "Bob"))
    code, proofs = verify(other, capsys)
    assert code == 0
    assert {check for check, (outcome, _) in proofs.items() if outcome == "absent"} == {
        "model",
        "bento",
        "inputs",
        "data",
    }
    assert proofs["ledger"][0] == "ok"


def test_the_table_is_short_when_all_is_well(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.propose("local", world.train("local"))
    capsys.readouterr()
    assert main(["verify", "-C", str(world.clone.folder)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split()[:3] == ["dev", "vision/digits", "ok"]
    assert out[1].split()[:3] == ["dev", "ledger", "ok"]
    assert out[2].split()[:3] == ["local", "vision/digits", "ok"]
    assert out[3] == "  warning  dev vision/digits  approvals: 0 of 1 needed: nobody but its author"
    assert "not on this machine" in out[4]


def test_words_that_mean_nothing(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", "dev", "prod", "-C", str(world.clone.folder)]) == 2
    assert "WL645" in capsys.readouterr().err
    assert main(["verify", "prdo", "-C", str(world.clone.folder)]) == 2
    assert "prod" in capsys.readouterr().err


def test_a_ledger_that_was_rewritten_is_found(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.clone.git("checkout", "-q", "windlass/ledger/dev")
    path = world.clone.folder / "receipts/000001.json"
    world.clone.write({"receipts/000001.json": path.read_text().replace("Ada", "Eve")})
    world.clone.git("commit", "-qam", "forged")
    world.clone.git("checkout", "-q", "main")
    code, proofs = verify(world, capsys, "dev")
    assert (code, bad(proofs)) == (4, {"ledger"})
