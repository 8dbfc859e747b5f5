"""Repositories as people have them: none, dirty, detached, shallow, with a path nobody would choose, and a clone beside."""

import shutil
from pathlib import Path

import pytest

from tests import repositories
from tests.e2e import orchard as place
from tests.e2e.conftest import Plant
from tests.e2e.orchard import FOLDER, MODEL, SLUG, Orchard

pytestmark = pytest.mark.slow
APPLY = ("apply", "dev", "--rehearse", "--yes")
VERBS = {
    "up": ("up", SLUG),
    "train": ("train", SLUG),
    "plan": ("plan", "local"),
    "apply": ("apply", "local", "--yes"),
    "status": ("status",),
    "logs": ("logs", SLUG),
    "down": ("down",),
    "runs": ("runs", SLUG),
    "lock": ("lock",),
    "promote": ("promote", SLUG, "--to", "staging"),
    "rollback": ("rollback", SLUG, "--env", "staging", "--reason", "none"),
    "verify": ("verify",),
    "audit": ("audit",),
}


@pytest.mark.parametrize("verb", VERBS)
def test_no_git_repository(verb: str, orchard: Orchard) -> None:
    shutil.rmtree(orchard.folder / ".git")
    said = orchard.says(*VERBS[verb])
    assert said.exit == 2, said.text
    assert said.text.count("WL640") == 1, said.text
    assert "git init" in said.text
    assert not (orchard.folder / ".git").exists()


def test_a_dirty_tree_serves_in_local_alone_and_the_release_says_so(orchard: Orchard) -> None:
    orchard.clone.write({f"{FOLDER}/score.py": place.FILES[f"{FOLDER}/score.py"] + "# not committed\n"})  # type: ignore[operator]
    orchard.up()
    assert orchard.release()["spec"]["source"]["dirty"] is True
    assert "nothing to do" in orchard.up().text
    orchard.ran()
    for command in (APPLY, ("train", SLUG, "--env", "dev", "--rehearse")):
        said = orchard.says(*command)
        assert (said.exit, said.text.count("WL412")) == (4, 1), said.text
        assert f"{FOLDER}/score.py" in said.text
    assert orchard.ran() == []
    assert "windlass/" not in orchard.clone.git("branch")


def test_a_detached_head(orchard: Orchard) -> None:
    orchard.clone.git("checkout", "-q", "--detach")
    orchard.does(*APPLY)
    assert orchard.clone.git("rev-parse", f"windlass/release/dev/{SLUG}~1") == orchard.clone.git("rev-parse", "main")
    orchard.up()
    assert "nothing to do" in orchard.up().text
    assert orchard.clone.git("rev-parse", "--abbrev-ref", "HEAD") == "HEAD"
    orchard.does("status")
    orchard.does("audit", "--rehearse")


def test_a_detached_head_behind_main_is_told_to_pull(orchard: Orchard) -> None:
    first = orchard.clone.git("rev-parse", "HEAD")
    orchard.edit(MODEL, "factor: 2", "factor: 3")
    orchard.clone.commit("a larger factor")
    orchard.clone.git("checkout", "-q", "--detach", first)
    said = orchard.says(*APPLY)
    assert said.exit == 4, said.text
    assert said.out.count("WL436") + said.err.count("\nWL436") == 1, "the refusal, once; the plan before it warned"
    assert orchard.ran() == [], "asked before training"
    assert orchard.changed() == []


def test_a_shallow_clone_goes_the_whole_way(plant: Plant, tmp_path: Path) -> None:
    origin = plant("origin")
    for number in range(3):
        origin.clone.commit(f"history {number}", {"README.md": f"{number}\n"})
    bare = repositories.remote(tmp_path / "remote.git")
    origin.clone.git("remote", "add", "origin", str(bare))
    origin.clone.git("push", "-q", "-u", "origin", "main")
    orchard = _cloned(origin, bare, tmp_path / "shallow", "--depth", "1")
    try:
        assert orchard.clone.git("rev-parse", "--is-shallow-repository") == "true"
        orchard.up()
        assert "nothing to do" in orchard.up().text
        orchard.clone.commit("what came of it")
        orchard.clone.git("push", "-q", "origin", "main")
        orchard.does(*APPLY)
        orchard.clone.merge(f"origin/windlass/release/dev/{SLUG}")
        orchard.clone.git("push", "-q", "origin", "main")
        orchard.does(*APPLY)
        orchard.does("promote", SLUG, "--to", "staging", "--rehearse")
        for verb in (("verify", "dev"), ("status",)):
            orchard.does(*verb)
        said = orchard.says("audit", "--rehearse", "dev")
        assert (said.exit, said.text.count("WL548")) == (5, 1), "half a history would be a wrong answer"
        assert "git fetch --unshallow" in said.text
        orchard.clone.git("fetch", "-q", "--unshallow")
        assert SLUG in orchard.does("audit", "--rehearse", "dev").text
    finally:
        orchard.clear()


