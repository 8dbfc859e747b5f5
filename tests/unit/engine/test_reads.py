"""A verdict that is remembered is the one that would be given: whatever was judged before, and whatever policies ask."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.engine.test_mould import ABOUT, moulds
from windlass.engine.mould import Moulds
from windlass.engine.policy.manifests import Judge
from windlass.engine.render import _speaking
from windlass.engine.resolve import environment
from windlass.engine.tracing import Tracing
from windlass.engine.validate import read
from windlass.model.project import Project

POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {name: mine}
spec:
  subject: manifest
  validations:
    - expression: |
        EXPRESSION
      message: it is not so
      messageExpression: object.metadata.name
"""
TEMPLATE = """\
apiVersion: v1
kind: Thing
metadata:
  name: [= name | scalar =]
  labels:
    [= ("k" ~ one) | scalar =]: [= two | scalar =]
    app: [= one | scalar =]
    both: [= (one ~ "-" ~ two) | scalar =]
spec:
  a: {b: [= one | json =], c: [= two | json =], n: 3}
  list: [= [1, 2] | json =]
  rows:
    - {x: [= one | json =], y: fixed}
    - {x: other, y: [= two | json =]}
  map:
    first: {x: [= two | json =]}
    [= ("k" ~ two) | scalar =]: {x: one}
  containers:
    - {name: c, [= ("k" ~ one) | json =]: [= two | json =], image: [= two | json =]}
"""
TEXTS = st.sampled_from(["a", "b", "x", "y", "app", "first", "image", "fixed", "qzx0xzq", "7"])


def project(expression: str) -> Project:
    text = POLICY.replace("EXPRESSION", expression)
    found = read({"environments/policies/mine.yaml": text.encode()})
    assert not found.diagnostics, found.diagnostics
    return found.project


def judge(known: Project) -> Judge:
    return Judge(known, environment(known, "local", rehearse=False), "2026-03-03")


KEYS = st.sampled_from(["ka", "kb", "kx", "a", "b", "x", "y", "app", "first", "image", "c"])
LITERAL = KEYS.map(lambda key: f"'{key}'")
MAPPING = st.sampled_from(["object.spec.map", "object.metadata.labels", "pods[0].containers[0]"])
FIELD = st.sampled_from(
    [
        "object.spec.a",
        "object.spec.map",
        "object.metadata.labels",
        "object.spec.rows[0]",
        "object.spec.rows[1]",
        "object.spec.map.first",
        "object.spec",
        "pods[0].containers[0]",
        "object.metadata",
    ]
)
LIST = st.sampled_from(
    ["object.spec.rows", "pods", "pods[0].containers", "object.spec.list", "[object.spec.a]", "object.spec.map"]
)


def _texts(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{}.{}".format, FIELD, KEYS),
        st.builds("{}[{}]".format, FIELD, LITERAL),
        st.builds("{}[?{}].orValue({})".format, FIELD, LITERAL, LITERAL),
        st.builds("{}.?{}.orValue({})".format, FIELD, KEYS, LITERAL),
        st.builds("{}[{}]".format, FIELD, inner),
        st.builds("({} ? {} : {})".format, st.sampled_from(["true", "false", "'x' in object.spec.a"]), inner, inner),
        st.builds("({} ? {} : {}).{}".format, st.just("object.spec.a.n == 3"), FIELD, FIELD, KEYS),
        st.builds("({} + {})".format, inner, inner),
        st.builds("{{'k': {}}}.k".format, inner),
        st.builds("[{}, {}][0]".format, inner, inner),
        st.builds("[[{}]][0][0].{}".format, FIELD, KEYS),
        st.builds("{}.map(i, i.x)[0]".format, LIST),
        st.builds("{}.map(i, i)[0]".format, FIELD),
        st.builds("{}.filter(i, i.x == {})[0].y".format, LIST, inner),
        st.builds("optional.of({}).value().{}".format, FIELD, KEYS),
        st.builds("optional.ofNonZeroValue({}).optMap(i, i.{}).orValue('none')".format, FIELD, KEYS),
    )


