"""The contract of `ports.Git`, over real repositories."""

import os
from pathlib import Path

import pytest

from tests import repositories
from tests.repositories import Clone
from windlass.adapters.files import DiskFiles
from windlass.adapters.git import CommandGit
from windlass.model.failure import Failure, Usage, World

ODD = "specs/vision/Prüf daten/größe 'x\".yaml"


@pytest.fixture
def repo(tmp_path: Path) -> Clone:
    repository = repositories.new(tmp_path / "a repository")
    repository.commit("first", {"a.txt": "one\n", "specs/b.txt": "two\n", ODD: "three\n"})
    return repository


@pytest.fixture
def git(repo: Clone) -> CommandGit:
    return CommandGit(repo.folder)


def code(failure: Failure) -> str:
    return failure.diagnostics[0].code


def status(repo: Clone) -> str:
    return repo.git("status", "--porcelain")


def put(git: CommandGit, branch: str, files: dict[str, bytes | None], message: str = "made\n") -> str:
    commit = git.write_commit(git.head(), files, message)
    git.move_branch(branch, commit, git.tip(branch))
    return commit


def test_it_finds_the_top_from_any_folder_below(repo: Clone) -> None:
    assert CommandGit(repo.folder / "specs/vision").root.resolve() == repo.folder.resolve()


def test_no_repository_is_wrong_usage_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    with pytest.raises(Usage) as caught:
        CommandGit(tmp_path)
    assert code(caught.value) == "WL640"
    assert "git init" in caught.value.diagnostics[0].hint


def test_no_git_on_the_path_is_the_world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(World) as caught:
        CommandGit(tmp_path)
    assert code(caught.value) == "WL540"


