"""Lower what a spec promises of its service to what is measured, recorded, told and shown: every query is made here, once."""

from windlass.engine.lower import cluster
from windlass.engine.lower.alerts import DAY, MINUTE, RATIOS, WINDOWS, Teller
from windlass.engine.lower.names import name
from windlass.engine.lower.objectives import objectives
from windlass.engine.lower.panels import panels
from windlass.engine.lower.promql import Series
from windlass.engine.lower.quantities import milliseconds
from windlass.engine.spelling import prom
from windlass.model import digests
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec
from windlass.model.specs.monitoring import Monitoring
from windlass.model.workload import (
    Alert,
    Dashboard,
    Drift,
    Meta,
    Metrics,
    Monitor,
    Objective,
    Record,
    Records,
    ScrapeTarget,
    Service,
)

SCRAPE_SECONDS = 30
RARELY = 2 * MINUTE
"""How often ratios over hours and days are recorded: they move slowly and cost much. Below the five minutes for which
Prometheus holds a sample to be true."""


def monitor(service: Service, spec: ModelSpec, release: Release, environment: Environment, metrics: Metrics) -> Monitor:
    """What is watched of a service in a cluster. ``metrics`` are the names of its serving backend. The objectives are sound
    (rules see to that)."""
    asked = spec.monitoring or Monitoring()
    about = cluster.meta_of(environment, service.team, service.model, "monitoring")
    meta = about.model_copy(update={"annotations": cluster.released(release, environment.metadata.name)})
    target = {"namespace": meta.namespace, "job": service.name}
    series, promises = Series(metrics, target), objectives(asked.slo)
    teller = Teller(
        name=service.slug,
        labels={**target, "team": service.team, "model": service.model, "environment": service.environment},
        target=target,
        runbooks=environment.spec.monitoring.runbooks.rstrip("/"),
    )
    drift = tuple(
        Drift(
            feature=one.feature,
            test=one.test,
            warn=one.warn,
            fail=one.fail,
            window_seconds=milliseconds(one.window) // 1000,
            min_samples=one.min_samples,
        )
        for one in asked.data_drift
    )
    return Monitor(
        name=service.name,
        dashboard=Dashboard(
            name=name(service.team, service.model, "dashboard"),
            uid=f"windlass-{digests.short(digests.of_value([service.environment, service.slug]), 12)}",
        ),
        team=service.team,
        model=service.model,
        environment=service.environment,
        target=_target(service, metrics),
        slos=promises,
        records=_records(service.name, series, promises, target),
        alerts=_alerts(teller, series, promises, drift, service.scale.min),
        drift=drift,
        panels=panels(series, promises, drift, teller.gauge()),
        meta=meta,
    )


def _target(service: Service, metrics: Metrics) -> ScrapeTarget:
    meta: Meta | None = service.meta
    assert meta is not None  # it is placed
    return ScrapeTarget(
        job=service.name,
        job_label="app.kubernetes.io/instance",
        selector=meta.selector,
        port="http",
        path=metrics.path,
        interval_seconds=SCRAPE_SECONDS,
        own_labels=(metrics.endpoint,),
        kept={metrics.endpoint: metrics.endpoints},
    )


def _records(
    service: str, series: Series, promises: tuple[Objective, ...], target: dict[str, str]
) -> tuple[Records, ...]:
    signals = [(one.signal, one.name, one.threshold_seconds) for one in promises]
    made: dict[int, list[Record]] = {MINUTE: [], RARELY: []}
    for window in WINDOWS:
        for signal, objective, threshold in signals:
            ratio = series.error_ratio(window) if threshold is None else series.slow_ratio(threshold, window)
            labels = {**target, "objective": objective}
            record = Record(name=f"{RATIOS[signal]}{prom(window)}", labels=dict(sorted(labels.items())), query=ratio)
            made[MINUTE if window < DAY // 4 else RARELY].append(record)
    return tuple(
        Records(name=f"{service}.{part}", interval_seconds=interval, records=tuple(made[interval]))
        for part, interval in (("often", MINUTE), ("rarely", RARELY))
        if made[interval]
    )


def _alerts(
    teller: Teller, series: Series, promises: tuple[Objective, ...], drift: tuple[Drift, ...], fewest: int
) -> tuple[Alert, ...]:
    found = [alert for promise in promises for alert in teller.burning(promise)]
    if not any(promise.signal == "error_ratio" for promise in promises):
        found.append(teller.failing(series))
    if fewest:
        found.append(teller.absent(series))
    return (*found, *(alert for one in drift for alert in teller.drifting(one, series)))
