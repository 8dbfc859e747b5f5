"""The inputs digest changes with all that can change a result, and with nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.inputs import inputs
from windlass.model import digests
from windlass.model.workload import EnvEntry, Parameter, Pipeline, Profile, Step

WORDS = {"team": "t", "model": "m", "environment": "local", "folder": "specs/t/m", "source": "s", "requirements": "r"}
STAGE = Step(
    name="a", kind="stage", profile="default", command="c", deps=("b.py", "a.py"), outs=("model",), params=("x",)
)


def pipeline(steps=(STAGE,), value=1, **other):
    parameter = Parameter(name="x", type="integer", value=value, text=str(value))
    return Pipeline(name="p", purpose="train", parameters=(parameter,), steps=steps, **{**WORDS, **other})


def digest(made=None, code=None, lock="l", python="3.11", data=None):
    return inputs(made or pipeline(), code or {"a.py": "1"}, lock, python, data or {"t/d": "m"})[0]


def test_the_record_is_what_the_digest_is_of():
    found, record = inputs(pipeline(), {"a.py": "1"}, "l", "3.11", {"t/d": "m"})
    assert digests.of_value(record) == found


def test_everything_that_matters_changes_it():
    changed = [
        digest(code={"a.py": "2"}),
        digest(code={"a.py": "1", "b.py": "1"}),
        digest(lock="k"),
        digest(python="3.12"),
        digest(data={"t/d": "n"}),
        digest(pipeline(value=2)),
        digest(pipeline((STAGE.model_copy(update={"command": "d"}),))),
        digest(pipeline((STAGE.model_copy(update={"outs": ("other",)}),))),
    ]
    assert len({digest(), *changed}) == len(changed) + 1


def test_what_does_not_matter_does_not():
    gate = Step(name="gates", kind="gate", profile="default")
    test = Step(name="test", kind="test", profile="default", command="pytest")
    profile = Profile(name="default", env=(EnvEntry(name="A", value="1"),))
    same = [
        pipeline((STAGE, test, gate)),
        pipeline((STAGE.model_copy(update={"profile": "large", "depends_on": ("x",)}),)),
        pipeline(profiles=(profile,), environment="dev"),
    ]
    assert {digest(), *(digest(made) for made in same)} == {digest()}


@given(st.permutations(["a.py", "b.py", "c.py"]))
def test_order_does_not_matter(paths):
    assert digest(code={path: path for path in paths}) == digest(code={path: path for path in sorted(paths)})