def test_variables_of_a_hook_do_not_lead_astray(repo: Clone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = repositories.new(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other.folder / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    git = CommandGit(repo.folder)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert git.head() == repo.git("rev-parse", "HEAD")


def test_an_empty_repository_has_no_head_and_takes_a_first_commit(tmp_path: Path) -> None:
    git = CommandGit(repositories.new(tmp_path / "empty").folder)
    assert (git.head(), git.branch(), git.default_branch()) == (None, "main", "main")
    assert git.dirty() == ()
    assert git.files("HEAD", "") == ()
    commit = git.write_commit(None, {"a/b.txt": b"x"}, "first\n")
    git.move_branch("windlass/ledger/dev", commit, None)
    assert git.read("windlass/ledger/dev", "a/b.txt") == b"x"


def test_a_detached_head_has_no_branch_but_the_default_one_is_known(repo: Clone, git: CommandGit) -> None:
    repo.git("checkout", "-q", "--detach")
    assert git.branch() is None
    assert git.default_branch() == "main"
    assert git.head() == git.tip("main")


def test_the_remote_says_which_branch_is_the_default(repo: Clone, tmp_path: Path) -> None:
    repo.git("branch", "-m", "main", "trunk")
    other = repositories.clone(repo.folder, tmp_path / "clone", "Bob")
    other.git("checkout", "-q", "-b", "work")
    assert CommandGit(other.folder).default_branch() == "trunk"


def test_names_with_blanks_quotes_and_umlauts_pass(repo: Clone, git: CommandGit) -> None:
    assert ODD in git.files("HEAD", "specs")
    assert git.read("HEAD", ODD) == b"three\n"
    assert git.tracked("specs") == {"specs/b.txt", ODD}
    repo.write({ODD: "changed\n"})
    assert git.dirty(["specs"]) == (ODD,)
    commit = put(git, "windlass/x", {ODD: b"four\n"})
    assert git.tree(commit).read(repo.folder / ODD) == b"four\n"
    assert [found.sha for found in git.log(commit, [ODD], limit=1)] == [commit]


def test_a_branch_changed_what_it_did_since_it_left_its_base(repo: Clone, git: CommandGit) -> None:
    base = repo.git("rev-parse", "HEAD")
    repo.git("checkout", "-q", "-b", "work")
    repo.git("mv", "specs/b.txt", "specs/moved.txt")
    head = repo.commit("moved", {ODD: "four\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit("theirs", {"a.txt": "theirs\n"})
    assert set(git.changed(main, head)) == {"specs/b.txt", "specs/moved.txt", ODD}
    assert git.changed(main, base) == ()


def test_dirty_lists_changed_and_new_files_but_no_ignored_ones(repo: Clone, git: CommandGit) -> None:
    repo.write({".gitignore": "*.log\n", "a.txt": "other\n", "new/deep.txt": "x", "x.log": "x"})
    assert git.dirty() == (".gitignore", "a.txt", "new/deep.txt") or set(git.dirty()) == {
        ".gitignore",
        "a.txt",
        "new/deep.txt",
    }
    assert git.dirty(["specs"]) == ()


def test_a_commit_touches_neither_work_tree_nor_index(repo: Clone, git: CommandGit) -> None:
    repo.write({"a.txt": "staged\n"})
    repo.git("add", "a.txt")
    repo.write({"a.txt": "not staged\n", "free.txt": "x"})
    before = (status(repo), repo.git("diff"), repo.git("diff", "--cached"))
    commit = put(git, "windlass/release/dev/vision/digits", {"made/by/us.txt": b"x", "specs/b.txt": None})
    assert (status(repo), repo.git("diff"), repo.git("diff", "--cached")) == before
    assert git.files(commit, "") == ("a.txt", "made/by/us.txt", ODD)
    assert git.read(commit, "a.txt") == b"one\n"
    assert git.branch() == "main"


def test_hooks_do_not_run(repo: Clone, git: CommandGit) -> None:
    for name in ("pre-commit", "commit-msg", "reference-transaction", "pre-push", "post-commit"):
        hook = repo.folder / ".git/hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text("#!/bin/sh\nexit 1\n")
        hook.chmod(0o755)
    assert put(git, "windlass/x", {"b": b"x"}) == git.tip("windlass/x")


def test_a_branch_that_moved_meanwhile_is_not_overwritten(git: CommandGit) -> None:
    first = put(git, "windlass/x", {"b": b"1"})
    second = put(git, "windlass/x", {"b": b"2"})
    with pytest.raises(World) as caught:
        git.move_branch("windlass/x", git.write_commit(first, {"b": b"3"}, "late\n"), first)
    assert code(caught.value) == "WL544"
    with pytest.raises(World) as caught:
        git.move_branch("windlass/x", first, None)
    assert code(caught.value) == "WL544"
    assert git.tip("windlass/x") == second


def test_a_branch_that_is_checked_out_is_not_moved(repo: Clone, git: CommandGit) -> None:
    commit = git.write_commit(git.head(), {"b": b"x"}, "made\n")
    with pytest.raises(World) as caught:
        git.move_branch("main", commit, git.tip("main"))
    assert code(caught.value) == "WL545"
    assert status(repo) == ""


@pytest.mark.parametrize("name", ["--all", "-x", "-", "@{u}", "a..b", ""])
def test_names_that_look_like_options_are_names(git: CommandGit, name: str) -> None:
    assert git.resolve(name) is None
    assert git.tip(name) is None
    assert git.read(name, "a.txt") is None
    assert git.files("HEAD", name) in ((), git.files("HEAD", ""))


def test_a_branch_named_like_an_option_is_pushed_and_fetched(repo: Clone, git: CommandGit, tmp_path: Path) -> None:
    repo.git("remote", "add", "origin", str(repositories.remote(tmp_path / "remote.git")))
    git = CommandGit(repo.folder)
    commit = git.write_commit(git.head(), {"b": b"x"}, "made\n")
    git.move_branch("-f", commit, None)
    assert git.push("-f") is True
    assert git.fetch("-f") == commit


def test_the_history_tells_people_trailers_and_times(repo: Clone, git: CommandGit) -> None:
    repo.git("checkout", "-q", "-b", "side")
    repo.commit(
        "retire\n\nWindlass-Delete: fraud/legacy\nWindlass-Delete: fraud/old\nWindlass-Change: release", {"c.txt": "c"}
    )
    repo.git("checkout", "-q", "main")
    repo.person("Grace Hopper").merge("side", "Merge side")
    merge, *_ = git.log("HEAD", ["c.txt"], first_parent=True)
    assert (merge.subject, merge.committer, merge.committer_email) == (
        "Merge side",
        "Grace Hopper",
        "grace@example.org",
    )
    assert len(merge.parents) == 2
    assert merge.time.tzinfo is not None
    assert merge.signature == ""
    side, *_ = git.log("main^1..main", ["c.txt"])
    assert side.author == "Ada"
    assert side.trailers == {"Windlass-Delete": ("fraud/legacy", "fraud/old"), "Windlass-Change": ("release",)}
    assert [commit.subject for commit in git.log("main", limit=1)] == ["Merge side"]


def test_ancestry(repo: Clone, git: CommandGit) -> None:
    first = git.head() or ""
    second = repo.commit("second")
    assert git.is_ancestor(first, second)
    assert git.is_ancestor(second, second)
    assert not git.is_ancestor(second, first)
    assert not git.is_ancestor("0" * 40, first)


def test_a_shallow_clone_is_known(repo: Clone, tmp_path: Path) -> None:
    repo.commit("second")
    cut = repositories.clone(repo.folder, tmp_path / "cut", "Bob", "--depth=1")
    assert CommandGit(cut.folder).shallow()
    assert not CommandGit(repo.folder).shallow()


def test_without_a_remote_nothing_is_pushed_and_the_local_branch_is_what_is_fetched(git: CommandGit) -> None:
    commit = put(git, "windlass/x", {"b": b"x"})
    assert git.has_remote() is False
    assert git.push("windlass/x") is False
    assert git.fetch("windlass/x") == commit
    assert git.fetch("windlass/none") is None
    assert git.branches("windlass") == {"windlass/x": commit}
    assert git.branches("wind") == {}


def test_pushing_fetching_and_being_refused(repo: Clone, tmp_path: Path) -> None:
    bare = repositories.remote(tmp_path / "remote.git")
    repo.git("remote", "add", "origin", str(bare))
    repo.git("push", "-q", "origin", "main")
    git = CommandGit(repo.folder)
    first = put(git, "windlass/x", {"b": b"1"})
    assert git.push("windlass/x") is True
    other = CommandGit(repositories.clone(bare, tmp_path / "other", "Bob").folder)
    assert other.fetch("windlass/x") == first
    put(other, "windlass/mine", {"b": b"1"})
    assert other.branches("windlass") == {"windlass/x": first}, "with a remote only what is there"
    assert other.fetch("windlass/none") is None
    other.move_branch("windlass/x", other.write_commit(other.head(), {"b": b"2"}, "another\n"), None)
    with pytest.raises(World) as caught:
        other.push("windlass/x")
    assert code(caught.value) == "WL541"
    assert other.push("windlass/x", expected=first) is True
    put(git, "windlass/x", {"b": b"3"})
    with pytest.raises(World) as caught:
        git.push("windlass/x", expected=first)
    assert code(caught.value) == "WL541"
    assert not (repo.folder / ".git/FETCH_HEAD").exists()


def test_a_remote_that_is_gone_is_the_world(repo: Clone, tmp_path: Path) -> None:
    repo.git("remote", "add", "origin", str(tmp_path / "nowhere.git"))
    git = CommandGit(repo.folder)
    put(git, "windlass/x", {"b": b"1"})
    for act in (git.fetch, git.push):
        with pytest.raises(World) as caught:
            act("windlass/x")
        assert code(caught.value) == "WL542"


def test_commits_are_signed_where_the_person_signs(repo: Clone, tmp_path: Path) -> None:
    repositories.sign(repo, tmp_path)
    git = CommandGit(repo.folder)
    commit = put(git, "windlass/x", {"b": b"x"})
    (found,) = git.log(commit, limit=1, signatures=True)
    assert (found.signature, found.signer) == ("G", "ada@example.org")
    unsigned = git.write_commit(commit, {"b": b"y"}, "machine\n", sign=False)
    assert git.log(unsigned, limit=1, signatures=True)[0].signature == "N"


def test_a_key_that_does_not_work_says_so(repo: Clone, git: CommandGit, tmp_path: Path) -> None:
    repositories.sign(repo, tmp_path)
    repo.git("config", "user.signingkey", str(tmp_path / "no-key"))
    with pytest.raises(World) as caught:
        git.write_commit(git.head(), {"b": b"x"}, "x\n")
    assert code(caught.value) == "WL546"


def test_nobody_cannot_commit_but_a_machine_may_record(
    repo: Clone, git: CommandGit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("config", "--unset", "user.name")
    repo.git("config", "--unset", "user.email")
    repo.git("config", "user.useConfigOnly", "true")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "none"))
    for name in [name for name in os.environ if name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))]:
        monkeypatch.delenv(name)
    assert git.user() == ("", "")
    with pytest.raises(World) as caught:
        git.write_commit(git.head(), {"b": b"x"}, "x\n")
    assert code(caught.value) == "WL547"
    commit = git.write_commit(git.head(), {"b": b"x"}, "x\n", sign=False)
    assert git.log(commit, limit=1)[0].committer == "windlass"


def test_a_revision_reads_like_the_disk(repo: Clone, git: CommandGit) -> None:
    repo.commit("more", {"specs/a/z.txt": "", "specs/a/b/c.bin": bytes(range(256)), "specs/a.txt": "x\n\n"})
    disk, tree = DiskFiles(), git.tree("HEAD")
    for folder in ("specs", "specs/a", "nothing"):
        assert list(tree.walk(repo.folder / folder)) == list(disk.walk(repo.folder / folder))
    for path in tree.walk(repo.folder):
        assert tree.read(path) == disk.read(path)
    assert tree.read(repo.folder / "specs/none") is None
    assert tree.read(repo.folder / "specs") is None
    repo.write({"a.txt": "changed\n"})
    assert tree.read(repo.folder / "a.txt") == b"one\n"


def test_what_git_refuses_is_told_in_its_words(git: CommandGit) -> None:
    with pytest.raises(World) as caught:
        git.log("no-such-branch")
    assert code(caught.value) == "WL543"
    assert "no-such-branch" in caught.value.diagnostics[0].hint
