"""What plan and apply say when the way to the cluster is not there, or somebody else has the environment."""

import contextlib
import time
from pathlib import Path

import pytest
import yaml

from tests.cluster.faults import Faults
from tests.cluster.place import A, Place
from tests.cluster.server import Server
from windlass.adapters.kubernetes import lease
from windlass.adapters.kubernetes.cluster import HttpCluster
from windlass.adapters.kubernetes.connection import Connection
from windlass.adapters.kubernetes.requests import Requests
from windlass.engine.cluster import applyset
from windlass.model.failure import World
from windlass.model.plan import Identity
from windlass.ports.cluster import Kind, Written


def cluster(
    kubeconfig: Path, monkeypatch: pytest.MonkeyPatch, context: str = "admin", deadline: float = 2
) -> HttpCluster:
    monkeypatch.setenv("KUBECONFIG", str(kubeconfig))
    return HttpCluster(Requests(Connection(context), deadline=deadline, timeout=1))


def test_a_context_that_nobody_knows(place: Place) -> None:
    place.environment("nowhere")
    said = place.run("plan", "staging")
    assert said.exit == 2
    assert "WL573  kubeconfig does not lead to the context `nowhere`" in said.err
    assert "it knows admin, " in said.err


def test_a_server_that_does_not_know_who_asks(
    place: Place, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = yaml.safe_load(server.kubeconfig.read_text())
    for one in document["users"]:
        one["user"]["token"] = "expired"
    (tmp_path / "old").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "old"))
    said = place.run("plan", "staging")
    assert said.exit == 5
    assert "does not know who asks" in said.err
    assert "WL572" in said.err
    assert "expired" not in said.all.replace("has expired", ""), "a token is never told"


def test_a_user_without_rights(place: Place) -> None:
    place.environment("nobody")
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert "WL449" in said.err


def test_a_server_that_is_not_there(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.write_kubeconfig(tmp_path / "nobody", "https://127.0.0.1:1")
    with pytest.raises(World) as raised:
        cluster(tmp_path / "nobody", monkeypatch).served()
    (found,) = raised.value.diagnostics
    assert found.code == "WL570"
    assert "https://127.0.0.1:1 cannot be reached" in found.message
    assert "object at 0x" not in found.message


def test_a_server_that_goes_on_failing(faulty: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty.on("GET", "/api").answer(503, "not now")
    with pytest.raises(World) as raised:
        cluster(faulty.kubeconfig, monkeypatch).served()
    assert raised.value.diagnostics[0].code == "WL571"
    assert len(faulty.requests) > 2, "it is asked again"


def test_a_log_that_cannot_be_read_hides_no_failure(faulty: Faults, monkeypatch: pytest.MonkeyPatch) -> None:
    faulty.on("GET", "/log").cut()
    assert cluster(faulty.kubeconfig, monkeypatch).log("default", "a", "b", 20) == ""


def test_a_lease_of_somebody_else_is_waited_for_and_told(served: Place) -> None:
    served.environment("admin", wait="2s")
    spec = {"holderIdentity": "somebody else", "leaseDurationSeconds": 60, "renewTime": "2026-01-01T00:00:00.000000Z"}
    served.patch("lease", served.home, {"spec": spec}, "windlass-staging")
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    said = served.apply()
    assert said.exit == 5
    assert "WL574  `somebody else` is applying to this environment" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 2
    served.patch("lease", served.home, {"spec": {"holderIdentity": ""}}, "windlass-staging")
    served.applied()


def test_a_lease_that_is_not_renewed_is_taken_whatever_its_clock_says(
    served: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = {"holderIdentity": "gone", "leaseDurationSeconds": 2, "renewTime": "2099-01-01T00:00:00.000000Z"}
    served.patch("lease", served.home, {"spec": spec}, "windlass-staging")
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    began = time.monotonic()
    served.applied()
    assert time.monotonic() - began > 2


def test_who_could_not_renew_writes_nothing_more(
    served: Place, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SECONDS", 2)
    monkeypatch.setattr(lease, "MARGIN", 1)
    first, second = (cluster(server.kubeconfig, monkeypatch) for _ in range(2))
    place = Identity(kind="Lease", name="a-lease", owner="", namespace=served.home)
    kind = Kind("", "v1", "ConfigMap", "configmaps", namespaced=True)
    sent = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": served.home}}
    with contextlib.ExitStack() as stack:
        stack.enter_context(first.hold(place, "first", 5))
        assert isinstance(first.apply(kind, sent, "first"), Written)
        time.sleep(1.2)
        with pytest.raises(World) as raised:
            first.apply(kind, sent, "first")
        assert raised.value.diagnostics[0].code == "WL575"
        stack.enter_context(second.hold(place, "second", 10))
        assert isinstance(second.apply(kind, sent, "first"), Written)
        with pytest.raises(World):
            first.apply(kind, sent, "first")


def test_a_write_is_not_repeated_when_the_lease_is_over(
    served: Place, faulty: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SECONDS", 2)
    monkeypatch.setattr(lease, "MARGIN", 1)
    held = cluster(faulty.kubeconfig, monkeypatch, deadline=30)
    sent = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "namespace": served.home}}
    with held.hold(Identity(kind="Lease", name="a-lease", owner="", namespace=served.home), "first", 5):
        faulty.on("PATCH|PUT").cut()
        with pytest.raises(World) as raised:
            held.apply(Kind("", "v1", "ConfigMap", "configmaps", namespaced=True), sent, "first")
    assert raised.value.diagnostics[0].code == "WL575"


def test_a_template_may_not_say_whose_its_object_is(place: Place) -> None:
    path = "templates/serving/bentoml/_metadata.j2"
    place.template(path, "  labels:\n", "  labels:\n    applyset.kubernetes.io/part-of: theirs\n")
    said = place.run("plan", "staging")
    assert said.exit == 1
    assert "WL453" in said.err


def test_a_namespace_that_nobody_makes(place: Place) -> None:
    place.edit("environments/staging/environment.yaml", ", tenancy: namespace", "")
    place.commit()
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert f"there is no namespace `{place.prefix}-team-000`  WL447" in said.out


def test_more_objects_than_an_inventory_lists(served: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applyset, "SIZE", 100)
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    said = served.apply()
    assert said.exit == 4
    assert "WL454" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 2
