"""Rendering is strict, sandboxed, ends, knows no filters but ours, and says which line of a template is to blame."""

import subprocess
import sys

import pytest

from windlass.engine import render, sandbox
from windlass.model.failure import Findings
from windlass.model.workload import Profile

ABOUT = """\
axis: pipelines
name: mine
workload: Profile
target: {target}
options:
  - {{name: level, type: integer, default: 2, description: How much.}}
documents:
{documents}
"""
ONE = "  - {path: out, template: out.j2}"
TOOL = Profile(name="tool")


def backend(text, target="files", documents=ONE, **more):
    return {"backend.yaml": ABOUT.format(target=target, documents=documents), "out.j2": text, **more}


def spelled(text, workload=TOOL, **options):
    return render.render(backend(text), workload, options)["out"].decode()


def stopped(files, workload=TOOL):
    with pytest.raises(Findings) as caught:
        render.render(files, workload)
    (finding,) = caught.value.diagnostics
    assert finding.place.path.startswith("templates/pipelines/mine/")
    return finding


def test_braces_belong_to_argo():
    assert spelled("{{=sprig.trim(inputs)}} {{workflow.name}} ${HOME} {% raw %} [= name =]\n") == (
        "{{=sprig.trim(inputs)}} {{workflow.name}} ${HOME} {% raw %} tool\n"
    )


def test_absent_is_null():
    assert spelled("[= resources.cpuMillis.request is none =]") == "True"


def test_options_are_those_of_the_environment_or_their_defaults():
    assert spelled("[= options.level =]") == "2"
    assert spelled("[= options.level =]", level=3) == "3"


def test_what_the_workload_lacks_is_told_with_its_line_and_what_was_meant():
    finding = stopped(backend("a\nb [= nme =]\n"))
    assert (finding.code, str(finding.place)) == ("WL275", "templates/pipelines/mine/out.j2:2:1")
    assert finding.message == "backend pipelines/mine was stopped: 'nme' is undefined"
    assert finding.hint == "did you mean `name`?"


def test_the_line_is_that_of_the_file_that_was_included():
    finding = stopped(backend('one\n[% include "_part.j2" %]\n', **{"_part.j2": "\n\n[= name.nothing =]\n"}))
    assert (finding.place.path.rpartition("/")[2], finding.place.line) == ("_part.j2", 3)


def test_a_syntax_error_has_a_line_too():
    assert stopped(backend("\n[% for x in %]\n")).place.line == 2
    assert stopped(backend("\n\n[= name | upper =]\n")).place.line == 3


@pytest.mark.parametrize(
    "text",
    [
        "[= ''.__class__ =]",
        "[= name.__class__.__mro__ =]",
        "[= name['__class__'] =]",
        "[= (name | first).__init__ =]",
        "[= env.append(1) =]",
        "[= name.format(1) =]",
        "[= '%1000000000d' % 1 =]",
        "[= range(3) =]",
        "[= name | upper =]",
        "[= cycler =]",
        "[= self =]",
        "[= name | attr('__class__') =]",
        "[% import 'out.j2' as x %]",
        "[% extends 'out.j2' %]",
        "[% block x %][% endblock %]",
        "[% include 'other.j2' %]",
        "[% include '/etc/passwd' %]",
        "[= none =]",
        "[= env =]",
    ],
)
def test_nothing_else_can_be_reached(text):
    assert stopped(backend(text)).code == "WL275"


LONG = "[% for a in l %]" * 15 + "[% endfor %]" * 15
DOUBLED = "[% set x = 'x' * 1000 %]" + "[% set x = {0} %]" * 40


