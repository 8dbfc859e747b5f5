"""What a spec promises, as shares of requests and seconds."""

from decimal import Decimal

from windlass.engine.lower.quantities import milliseconds
from windlass.model.specs.model import ModelSpec
from windlass.model.specs.monitoring import Slo
from windlass.model.workload import Objective, Signal

PERIOD = 30 * 86400
"""Seconds over which a promise is kept or broken."""
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
"""Bounds of durations that every service has, in seconds."""


def objectives(slo: Slo) -> tuple[Objective, ...]:
    """The promises of a spec, availability first, then latencies."""
    found = []
    if slo.availability is not None:
        found.append(_objective("availability", "error_ratio", Decimal(str(slo.availability)), None))
    for name, latency in latencies(slo):
        found.append(_objective(name, "slow_ratio", Decimal(name[1:]), latency / 1000))
    return tuple(found)


def latencies(slo: Slo) -> tuple[tuple[str, int], ...]:
    """The promised latencies in milliseconds, by name: ``p90``, ``p95``, ``p99``."""
    written = (("p90", slo.p90), ("p95", slo.p95), ("p99", slo.p99))
    return tuple((name, milliseconds(text)) for name, text in written if text is not None)


def buckets(spec: ModelSpec) -> tuple[float, ...]:
    """The bounds of the service's histogram: a ratio of slow answers can be asked at a bound alone."""
    slo = spec.monitoring.slo if spec.monitoring else Slo()
    return tuple(sorted({*BUCKETS, *(millis / 1000 for _, millis in latencies(slo))}))


def _objective(name: str, signal: Signal, percent: Decimal, threshold: float | None) -> Objective:
    share = percent / 100
    return Objective(
        name=name,
        signal=signal,
        objective=float(share),
        budget=float(1 - share),
        window_seconds=PERIOD,
        threshold_seconds=threshold,
    )
