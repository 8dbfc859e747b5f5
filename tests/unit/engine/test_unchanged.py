"""Laws of "unchanged": what a stage ran on last time needs no run, anything else does, and each reason names its cause."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.dvclock import StageLock
from windlass.engine.unchanged import Asked, consistent, reason
from windlass.model.workload import Parameter, Pipeline, Step

MD5 = st.text("0123456789abcdef", min_size=32, max_size=32)
PATH = st.sampled_from(["a.py", "b.csv", "model", "deep/c.txt"])
VALUE = st.one_of(st.booleans(), st.integers(), st.floats(allow_nan=False), st.text())
ASKED = st.builds(
    Asked,
    cmd=st.text(min_size=1),
    deps=st.dictionaries(PATH, MD5),
    params=st.dictionaries(st.sampled_from("xyz"), VALUE),
    outs=st.frozensets(PATH, min_size=1),
    search=st.none() | MD5,
)


def ran(now: Asked) -> StageLock:
    """What DVC would have written of a run on just this."""
    params = {"params.json": dict(now.params)} if now.params else {}
    params |= {"tune.json": {"digest": now.search}} if now.search else {}
    return StageLock(now.cmd, dict(now.deps), dict.fromkeys(now.outs, "f" * 32), params, {})


def held(md5):
    return True


@given(ASKED)
def test_what_ran_on_just_this_is_unchanged(now):
    assert reason(now, ran(now), held) is None


@given(ASKED)
def test_what_never_ran_must(now):
    assert reason(now, None, held) == "never ran"


@given(ASKED, st.text(min_size=1))
def test_another_command_must_run(now, cmd):
    other = replace(now, cmd=cmd)
    assert (reason(other, ran(now), held) is None) == (cmd == now.cmd)


@given(ASKED, PATH, MD5)
def test_another_dep_must_run_and_is_named(now, path, md5):
    other = replace(now, deps={**now.deps, path: md5})
    found = reason(other, ran(now), held)
    if other.deps == now.deps:
        assert found is None
    else:
        assert found == (f"{path} changed" if path in now.deps else "reads other files")


@given(ASKED, st.sampled_from("xyz"), VALUE)
def test_another_parameter_must_run(now, name, value):
    other = replace(now, params={**now.params, name: value})
    assert (reason(other, ran(now), held) is None) == (other.params == now.params)


@given(ASKED, st.none() | MD5)
def test_another_search_must_run(now, search):
    other = replace(now, search=search)
    told = "the search changed" if search and now.search else "reads other parameters"
    assert reason(other, ran(now), held) == (None if search == now.search else told)


@given(ASKED, PATH)
def test_another_out_must_run(now, path):
    other = replace(now, outs=now.outs | {path})
    assert (reason(other, ran(now), held) is None) == (path in now.outs)


@given(ASKED)
def test_what_this_store_lacks_must_run(now):
    assert reason(now, ran(now), lambda md5: False) == f"{min(now.outs)} is not in this store"


@given(ASKED, PATH)
def test_a_dep_that_is_not_there_must_run(now, path):
    other = replace(now, deps={**now.deps, path: None})
    assert reason(other, ran(other), held) == f"{path} changed"


def test_a_parameter_s_move_is_told():
    now = Asked("c", {}, {"max_depth": 9, "deep": True}, frozenset({"model"}))
    before = replace(now, params={"max_depth": 8, "deep": True})
    assert reason(now, ran(before), held) == "max_depth 8 -> 9"
    assert reason(replace(now, params={"max_depth": 9, "deep": False}), ran(now), held) == "deep true -> false"


def chain() -> Pipeline:
    steps = (
        Step(name="a", kind="stage", profile="default", command="a", deps=("a.py",), outs=("a.out",)),
        Step(name="b", kind="stage", profile="default", command="b", deps=("a.out",), outs=("b.out",), params=("x",)),
    )
    words = {"team": "t", "model": "m", "environment": "e", "folder": "f", "source": "s", "requirements": "r"}
    parameter = Parameter(name="x", type="integer", value=1, text="1")
    return Pipeline(name="p", purpose="train", parameters=(parameter,), steps=steps, **words)


def entries(a_out="1" * 32, read="1" * 32, x=1):
    return {
        "a": StageLock("a", {"a.py": "0" * 32}, {"a.out": a_out}, {}, {}),
        "b": StageLock("b", {"a.out": read}, {"b.out": "2" * 32}, {"params.json": {"x": x}}, {}),
    }


def test_a_lock_is_consistent_where_each_stage_read_what_the_one_before_wrote():
    known = {"a.py": "0" * 32}
    assert consistent(chain(), entries(), known)
    assert not consistent(chain(), entries(read="3" * 32), known)
    assert not consistent(chain(), entries(x=2), known)
    assert not consistent(chain(), entries(), {"a.py": "9" * 32})
    assert not consistent(chain(), {"a": entries()["a"]}, known)
