"""Kinds that come with the same plan as objects of them: first they are served, then objects are tried, then written."""

import re
from collections.abc import Iterator

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import Place
from tests.transcript import ROOT
from windlass.flows.cluster import until

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
TEMPLATES = "templates/serving/bentoml"
NAMES = ("team-000-model-00000", "team-001-model-00001")
GROUP = "[= name =].PREFIX.example.org"
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: widgets.GROUP
  labels:
[= meta.labels | block(4) =]
  annotations:
[= meta.annotations | block(4) =]
spec:
  group: GROUP
  names: {kind: Widget, plural: widgets, singular: widget}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}
"""
WIDGET = """\
apiVersion: GROUP/v1
kind: Widget
[% include "_metadata.j2" %]
spec: {size: 1}
"""


@pytest.fixture
def kinds(place: Place, controllers: Controllers) -> Iterator[str]:
    """Each model has a kind of its own and an object of it; the end of their groups' names."""
    backend, group = (ROOT / TEMPLATES / "backend.yaml").read_text(), GROUP.replace("PREFIX", place.prefix)
    more = "".join(
        f'  - {{path: "{folder}/{name}-[= name =].yaml", template: {name}.yaml.j2}}\n'
        for folder, name in (("cluster", "customresourcedefinition"), ("[= meta.namespace =]", "widget"))
    )
    place.write(f"{TEMPLATES}/backend.yaml", backend + more)
    place.write(f"{TEMPLATES}/customresourcedefinition.yaml.j2", DEFINITION.replace("GROUP", group))
    place.write(f"{TEMPLATES}/widget.yaml.j2", WIDGET.replace("GROUP", group))
    place.commit()
    yield f"{place.prefix}.example.org"
    for one in NAMES:
        place.admin.request("DELETE", f"{DEFINITIONS}/widgets.{one}.{place.prefix}.example.org")


def test_a_kind_is_served_before_its_objects_are_tried_and_those_before_any_is_written(
    place: Place, kinds: str, detour: Faults
) -> None:
    place.applied()
    assert place.members() >= {f"Widget.{name}.{kinds}/{name}.{place.prefix}-{name[:8]}" for name in NAMES}
    patches = [(one.path, "dryRun=All" in one.target) for one in detour.requests if one.method == "PATCH"]
    defined = max(at for at, (path, dry) in enumerate(patches) if "/customresourcedefinitions/" in path and not dry)
    tried = [at for at, (path, dry) in enumerate(patches) if dry and at > defined]
    written = [at for at, (path, dry) in enumerate(patches) if not dry and re.search("-team-00./", path)]
    assert [path for path, dry in patches[defined:] if dry and "/widgets/" in path]
    assert defined < min(tried)
    assert max(tried) < min(written)
    assert place.plan().actions() == {}


def test_a_kind_that_is_never_served_stops_what_comes_after_it(
    place: Place, kinds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its names are taken by another definition."""
    monkeypatch.setattr(until, "SERVED", 5)
    group = f"{NAMES[0]}.{kinds}"
    names = {"kind": "Widget", "plural": "gadgets", "singular": "gadget"}
    version = {"name": "v2", "served": True, "storage": True, "schema": {"openAPIV3Schema": {"type": "object"}}}
    spec = {"group": group, "names": names, "scope": "Namespaced", "versions": [version]}
    place.admin.request("POST", DEFINITIONS, {"metadata": {"name": f"gadgets.{group}"}, "spec": spec})
    try:
        for _ in range(2):
            said = place.apply()
            assert said.exit == 5, said.all
            assert f"CustomResourceDefinition widgets.{group} is not served: " in said.err
            assert "is already in use" in said.err
            assert "WL577" in said.err
            assert {key.partition(".")[0].partition("/")[0] for key in place.all()} == {"Namespace"}
            assert place.receipts()[-1]["outcome"] == "failed"
    finally:
        place.admin.request("DELETE", f"{DEFINITIONS}/gadgets.{group}")
    place.applied()
    assert place.plan().actions() == {}


def test_what_a_new_kind_does_not_take_is_told_before_anything_else_is_written(place: Place, kinds: str) -> None:
    place.edit(f"{TEMPLATES}/widget.yaml.j2", "size: 1", "size: large")
    place.commit()
    said = place.apply()
    assert said.exit == 4, said.all
    assert said.err.count("WL442") == len(NAMES), "all are told"
    assert {key.partition(".")[0].partition("/")[0] for key in place.all()} == {"Namespace"}
    place.edit(f"{TEMPLATES}/widget.yaml.j2", "size: large", "size: 3")
    place.commit()
    place.applied()
