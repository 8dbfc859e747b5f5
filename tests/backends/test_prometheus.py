"""What Prometheus and Grafana make of a Monitor: rules are accepted, and each alert fires when it must and is silent when it must.

Specs are lowered and rendered here as for a cluster, and the series of the rule tests are made from the Monitor itself: so an
alert of a new kind is red until somebody says here what must set it off. The binary is Debian's (package `prometheus`);
without it those tests are skipped.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import ROOT, example, files
from tests.transcript import ROOT as REPOSITORY
from tests.unit.engine.lower.test_monitor import environment, of
from tests.unit.engine.lower.test_service import spec
from windlass.engine import render
from windlass.engine.backend import declared
from windlass.engine.lower.alerts import CHECKED, DRIFT, SAMPLES
from windlass.engine.lower.promql import bound, matching
from windlass.engine.spelling import prom
from windlass.model.workload import Alert, Monitor

BACKEND = ROOT / "monitoring/prometheus"
STRANGE = 'say {{ $value }} "\\d ${x}'
SERVING = {
    "input": {"scan": {"type": "array", "items": "number", "shape": [64]}, STRANGE: {"type": "number"}},
    "output": {},
}
SPECS: dict[str, dict[str, Any]] = {
    "plain": {},
    "promised": {
        "slo": {"p95": "250ms", "p99": "1s", "availability": 99.9},
        "dataDrift": [{"feature": "scan", "test": "ks", "warn": 0.1, "fail": 0.2, "window": "1d", "minSamples": 500}],
    },
    "hard": {"slo": {"p90": "100ms"}, "dataDrift": [{"feature": STRANGE, "fail": 0.25, "window": "12h"}]},
}
"""What is asked for below `monitoring` in each example."""
WHERE = environment(
    target={"kind": "kubernetes", "namespace": "ml-{team}-dev"},
    monitoring={"runbooks": "https://git.example/ml/windlass/blob/main/docs/runbooks"},
)
MONITORS = {name: of(spec(serving=SERVING, monitoring=asked), WHERE) for name, asked in SPECS.items()}
RENDERED = {name: render.render(files(BACKEND), monitor) for name, monitor in MONITORS.items()}
CASES = sorted(SPECS)
ALERTS = [
    pytest.param(name, number, id=f"{name}-{number}-{alert.name}-{alert.severity}")
    for name in CASES
    for number, alert in enumerate(MONITORS[name].alerts)
]
PROMTOOL = shutil.which("promtool")
METRICS = declared((ROOT / "serving/bentoml/backend.yaml").read_text()).metrics
MINUTE = 60
RATE = 1000
"""Requests in each step of time."""
installed = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not installed (Debian: the package `prometheus`)")


@dataclass(frozen=True)
class Scenario:
    """What Prometheus sees, every ``step`` seconds until ``end``, and whether it must tell."""

    name: str
    fires: bool
    series: dict[str, str]
    end: int
    step: int = MINUTE


def objects(case: str, kind: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(data) for path, data in RENDERED[case].items() if f"/{kind}-" in path]


def rules(case: str, folder: Path, alert: Alert | None = None) -> Path:
    """The rendered rules as a file of Prometheus; of one alert: it alone, and what it asks of records."""
    (rule,) = objects(case, "prometheusrule")
    groups = rule["spec"]["groups"]
    if alert is not None:
        for group in groups:
            group["rules"] = [
                one for one in group["rules"] if one["expr"] == alert.query or one.get("record", "-") in alert.query
            ]
    path = folder / "rules.yaml"
    path.write_text(yaml.safe_dump({"groups": [group for group in groups if group["rules"]]}))
    return path


def promtool(*words: str) -> str:
    assert PROMTOOL is not None
    ran = subprocess.run([PROMTOOL, *words], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.parametrize("case", CASES)
def test_an_example_is_what_a_spec_becomes(case: str) -> None:
    """`make golden` writes the example anew, and what is expected of it the next time."""
    path = BACKEND / "examples" / case / "input.yaml"
    if os.environ.get("WINDLASS_GOLDEN"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(MONITORS[case].plain(), sort_keys=False, width=1000))
    assert example(path.parent) == MONITORS[case]


def test_every_example_has_alerts() -> None:
    assert {param.values[0] for param in ALERTS} == set(CASES)
    seen = {alert.signal for case in CASES for alert in MONITORS[case].alerts}
    assert seen == set(SCENARIOS), "each kind of alert is shown in an example, and has scenarios"


@pytest.mark.parametrize("case", CASES)
def test_every_alert_leads_to_a_page_that_exists(case: str) -> None:
    for alert in MONITORS[case].alerts:
        page = REPOSITORY / "docs/runbooks" / f"{alert.name}.md"
        assert alert.runbook.endswith(f"docs/runbooks/{page.name}")
        assert page.read_text().startswith(f"# {alert.name}\n")


@installed
@pytest.mark.parametrize("case", CASES)
def test_prometheus_takes_the_rules(case: str, tmp_path: Path) -> None:
    monitor = MONITORS[case]
    count = len(monitor.alerts) + sum(len(group.records) for group in monitor.records)
    assert f"{count} rules found" in promtool("check", "rules", str(rules(case, tmp_path)))


@installed
def test_what_is_wrong_would_be_found(tmp_path: Path) -> None:
    path = rules(CASES[0], tmp_path)
    path.write_text(path.read_text().replace("sum(", "summ(", 1))
    with pytest.raises(AssertionError, match="summ"):
        promtool("check", "rules", str(path))


@installed
@pytest.mark.parametrize(("case", "number"), ALERTS)
def test_an_alert_fires_when_it_must_and_is_silent_when_it_must(case: str, number: int, tmp_path: Path) -> None:
    monitor = MONITORS[case]
    alert = monitor.alerts[number]
    scenarios = list(SCENARIOS[alert.signal](alert, monitor))
    assert {one.fires for one in scenarios} == {True, False}
    told(case, alert, scenarios, tmp_path)


@installed
def test_a_scenario_can_fail(tmp_path: Path) -> None:
    monitor = MONITORS[CASES[0]]
    alert = monitor.alerts[0]
    (first, *_) = SCENARIOS[alert.signal](alert, monitor)
    with pytest.raises(AssertionError, match="FAILED"):
        told(CASES[0], alert, [replace(first, fires=not first.fires)], tmp_path)


def told(case: str, alert: Alert, scenarios: list[Scenario], folder: Path) -> None:
    firing = matching({"alertname": alert.name, "alertstate": "firing", **rendered(alert)})
    for step in sorted({one.step for one in scenarios}):
        tests = [
            {
                "name": one.name,
                "interval": f"{step}s",
                "input_series": [{"series": name, "values": values} for name, values in one.series.items()],
                "promql_expr_test": [
                    {
                        "expr": f"count(ALERTS{firing}) or vector(0)",
                        "eval_time": f"{one.end}s",
                        "exp_samples": [{"labels": "{}", "value": int(one.fires)}],
                    }
                ],
            }
            for one in scenarios
            if one.step == step
        ]
        path = rules(case, folder, alert)
        order = [group["name"] for group in yaml.safe_load(path.read_text())["groups"]]  # promtool's own is by chance
        text = {"rule_files": [path.name], "evaluation_interval": f"{step}s", "group_eval_order": order, "tests": tests}
        (folder / "tests.yaml").write_text(yaml.safe_dump(text))
        promtool("test", "rules", str(folder / "tests.yaml"))


def rendered(alert: Alert) -> dict[str, str]:
    """The labels as they are on a firing alert, where Prometheus has filled in what it takes for a template."""
    return {name: value.replace('{{ "{{" }}', "{{") for name, value in alert.labels.items()}


def counted(*parts: tuple[int, float]) -> str:
    """A counter that grows by so much in each of so many steps, part after part."""
    words, value = ["0"], 0.0
    for steps, growth in parts:
        words.append(f"{value + growth:.10g}+{growth:.10g}x{steps - 1}")
        value += steps * growth
    return " ".join(words)


def requests(monitor: Monitor, name: str, **labels: str) -> str:
    where = {"namespace": monitor.meta.namespace, "job": monitor.target.job, METRICS.endpoint: "/predict"}
    return name + matching({**where, "pod": "new", **labels})


def failing(monitor: Monitor, _: Alert, parts: list[tuple[int, float]]) -> dict[str, str]:
    """Requests of which a share fails; probes and paths of strangers, which are nobody's requests, always do."""
    total, code = METRICS.requests, METRICS.code
    stranger = {METRICS.endpoint: "/readyz", code: "503"}
    return {
        requests(monitor, total, **{code: "500"}): counted(*((steps, RATE * share) for steps, share in parts)),
        requests(monitor, total, **{code: "200"}): counted(*((steps, RATE * (1 - share)) for steps, share in parts)),
        requests(monitor, total, **stranger): counted(*((steps, RATE * 10) for steps, _ in parts)),
    }


