"""Rendering is strict, sandboxed and knows no filters but ours."""

import subprocess
import sys

import jinja2
import pytest

from windlass.engine import render
from windlass.model.workload import Profile


def spelled(text, workload=None):
    files = {"backend.yaml": "documents: [{path: out, template: out.j2}]", "out.j2": text}
    return render.render(files, workload or Profile(name="tool"))["out"].decode()


def test_braces_belong_to_argo():
    assert spelled("{{=sprig.trim(inputs)}} {{workflow.name}} ${HOME} {% raw %} [= name =]\n") == (
        "{{=sprig.trim(inputs)}} {{workflow.name}} ${HOME} {% raw %} tool\n"
    )


def test_what_the_workload_lacks_is_an_error():
    with pytest.raises(jinja2.UndefinedError):
        spelled("[= nme =]")


def test_absent_is_null():
    assert spelled("[= resources.cpuMillis.request is none =]") == "True"


@pytest.mark.parametrize(
    "text",
    ["[= name.__class__.__mro__ =]", "[= env.append(1) =]", "[= range(3) =]", "[= name | upper =]", "[= cycler =]"],
)
def test_nothing_else_can_be_reached(text):
    with pytest.raises((jinja2.exceptions.SecurityError, jinja2.UndefinedError, jinja2.TemplateAssertionError)):
        spelled(text)


def test_jinja_is_imported_on_first_use_only():
    code = "import sys, windlass.engine.render; sys.exit('jinja2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}).returncode == 0
