"""What a spec promises becomes objectives, alerts that can fire, and bounds that can be asked for."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.engine.lower.test_service import release, spec
from windlass.engine.backend import declared
from windlass.engine.lower import cluster
from windlass.engine.lower.logstream import logstream
from windlass.engine.lower.monitor import monitor
from windlass.engine.lower.objectives import BUCKETS, buckets
from windlass.engine.lower.service import service
from windlass.model.project import Loaded, Source
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec
from windlass.model.workload import Metrics, Monitor, Service

TEMPLATES = Path(__file__).parents[4] / "templates"
IMAGE = "registry.example/runtime@sha256:" + "1" * 64


def environment(**more: Any) -> Environment:
    whole = {
        "target": {"kind": "kubernetes"},
        "store": {"uri": "s3://ml"},
        "images": {"runtime": IMAGE, "step": IMAGE},
        "backends": {"monitoring": "prometheus", "logging": "ecs"},
        **more,
    }
    document = {
        "apiVersion": "windlass.dev/v1alpha1",
        "kind": "Environment",
        "metadata": {"name": "dev"},
        "spec": whole,
    }
    return Environment.model_validate(document)


def placed(model: ModelSpec, where: Environment) -> Service:
    loaded = Loaded(where, Source("environments/dev/environment.yaml", {}, {}, {}))
    one = service(model, release(), where, 3000)
    return cluster.placed(one, model, release(), loaded, logstream(model, release(), where))


def lowered(where: Environment | None = None, **monitoring: Any) -> Monitor:
    """The Monitor of a spec that says this below `monitoring`."""
    return of(spec(monitoring=monitoring), where or environment())


def of(model: ModelSpec, where: Environment) -> Monitor:
    metrics = declared((TEMPLATES / "serving/bentoml/backend.yaml").read_text()).metrics
    assert isinstance(metrics, Metrics)
    return monitor(placed(model, where), model, release(), where, metrics)


def test_each_promise_has_the_three_burn_rates_of_the_workbook() -> None:
    found = lowered(slo={"availability": 99.9})
    assert [(one.factor, one.threshold, one.windows_seconds, one.severity) for one in found.alerts[:3]] == [
        (14.4, 0.0144, (3600, 300), "page"),
        (6.0, 0.006, (21600, 1800), "page"),
        (1.0, 0.001, (259200, 21600), "ticket"),
    ]
    recorded = {record.name for group in found.records for record in group.records}
    for alert in found.alerts[:3]:
        assert {part.partition("{")[0] for part in alert.query.split(" and ")} <= recorded


def test_a_budget_is_exact() -> None:
    """Not 0.00019999999999997797, as floating point would have it."""
    (promise,) = lowered(slo={"availability": 99.98}).slos
    assert (promise.objective, promise.budget) == (0.9998, 0.0002)


def test_an_alert_that_could_never_fire_is_left_out() -> None:
    found = lowered(slo={"p90": "100ms"}).alerts
    assert [one.threshold for one in found if one.name == "LatencyBudgetBurn"] == [0.6, 0.1]


def test_without_an_availability_failing_mostly_still_wakes() -> None:
    assert [one.name for one in lowered().alerts] == ["ServiceFailing", "ServiceAbsent"]
    assert [one.name for one in lowered(slo={"availability": 99}).alerts][-1] == "ServiceAbsent"


def test_a_service_that_may_scale_to_zero_may_be_absent() -> None:
    model = spec()
    zero = model.model_copy(update={"serving": model.serving.model_copy(update={"min_replicas": 0})})  # type: ignore[union-attr]
    assert [one.name for one in of(zero, environment()).alerts] == ["ServiceFailing"]


@pytest.mark.parametrize(
    ("slo", "more"), [({}, set()), ({"p99": "300ms"}, {0.3}), ({"p95": "250ms", "p99": "2s"}, {2.0})]
)
def test_every_promised_latency_is_a_bound(slo: dict[str, str], more: set[float]) -> None:
    found = buckets(spec(monitoring={"slo": slo}))
    assert found == tuple(sorted({*BUCKETS, *more}))
    assert all(isinstance(one, float) for one in found), "BentoML takes no integers"


def test_runbooks_are_read_where_the_environment_says() -> None:
    where = environment(monitoring={"runbooks": "https://wiki.example/ml/"})
    assert lowered(where).alerts[0].runbook == "https://wiki.example/ml/ServiceFailing.md"
    assert lowered().alerts[0].runbook == "docs/runbooks/ServiceFailing.md"


def test_a_log_is_asked_for_twice_by_the_spec_and_by_the_environment() -> None:
    asked = spec(logging={"redact": ["z", "a", "z"]})
    stream = logstream(asked, release(), environment())
    assert stream is not None
    assert (stream.redact, stream.mode, stream.version) == (("a", "z"), "none", "2222")
    assert logstream(spec(), release(), environment()) is None
    assert logstream(asked, release(), environment(backends={})) is None


def test_pods_are_made_anew_when_what_they_read_changes_and_only_then() -> None:
    def digest(**parts: Any) -> str:
        made = placed(spec(**parts), environment()).pod
        assert made is not None
        assert made.configuration is not None
        return made.configuration.digest

    same = digest()
    assert digest(monitoring={"slo": {"availability": 99.9, "p99": "250ms"}}) == same, "250 ms is a bound already"
    others = [
        digest(monitoring={"slo": {"p99": "300ms"}}),
        digest(logging={"percent": 10}),
        digest(logging={"percent": 20}),
        digest(logging={"percent": 20, "redact": ["z"]}),
    ]
    assert len({same, *others}) == 5


def test_what_bentoml_measures_is_what_its_backend_says() -> None:
    about = yaml.safe_load((TEMPLATES / "serving/bentoml/backend.yaml").read_text())
    assert Metrics.model_validate(about["metrics"]).plain() == about["metrics"]