def slow(monitor: Monitor, alert: Alert, parts: list[tuple[int, float]]) -> dict[str, str]:
    """Answers of which a share is slow. Refusals come quickly, and a copy without the bound counts for nothing."""
    (promise,) = (one for one in monitor.slos if one.name == alert.objective)
    assert promise.threshold_seconds is not None
    le, code, name = bound(promise.threshold_seconds), METRICS.code, METRICS.durations
    every = counted(*((steps, RATE) for steps, _ in parts))
    return {
        requests(monitor, f"{name}_count", **{code: "200"}): every,
        requests(monitor, f"{name}_bucket", le=le, **{code: "200"}): counted(
            *((steps, RATE * (1 - share)) for steps, share in parts)
        ),
        requests(monitor, f"{name}_count", **{code: "400"}): every,
        requests(monitor, f"{name}_bucket", le=le, **{code: "400"}): every,
        requests(monitor, f"{name}_count", **{code: "200", "pod": "old"}): every,
    }


def ratio(alert: Alert, monitor: Monitor) -> Iterator[Scenario]:
    series = failing if alert.signal == "error_ratio" else slow
    assert alert.threshold is not None
    above, below = min(1.0, 1.5 * alert.threshold), 0.9 * alert.threshold
    long, short = alert.windows_seconds[0], alert.windows_seconds[-1]
    step = max(MINUTE, short // 12)
    whole, brief = long // step + (alert.for_seconds or 0) // step + 5, short // step
    said: dict[str, tuple[bool, list[tuple[int, float]]]] = {
        "it burns": (True, [(whole, 1.1 * alert.threshold)]),
        "not fast enough": (False, [(whole, below)]),
        "no trouble at all": (False, [(whole, 0.0)]),
        "it was mended": (False, [(whole, above), (brief + 1, 0.0)]),
    }
    if long > short:
        said["it has just begun"] = (False, [(whole, 0.0), (brief + 1, above)])
        said["it began long enough ago"] = (True, [(whole, 0.0), (round(whole * 0.9), above)])
    else:
        said["it has just begun"] = (False, [(whole, 0.0), (brief - 1, above)])
    for name, (fires, parts) in said.items():
        yield Scenario(name, fires, series(monitor, alert, parts), sum(steps for steps, _ in parts) * step, step)


def absence(alert: Alert, monitor: Monitor) -> Iterator[Scenario]:
    where = {"namespace": monitor.meta.namespace, "job": monitor.target.job}
    one, other = (f"up{matching({**where, 'pod': pod})}" for pod in "ab")
    end = 20 * MINUTE
    yield Scenario("nobody ever came", True, {}, end)
    yield Scenario("all are down", True, {one: "1x5 0x15", other: "0x20"}, end)
    yield Scenario("all have gone", True, {one: "1x5 _x15"}, end)
    yield Scenario("one is left", False, {one: "1x20", other: "0x20"}, end)
    yield Scenario("a moment", False, {one: "1x16 0x4"}, end)


def drift(alert: Alert, monitor: Monitor) -> Iterator[Scenario]:
    gauge = matching({**about(alert, monitor), "instance": "check"})
    (check,) = (one for one in monitor.drift if one.feature == rendered(alert)["feature"])
    assert alert.threshold is not None
    for name, fires, distance, samples in (
        ("far", True, alert.threshold * 1.01, check.min_samples),
        ("near", False, alert.threshold, check.min_samples),
        ("too few to say", False, alert.threshold * 2, check.min_samples - 1),
    ):
        series = {f"{DRIFT}{gauge}": f"{distance}x9", f"{SAMPLES}{gauge}": f"{samples}x9"}
        yield Scenario(name, fires, series, 9 * MINUTE)


def freshness(alert: Alert, monitor: Monitor) -> Iterator[Scenario]:
    checked = f"{CHECKED}{matching({**about(alert, monitor), 'instance': 'check'})}"
    up = f"up{matching({'namespace': monitor.meta.namespace, 'job': monitor.target.job})}"
    step, (window,) = 5 * MINUTE, alert.windows_seconds
    steps = 2 * window // step
    late, early = steps + 12, steps - 12
    # the service of a scenario lives from the first step on
    yield Scenario("one check, long ago", True, {up: f"1x{late}", checked: f"0x{late}"}, late * step, step)
    yield Scenario("never checked", True, {up: f"1x{late}"}, late * step, step)
    yield Scenario("not yet checked", False, {up: f"1x{early}"}, early * step, step)
    yield Scenario("not yet late", False, {up: f"1x{early}", checked: f"0x{early}"}, early * step, step)
    yield Scenario("checked", False, {up: f"1x{late}", checked: f"0+{step}x{late}"}, late * step, step)


def about(alert: Alert, monitor: Monitor) -> dict[str, str]:
    which = {name: rendered(alert)[name] for name in ("feature", "test")}
    return {"team": monitor.team, "model": monitor.model, "environment": monitor.environment, **which}


SCENARIOS: dict[str, Callable[[Alert, Monitor], Iterator[Scenario]]] = {
    "error_ratio": ratio,
    "slow_ratio": ratio,
    "absence": absence,
    "data_drift": drift,
    "freshness": freshness,
}


@pytest.mark.parametrize("case", CASES)
def test_the_dashboard_asks_what_the_monitor_asks(case: str) -> None:
    monitor = MONITORS[case]
    (found,) = objects(case, "configmap")
    ((name, text),) = found["data"].items()
    assert found["metadata"]["labels"]["grafana_dashboard"] == "1"
    board = json.loads(text, object_pairs_hook=in_order)
    assert name == f"{board['uid']}.json"
    asked = [[one["expr"] for one in panel["targets"]] for panel in board["panels"]]
    assert asked == [[query.query for query in panel.queries] for panel in monitor.panels]


def in_order(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    assert [key for key, _ in pairs] == sorted(key for key, _ in pairs)
    return dict(pairs)


@installed
@pytest.mark.parametrize("case", CASES)
def test_prometheus_reads_every_question_of_the_dashboard(case: str, tmp_path: Path) -> None:
    queries = [query.query for panel in MONITORS[case].panels for query in panel.queries]
    group = {"name": "board", "rules": [{"record": f"q{number}", "expr": text} for number, text in enumerate(queries)]}
    (tmp_path / "board.yaml").write_text(yaml.safe_dump({"groups": [group]}))
    assert f"{len(queries)} rules found" in promtool("check", "rules", str(tmp_path / "board.yaml"))


def test_the_collector_keeps_the_labels_and_the_series_that_are_asked_for() -> None:
    (found,) = objects(CASES[0], "servicemonitor")
    (endpoint,) = found["spec"]["endpoints"]
    assert endpoint["interval"] == prom(30)
    assert endpoint["relabelings"] == [{"action": "labeldrop", "regex": METRICS.endpoint}]
    (kept,) = endpoint["metricRelabelings"]
    assert kept["regex"].split("|") == ["", *METRICS.endpoints]
