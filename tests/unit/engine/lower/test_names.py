"""Names stay short and apart; paths lead there and back."""

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.lower import names

WORD = st.from_regex(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?", fullmatch=True)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "käse und brot"]), min_size=1, max_size=5).map("/".join)


@given(WORD, WORD, WORD)
def test_a_name_is_a_dns_label(team, model, part):
    name = names.name(team, model, part)
    assert len(name) <= 63
    assert not name.startswith("-")
    assert not name.endswith("-")
    assert name == names.name(team, model, part)


@given(WORD, WORD, WORD)
def test_a_cut_name_differs_from_others_with_the_same_start(team, model, part):
    short = names.name(team, model, part, limit=12)
    assert len(short) <= 12
    assert len(f"{team}-{model}-{part}") <= 12 or short != names.name(team, model, part + "x", limit=12)


@given(PATHS, PATHS)
def test_relative_and_joined_undo_each_other(folder, path):
    assert names.joined(folder, names.relative(folder, path)) == path


def test_what_leaves_the_repository_shows():
    assert names.joined("specs/a", "../../../etc/passwd") == "../etc/passwd"
    assert names.joined("specs/a", "../../x") == "x"


def test_overlaps_goes_by_whole_parts():
    assert names.overlaps("model", "model/part.bin")
    assert names.overlaps("model/part.bin", "model")
    assert not names.overlaps("model", "model.bin")


def test_the_lock_lies_beside():
    assert names.lock_of("requirements.txt") == "requirements.lock"
    assert names.lock_of("env/train.txt") == "env/train.lock"
