"""When somebody is told of a service. Burn rates of several windows, as the SRE workbook (chapter 5) derives them.

A budget burns at factor 1 when it is used up exactly at the end of its 30 days. Each rule below names the share of a budget that
is gone when it fires, and after how long: 2 % in an hour are factor 14.4. The short window, a twelfth of the long one, ends
the alert soon after the burning ends.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from windlass.engine.lower.objectives import PERIOD
from windlass.engine.lower.promql import Series, literal, matching
from windlass.engine.spelling import prom
from windlass.model.workload import Alert, Drift, Objective, Severity, Signal

MINUTE, HOUR, DAY = 60, 3600, 86400
MOSTLY = 0.5
"""The share of failing requests that wakes somebody where nothing was promised."""
DRIFT, SAMPLES, CHECKED = "windlass_data_drift", "windlass_data_drift_samples", "windlass_data_drift_checked_seconds"
"""The gauges of a data drift check: the distance, the requests that it judged, and the time of the check (Unix)."""
RATIOS: Mapping[str, str] = {
    "error_ratio": "windlass:request_errors:ratio_rate",
    "slow_ratio": "windlass:request_slow:ratio_rate",
}
"""The recorded series of a signal; the window follows."""
SPENT = {"error_ratio": ("ErrorBudgetBurn", "fail"), "slow_ratio": ("LatencyBudgetBurn", "are slow")}


@dataclass(frozen=True, slots=True)
class Burn:
    """Fire when ``share`` of a budget is gone within ``long`` seconds."""

    share: Decimal
    long: int
    severity: Severity

    @property
    def short(self) -> int:
        """The window that says whether it still burns."""
        return self.long // 12

    @property
    def factor(self) -> Decimal:
        """How many times faster than evenly."""
        return self.share * PERIOD / self.long


BURNS = (
    Burn(Decimal("0.02"), HOUR, "page"),
    Burn(Decimal("0.05"), 6 * HOUR, "page"),
    Burn(Decimal("0.10"), 3 * DAY, "ticket"),
)
WINDOWS = tuple(sorted({window for burn in BURNS for window in (burn.short, burn.long)}))


@dataclass(frozen=True, slots=True)
class Teller:
    """Whose alerts they are: ``labels`` stand on each, ``target`` are the labels of the service's series."""

    name: str
    labels: Mapping[str, str]
    target: Mapping[str, str]
    runbooks: str

    def gauge(self, **which: str) -> str:
        """Selects what a data drift check says of this model, in one environment."""
        return matching({key: self.labels[key] for key in ("team", "model", "environment")} | which)

    def recorded(self, promise: Objective, seconds: int) -> str:
        """The series of a recorded ratio."""
        return f"{RATIOS[promise.signal]}{prom(seconds)}{matching({**self.target, 'objective': promise.name})}"

    def burning(self, promise: Objective) -> Iterator[Alert]:
        """The burn rates of one promise. One that no ratio can reach (14.4 times a budget of 10 %) is left out."""
        name, what = SPENT[promise.signal]
        budget = Decimal(str(promise.budget))
        for burn in BURNS:
            threshold = burn.factor * budget
            if threshold >= 1:
                continue
            limit, windows = f"{threshold.normalize():f}", (burn.long, burn.short)
            series = [self.recorded(promise, window) for window in windows]
            window = prom(burn.long)
            yield self._alert(
                name,
                promise.signal,
                burn.severity,
                f"requests to {self.name} {what}: {burn.share:.0%} of the 30 days' budget went within {window}",
                " and ".join(f"{one} > {limit}" for one in series),
                objective=promise.name,
                threshold=float(threshold),
                factor=float(burn.factor),
                windows_seconds=windows,
                labels={"objective": promise.name, "window": window},
            )

    def failing(self, series: Series) -> Alert:
        """Most requests fail, where no availability was promised."""
        return self._alert(
            "ServiceFailing",
            "error_ratio",
            "page",
            f"most requests to {self.name} fail",
            f"{series.error_ratio(5 * MINUTE)} > {MOSTLY}",
            threshold=MOSTLY,
            windows_seconds=(5 * MINUTE,),
            for_seconds=5 * MINUTE,
        )

    def absent(self, series: Series) -> Alert:
        """No copy can be measured."""
        return self._alert(
            "ServiceAbsent",
            "absence",
            "page",
            f"no copy of {self.name} can be measured",
            f"absent({series.up()} == 1)",
            for_seconds=5 * MINUTE,
        )

    def drifting(self, drift: Drift, series: Series) -> Iterator[Alert]:
        """One input drifts, or was not checked."""
        which = {"feature": drift.feature, "test": drift.test}
        gauge = self.gauge(**which)
        labels = {key: literal(value) for key, value in which.items()}
        what = f"`{literal(drift.feature)}` of {self.name}"
        limits: tuple[tuple[Severity, float | None], ...] = (("ticket", drift.fail), ("info", drift.warn))
        for severity, limit in limits:
            if limit is not None:
                yield self._alert(
                    "DataDrift",
                    "data_drift",
                    severity,
                    f"{what} drifts: {drift.test} above {limit:g}",
                    f"max({DRIFT}{gauge}) > {limit:g} and max({SAMPLES}{gauge}) >= {drift.min_samples}",
                    threshold=limit,
                    windows_seconds=(drift.window_seconds,),
                    labels=labels,
                )
        late = 2 * drift.window_seconds
        # a service that is younger than its first check is not late; Prometheus may forget what is older than a week
        before = f"count({series.up()} offset {prom(min(late, 7 * DAY))})"
        yield self._alert(
            "DataDriftUnchecked",
            "freshness",
            "ticket",
            f"{what} was not checked for drift within {prom(late)}",
            f"time() - max({CHECKED}{gauge}) > {late} or absent({CHECKED}{gauge}) and on () {before}",
            threshold=late,
            windows_seconds=(drift.window_seconds,),
            for_seconds=5 * MINUTE,
            labels=labels,
        )

    def _alert(
        self,
        name: str,
        signal: Signal,
        severity: Severity,
        summary: str,
        query: str,
        *,
        objective: str | None = None,
        threshold: float | None = None,
        factor: float | None = None,
        windows_seconds: tuple[int, ...] = (),
        for_seconds: int | None = None,
        labels: Mapping[str, str] | None = None,
    ) -> Alert:
        return Alert(
            name=name,
            signal=signal,
            objective=objective,
            severity=severity,
            threshold=threshold,
            factor=factor,
            windows_seconds=windows_seconds,
            for_seconds=for_seconds,
            labels=dict(sorted({**self.labels, **(labels or {}), "severity": severity}.items())),
            summary=summary,
            runbook=f"{self.runbooks}/{name}.md",
            query=query,
        )