def test_spaces_and_umlauts_everywhere(plant: Plant) -> None:
    orchard = plant("Ünser Bïrnen-Garten 梨 (neu)")
    odd = "käse und brot's.txt"
    orchard.clone.write({f"{FOLDER}/{odd}": "Grüße\n", f"{FOLDER}/weights/ä ö.txt": "in einem Ordner\n"})
    orchard.edit(MODEL, "deps: [tidy.py, harvest]", f'deps: [tidy.py, harvest, "{odd}"]')
    orchard.edit(MODEL, "outs: [tidy.json]", 'outs: ["tidy üb.json"]', lock=False)
    for name in ("tidy.py", "fit.py", "score.py"):
        text = (orchard.folder / FOLDER / name).read_text()
        orchard.clone.write({f"{FOLDER}/{name}": text.replace("tidy.json", "tidy üb.json")})
    orchard.edit(MODEL, "deps: [fit.py, tidy.json, weights]", 'deps: [fit.py, "tidy üb.json", weights]', lock=False)
    orchard.edit(MODEL, "deps: [score.py, model, tidy.json]", 'deps: [score.py, model, "tidy üb.json"]')
    orchard.clone.commit("Käse und Brot")
    orchard.up()
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text
    assert orchard.changed() == []
    said = orchard.says(*APPLY)
    assert (said.exit, said.text.count("WL412")) == (4, 1), said.text
    orchard.clone.commit("was daraus wurde")
    orchard.does(*APPLY)
    orchard.clone.merge(f"windlass/release/dev/{SLUG}")
    orchard.does(*APPLY)
    assert orchard.predicts(orchard.port + 1) == 4
    orchard.ran()
    orchard.clone.write({f"{FOLDER}/{odd}": "Grüße!\n"})
    orchard.up()
    assert "tidy" in orchard.ran()
    orchard.does("down")


def test_a_release_is_resolvable_on_another_clone_given_the_store(plant: Plant, tmp_path: Path) -> None:
    first = plant("first")
    bare = repositories.remote(tmp_path / "remote.git")
    first.clone.git("remote", "add", "origin", str(bare))
    first.clone.git("push", "-q", "-u", "origin", "main")
    first.does(*APPLY)
    for branch, command in (
        ("release/dev", ("promote", SLUG, "--to", "staging", "--rehearse")),
        ("promote/staging", ("status",)),
    ):
        first.clone.merge(f"origin/windlass/{branch}/{SLUG}")
        first.clone.git("push", "-q", "origin", "main")
        first.does(*APPLY)
        first.does(*command)
    first.does("down")
    second = _cloned(first, bare, tmp_path / "second")
    apply = ("apply", "staging", "--rehearse", "--yes")
    try:
        said = second.says(*apply)
        assert said.exit == 5, said.text
        assert "WL521" in said.text or "WL552" in said.text, said.text
        assert "`windlass apply dev --rehearse`" in said.text, "what is possible here"
        assert "store" in said.text
        assert second.services() == []

        shutil.copytree(first.state / "dev/store", second.state / "dev/store")
        second.ran()
        second.does(*apply)
        assert second.predicts(second.port + 2) == 4
        second.does(*APPLY)
        assert second.predicts(second.port + 1) == 4
        assert second.ran() == [], "nothing is trained: the record and the bytes are there"
        assert second.alias("dev") == second.alias("staging") == "1"
        assert second.rows("select version from model_versions") == [(1,)]
        second.does("verify", "dev")
        second.does("verify", "staging")
        assert SLUG in second.does("audit", "staging", "--rehearse").text
    finally:
        second.clear()


def _cloned(orchard: Orchard, bare: Path, folder: Path, *options: str) -> Orchard:
    folder.mkdir()
    cloned = repositories.clone(bare, folder / "repository", "Bob", *options)
    return Orchard(cloned, orchard.port)
