"""Secrets by reference only (WL533): the shell's own variables answer on a laptop."""

import pytest

from windlass.adapters import declared
from windlass.model.failure import Findings
from windlass.model.workload import EnvEntry

PLAIN = EnvEntry(name="MODE", value="fast")
TOKEN = EnvEntry(name="TOKEN", secret_ref={"name": "ml-flow", "key": "token"})
OTHER = EnvEntry(name="OTHER", secret_ref={"name": "b", "key": "c"})


def test_values_and_references(monkeypatch):
    monkeypatch.setenv("WINDLASS_SECRET_ML_FLOW_TOKEN", "hush")
    assert declared.values([PLAIN, TOKEN], "vision/digits") == {"MODE": "fast", "TOKEN": "hush"}


def test_every_missing_secret_is_named_at_once():
    with pytest.raises(Findings) as caught:
        declared.values([PLAIN, TOKEN, OTHER], "vision/digits")
    (finding,) = caught.value.diagnostics
    assert finding.code == "WL533"
    assert finding.hint == "set WINDLASS_SECRET_ML_FLOW_TOKEN, WINDLASS_SECRET_B_C"


def test_a_cluster_fills_in_what_is_declared_under_its_own_name(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EnvEntry(name="TOKEN", secret_ref={"name": "till", "key": "token"})
    with pytest.raises(Findings, match="secrets"):
        declared.values([entry], "shop/price", lambda one: one.name)
    monkeypatch.setenv("TOKEN", "from the cluster")
    assert declared.values([entry], "shop/price", lambda one: one.name) == {"TOKEN": "from the cluster"}