@pytest.mark.parametrize(
    "text",
    [
        "[% set l = [1, 2, 3, 4, 5, 6, 7, 8, 9] %]" + LONG,
        "[% macro m() %][= m() =][% endmacro %][= m() =]",
        "[% for a in [1] recursive %][= loop([1]) =][% endfor %]",
        "[% include 'out.j2' %]",
        "[% set n = 1 %][% include '_twice.j2' %]",
        "[= 'x' * 2000000000 =]",
        "[= 10 ** 10 ** 10 =]",
        "[= 2000000000 * 'x' =]",
        "[= 'x' | indent(2000000000) =]",
        "[= {'a': 'b'} | block(2000000000) =]",
        "[= ['x', 'x', 'x'] | join('x' * 1000000) =]",
        "[% set l = [1] * 1000000 %][% for a in l %][% for b in l %][% endfor %][% endfor %]",
        "[% set l = [1] * 1000000 %][% for a in l %]" + "x" * 5000 + "[% endfor %]",
        "[% set x = 9 %]" + "[% set x = x * x %]" * 40,
        DOUBLED.format("x ~ x"),
        DOUBLED.format("x + x"),
        DOUBLED.format("[x, x]"),
        DOUBLED.format("x.split('x') | join(x)"),
        DOUBLED.format("x | json | json"),
        "[% set l = 'x' * 1000000 %][% for a in l | list %][= l | list | sort | length =][% endfor %]",
    ],
)
def test_it_ends_and_stays_small(text):
    twice = "[% with n = n + 1 %][% if n < 40 %]" + "[% include '_twice.j2' %]" * 2 + "[% endif %][% endwith %]"
    assert stopped(backend(text, **{"_twice.j2": twice})).code == "WL275"


def test_a_large_document_is_made_as_long_as_it_is_no_mistake():
    count = sandbox.DOCUMENT // 100
    files = backend("[% for a in env %]" + "x" * 99 + "\n[% endfor %]")
    big = Profile.model_validate({"name": "tool", "env": [{"name": "A"}] * (count // 4)})
    assert len(render.render(files, big)["out"]) == count // 4 * 100


OBJECT = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (OBJECT + "data:\n  a: [= name =]: b\n", 5, "no YAML"),
        (OBJECT + "[% for a in [1, 2] %]\nx: y\n[% endfor %]\n  a: 1\n", 7, "no YAML"),
        (OBJECT + "---\n" + OBJECT, 4, "no YAML"),
        (OBJECT.replace("kind", "knd"), 1, "no `kind`"),
        (OBJECT.replace("v1", "1"), 1, "no `apiVersion`"),
        ("# note\n\n" + OBJECT.replace("name: a", "name: 7"), 5, "no `metadata.name`"),
        ("just text\n", 1, "no `apiVersion`"),
    ],
)
def test_a_document_that_is_no_object_is_told_with_the_line_that_made_it(text, line, why):
    finding = stopped(backend(text, target="kubernetes"))
    assert finding.code == "WL276"
    assert why in finding.message
    assert (finding.place.path.rpartition("/")[2], finding.place.line) == ("out.j2", line)


def test_the_line_of_a_mistake_in_an_included_file_is_found():
    files = backend(
        OBJECT + 'data:\n[% include "_part.j2" %]\n', target="kubernetes", **{"_part.j2": "  a: b\n  c: d: e\n"}
    )
    finding = stopped(files)
    assert (finding.place.path.rpartition("/")[2], finding.place.line) == ("_part.j2", 2)


@pytest.mark.parametrize("path", ["../out", "/out", "a//b", "a/./b", "a\\\\b"])
def test_a_document_stays_below_the_output(path):
    finding = stopped(backend("text\n", documents=f'  - {{path: "{path}", template: out.j2}}'))
    assert finding.code == "WL276"
    assert str(finding.place).startswith("templates/pipelines/mine/backend.yaml:8:")


def test_two_documents_have_two_paths():
    finding = stopped(backend("text\n", documents=f"{ONE}\n  - {{path: '[= \"out\" =]', template: out.j2}}"))
    assert (finding.code, finding.place.line) == ("WL276", 9)


def test_jinja_is_imported_on_first_use_only():
    code = "import sys, windlass.engine.render; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
