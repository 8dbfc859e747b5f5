"""What people see of a service: one picture a question, in the order in which one asks them at three in the morning."""

from decimal import Decimal

from windlass.engine.lower.alerts import DRIFT, MINUTE
from windlass.engine.lower.objectives import PERIOD
from windlass.engine.lower.promql import Series
from windlass.model.workload import Drift, Objective, Panel, Query

QUANTILES = ("0.5", "0.95", "0.99")


def panels(series: Series, promises: tuple[Objective, ...], drift: tuple[Drift, ...], gauge: str) -> tuple[Panel, ...]:
    """The dashboard of one service. ``gauge`` selects its data drift."""
    found = [
        Panel(
            title="Requests per second, by status",
            unit="requests per second",
            queries=(Query(legend=f"{{{{{series.code}}}}}", query=series.per_second()),),
        ),
        Panel(
            title="Share of requests that fail",
            unit="ratio",
            queries=(Query(legend="errors", query=series.error_ratio(5 * MINUTE)),),
        ),
        Panel(
            title="Time to an answer",
            unit="seconds",
            queries=tuple(Query(legend=share, query=series.quantile(share)) for share in QUANTILES),
        ),
        Panel(
            title="Copies that answer",
            unit="count",
            queries=(Query(legend="copies", query=f"sum({series.up()})"),),
        ),
        Panel(
            title="Requests in flight",
            unit="count",
            queries=(Query(legend="in flight", query=series.in_flight()),),
        ),
    ]
    if promises:
        left = tuple(Query(legend=one.name, query=_left(series, one)) for one in promises)
        found.append(Panel(title="Error budget left of 30 days", unit="ratio", queries=left))
    if drift:
        query = Query(legend="{{feature}} ({{test}})", query=f"max by (feature, test) ({DRIFT}{gauge})")
        found.append(Panel(title="Data drift", unit="count", queries=(query,)))
    return tuple(found)


def _left(series: Series, promise: Objective) -> str:
    threshold = promise.threshold_seconds
    ratio = series.error_ratio(PERIOD) if threshold is None else series.slow_ratio(threshold, PERIOD)
    return f"1 - ({ratio}) / {Decimal(str(promise.budget)).normalize():f}"
