"""A mould makes what the templates make, byte for byte, or nothing: whatever texts, numbers and lists a workload holds."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windlass.engine import render
from windlass.engine.mould import Moulds
from windlass.engine.render import _speaking
from windlass.engine.tracing import LONGEST, Tracing
from windlass.model.failure import Findings

ABOUT = """\
axis: pipelines
name: mine
workload: Profile
target: {target}
documents:
  - {{path: "out/[= name =].yaml", template: out.j2}}
"""
OBJECT = "apiVersion: v1\nkind: Thing\nmetadata:\n  name: [= name | scalar =]\n"


def moulds(text: str, target: str = "files", part: str = "") -> Moulds:
    files = (("_part.j2", part), ("backend.yaml", ABOUT.format(target=target)), ("out.j2", text))
    return Moulds(_speaking(Tracing, files), [("backend.yaml#0", "out.j2")], target == "kubernetes")


def plain(text: str, fields: dict, target: str = "files", part: str = "") -> dict[str, bytes]:
    files = {"backend.yaml": ABOUT.format(target=target), "out.j2": text, "_part.j2": part}
    return {one.path: one.data for one in render._run(render.declared(files["backend.yaml"]), files, fields)}


def made(mould: Moulds, fields: dict) -> dict[str, bytes] | None:
    found = mould.fill(fields)
    return None if found is None else {one.path: one.data for one in found}


TEMPLATES = {
    "passes texts on": "a: [= one | scalar =]\nb: [= (one ~ '-' ~ two) | json =]\n[= labels | block(2) =]\n",
    "looks at a text": "[% if one == two %]same[% else %][= one =] and [= two =][% endif %]",
    "looks one up": "[% set names = {'a': 'x', 'b': 'y'} %][= names.get(one, 'none') =] [= two | scalar =]",
    "takes one apart": "[= one.split('/')[-1] | json =][= two[0] | json =]",
    "asks what it is": "[= 'text' if one is string else 'none' =] [= two is none =] [= one | length =]",
    "joins many": "[= several | join(', ') | json =] [= several | sort | join('|') | json =]",
    "goes through lists": "[% for one in several %][= loop.index =]: [= one | scalar =][= ',' if not loop.last =]\n[% endfor %]",
    "chooses": "[= one or two =] [% if labels %][= labels.a | scalar =][% endif %] [= number + 1 =]",
    "counts": "[= number * 2 =] [= several | length =] [= [1, 2] | length =]",
    "reaches into text": "[= one in two =] [= one < two =] [= one.startswith('a') =]",
    "writes percents": "100%s [= one =] %(x)s",
}
TEXTS = st.one_of(st.sampled_from(["a", "b", "yes", "1", "a: b", "#x", "", "é", "%s", "zz1zz"]), st.text(max_size=12))
FIELDS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["one", "two-3"]),
        "one": TEXTS,
        "two": st.one_of(TEXTS, st.text("ab", min_size=1, max_size=3)),
        "labels": st.dictionaries(st.sampled_from(["a", "b", "c/d"]), TEXTS, min_size=1),
        "several": st.lists(TEXTS, max_size=4),
        "number": st.one_of(st.integers(-9, 9), st.booleans(), st.sampled_from([1.0, 0.5])),
    }
)


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(workloads=st.lists(FIELDS, min_size=2, max_size=6))
def test_a_mould_makes_what_the_template_makes(text: str, workloads: list[dict]) -> None:
    mould = moulds(text)
    for fields in workloads:
        try:
            wanted = plain(text, fields)
        except Findings:
            assert mould.fill(fields) is None, "what a template is stopped for, no mould makes"
            continue
        assert made(mould, fields) in (wanted, None)


@pytest.mark.parametrize("name", ["passes texts on", "joins many", "goes through lists", "writes percents"])
def test_texts_that_are_passed_on_share_a_mould(name: str) -> None:
    mould = moulds(TEMPLATES[name].replace(" [= several | sort | join('|') | json =]", ""))
    for n in range(9):
        fields = {
            "name": "x",
            "one": str(n),
            "two": f"t{n}",
            "labels": {"a": f"l{n}"},
            "several": [f"s{n}"],
            "number": 1,
        }
        assert mould.fill(fields) is not None
    assert len(mould._casts) == 1


def test_an_object_is_looked_at_again_where_its_texts_stand_otherwise() -> None:
    text = OBJECT + "value: [= one | scalar =]-more\n"
    mould, target = moulds(text, "kubernetes"), "kubernetes"
    assert made(mould, {"name": "x", "one": "plain"}) == plain(text, {"name": "x", "one": "plain"}, target)
    assert made(mould, {"name": "x", "one": "7"}) is None, "a quoted text with more behind it is no YAML"


def test_a_raw_text_is_taken_only_where_it_is_plain() -> None:
    mould = moulds(OBJECT + "value: [= one =]\n", "kubernetes")
    assert made(mould, {"name": "x", "one": "plain"}) is not None
    assert made(mould, {"name": "x", "one": "a: b: c"}) is None


def test_long_texts_are_looked_at() -> None:
    mould = moulds("[= one | scalar =]")
    for text in ("a" * (LONGEST + 1), "b" * (LONGEST + 1)):
        assert made(mould, {"name": "x", "one": text}) == {"out/x.yaml": text.encode()}
    assert len(mould._casts) == 2


MORE = {
    "filters on nested values": "[= labels | json =] [= several | json =] [= {'a': 1} | json =] [= deep | json =]\n"
    "[= deep.labels | block(4) =]",
    "tests": "[= one is defined =][= missing is defined =][= one is mapping =][= number is number =][= number is odd =]"
    "[= one is lower =][= several is iterable =][= one in several =][= number is integer =][= deep.none is none =]",
    "items of mappings": "[% for key, value in labels.items() %][= key =]=[= value =] [= loop.first =][= loop.last =]"
    "[= loop.length =]"
    "[= loop.previtem is defined =][= loop.nextitem is defined =]\n[% endfor %]",
    "keys and values": "[= labels.keys() | list | join('+') =] [= labels.values() | sort | join('+') =] [= labels | length =]",
    "choices": "[= one if number else two =][= (one if several) or 'none' =][= one and two =][= not one =][= one or two or '' =]",
    "put together": "[= one ~ number ~ two ~ 1.0 ~ true ~ deep.flag =][= (one ~ two) | ident =][= (one ~ '') | dvc | json =]",
    "joins": "[= items | join(',', attribute='name') =] [= items | join(',', 'name') =] [= labels | join('-') =]",
    "map and select": "[= items | map(attribute='name') | join('/') =] [= items | selectattr('on') | map(attribute='name')"
    " | list | json =]"
    "[= items | selectattr('name', 'equalto', one) | list | length =] [= items | map('json') | join =]",
    "indents": "[= one | indent(3) =]\n[= (one ~ '\\n' ~ two) | indent(2, true) =]",
    "a part": "[% include '_part.j2' %][% with own = one, other = number %][% include '_part.j2' %][% endwith %]",
    "sets": "[% set x = one %][% set y = x ~ '.' %][% for z in several %][% set x = z %][= x =][= y =][% endfor %][= x =]",
    "methods": "[= one.split(',') | join(';') =][= one.removeprefix('a') =][= labels.get('a', two) =][= labels.get(two) is none =]",
    "hidden": "[= (one ~ '\x7f') | json =][= one | json =]",
    "firsts": "[= several | first | json =][= several | unique | list | json =][= (items | first).name if items =]",
    "lengths": "[= (one ~ two) | length =][= [one] | length =]",
    "header": "# [= header =]\n[= options.size | bytes_si =][= options.name | scalar =]",
    "numbers": "[= deep.numbers | json =][= deep.flag | json =][= deep.number | json =]"
    "[= deep.number =][= deep.flag =][= number | json =]",
}  # fmt: skip
NESTED = st.fixed_dictionaries(
    {
        "labels": st.dictionaries(TEXTS, TEXTS, max_size=3),
        "none": st.none(),
        "flag": st.booleans(),
        "number": st.one_of(st.sampled_from([0, 1, 1.0, -0.0, 0.0, 1e300, True, False]), st.integers(0, 1)),
        "numbers": st.dictionaries(TEXTS, st.sampled_from([0, 1, 1.0, True, None, ""]), max_size=3),
    }
)
WIDER = st.builds(
    lambda fields, more: fields | more,
    FIELDS,
    st.fixed_dictionaries(
        {
            "deep": NESTED,
            "items": st.lists(st.fixed_dictionaries({"name": TEXTS, "on": st.booleans()}), max_size=3),
            "options": st.fixed_dictionaries({"size": st.sampled_from([1, 1024, 1536]), "name": TEXTS}),
        }
    ),
)


@pytest.mark.parametrize("target", ["files", "kubernetes"])
@pytest.mark.parametrize("text", [*TEMPLATES.values(), *MORE.values()], ids=[*TEMPLATES, *MORE])
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(workloads=st.lists(WIDER, min_size=2, max_size=5))
def test_whatever_a_template_does_its_mould_does(text: str, target: str, workloads: list[dict]) -> None:
    if target == "kubernetes":
        text = OBJECT + "data:\n  value: |\n    " + text.replace("\n", "\n    ") + "\n  other: [= one | json =]\n"
    part = "[= own if own is defined else two =]"
    mould = moulds(text, target, part)
    for fields in workloads:
        try:
            wanted = plain(text, fields, target, part)
        except Findings:
            assert mould.fill(fields) is None, "what a template is stopped for, no mould makes"
            continue
        assert made(mould, fields) in (wanted, None)


@pytest.mark.parametrize("text", ["\x7f", "\u2028", "\ufeff", "\x00", "a" * 1100])
@pytest.mark.parametrize(
    "template", ["value: [= one | json =]\n", "data:\n  [= one | json =]: x\n", "data:\n  [= one | scalar =]: x\n"]
)
def test_what_yaml_refuses_of_one_text_no_mould_lets_pass(template: str, text: str) -> None:
    text_of, fields = OBJECT + template, {"name": "x", "one": text}
    mould = moulds(text_of, "kubernetes")
    for before in ("plain", "a:b"):
        assert made(mould, {"name": "x", "one": before}) is not None
    try:
        wanted = plain(text_of, fields, "kubernetes")
    except Findings:
        assert mould.fill(fields) is None
    else:
        assert made(mould, fields) in (wanted, None)


def test_a_template_that_is_stopped_for_what_it_handles_has_no_mould() -> None:
    text = "[= several | sort | join(',') =]" * 20
    short, long = ({"name": "x", "several": [letter * size for letter in "abcdefgh"]} for size in (10, 1900))
    mould = moulds(text)
    assert made(mould, short) == plain(text, short)
    with pytest.raises(Findings):
        plain(text, long)
    assert mould.fill(long) is None
    text = "[= several | json | length =]" * 20
    mould = moulds(text)
    mould.fill(short)
    with pytest.raises(Findings):
        plain(text, long)
    assert mould.fill(long) is None