def _truths(inner: st.SearchStrategy[str], text: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} == {}".format, text, text),
        st.builds("{} != {}".format, text, LITERAL),
        st.builds("{}.startsWith({})".format, text, LITERAL),
        st.builds("{} < {}".format, text, LITERAL),
        st.builds("size({}) > 1".format, text),
        st.builds("{}.matches('^[a-c]')".format, text),
        st.builds("has({}.{})".format, MAPPING, KEYS),
        st.builds("{}.?{}.hasValue()".format, FIELD, KEYS),
        st.builds("{} in {}".format, text, FIELD),
        st.builds("{} in [{}, {}]".format, LITERAL, text, text),
        st.builds("{} == {}".format, FIELD, FIELD),
        st.builds("size({}) > 2".format, FIELD),
        st.builds("{}.all(i, i != {})".format, FIELD, LITERAL),
        st.builds("{}.exists(i, i == {})".format, FIELD, text),
        st.builds("{}.exists_one(i, i.startsWith('a'))".format, FIELD),
        st.builds("{}.all(i, i.x != {})".format, LIST, text),
        st.builds("{}.exists(i, has(i.{}))".format, LIST, KEYS),
        st.builds("{}.exists(i, i.exists(j, j == {}))".format, LIST, LITERAL),
        st.builds("[[{}]].all(l, l.all(i, i.{} != {}))".format, FIELD, KEYS, LITERAL),
        st.builds("{}.all(i, {}[i] != {})".format, FIELD, FIELD, LITERAL),
        st.builds("!({})".format, inner),
        st.builds("({}) && ({})".format, inner, inner),
        st.builds("({}) || ({})".format, inner, inner),
        st.builds("(({}) ? ({}) : ({}))".format, inner, inner, inner),
    )


SOUND = st.sampled_from(["object.spec.a.b", "object.spec.a.c", "object.spec.rows[0].x", "object.metadata.labels.both"])
TEXT = st.recursive(
    st.one_of(LITERAL, SOUND, st.builds("{}[?{}].orValue('a')".format, FIELD, LITERAL)), _texts, max_leaves=3
)
EXPRESSION = st.recursive(
    st.one_of(st.builds("has({}.{})".format, MAPPING, KEYS), st.builds("{} != {}".format, SOUND, LITERAL)),
    lambda inner: _truths(inner, TEXT),
    max_leaves=3,
)


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(expression=EXPRESSION, pairs=st.lists(st.tuples(TEXTS, TEXTS), min_size=2, max_size=5))
def test_a_judge_says_the_same_whatever_it_saw_before(expression: str, pairs: list[tuple[str, str]]) -> None:
    known, mould = project(expression), moulds(TEMPLATE, "kubernetes")
    seasoned = judge(known)
    for one, two in pairs:
        documents = mould.fill({"name": "thing", "one": one, "two": two})
        assert documents is not None
        assert list(seasoned.judged(documents)) == list(judge(known).judged(documents))


@pytest.mark.parametrize(
    "expression",
    [
        "!has(object.metadata.labels.kx)",
        "object.metadata.labels.all(k, k != 'kx')",
        "[[object.spec.a]].all(l, l.all(m, m.b != 'x'))",
        "[[object.spec.a.b]].all(l, l.all(m, m != 'x'))",
        "object.metadata.labels.all(k, object.metadata.labels[k] != '' && k != 'kx')",
        "!('kx' in object.metadata.labels)",
        "!object.metadata.labels.?kx.hasValue()",
        "object.metadata.labels[?'kx'].orValue('none') == 'none'",
        "!has(pods[0].containers[0].kx)",
        "(object.spec.a.n == 3 ? object.spec.rows[0] : object.spec.a).x != 'x'",
        "object.spec.rows.map(r, r.x)[0] != 'x'",
        "object.metadata.labels.both.startsWith('x') == false",
    ],
)
def test_what_is_not_let_through_alone_is_not_let_through_behind_others(expression: str) -> None:
    known, mould = project(expression), moulds(TEMPLATE, "kubernetes")
    seasoned = judge(known)
    for one, two, wanted in (("a", "b", 0), ("y", "b", 0), ("x", "b", 1)):
        documents = mould.fill({"name": "thing", "one": one, "two": two})
        assert documents is not None
        assert len(list(seasoned.judged(documents))) == wanted


def test_a_text_that_makes_another_object_of_a_file_is_looked_at() -> None:
    text = "apiVersion: v1\nkind: Thing\nmetadata: {name: a}\nspec:\n  a: [= one =]\n"
    known = project("!has(object.spec.privileged)")
    mould, seasoned = moulds(text, "files"), judge(known)
    fine, evil = (mould.fill({"name": "x", "one": one}) for one in ("b", "b\n  privileged: true"))
    assert fine is not None
    assert evil is not None
    assert [len(list(seasoned.judged(one))) for one in (fine, evil)] == [0, 1]


def test_a_document_that_says_the_words_of_samples_is_looked_at() -> None:
    about = ABOUT.format(target="kubernetes")
    text = "apiVersion: v1\nkind: Thing\nmetadata: {name: [= one | scalar =]}\nspec: {a: qzx9xzq, b: qzx5[= one =]}\n"
    files = (("backend.yaml", about), ("out.j2", text))
    mould = Moulds(_speaking(Tracing, files), [("backend.yaml#0", "out.j2")], True)
    seasoned = judge(project("object.spec.b != 'qzx5x'"))
    found = [list(seasoned.judged(mould.fill({"name": "thing", "one": one}) or [])) for one in ("a", "b", "x")]
    assert list(map(len, found)) == [0, 0, 1]
