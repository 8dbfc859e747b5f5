"""The questions that are asked of a service's series, in PromQL, from the names that its serving backend gives them."""

from collections.abc import Mapping
from json.encoder import encode_basestring

from windlass.engine.spelling import prom
from windlass.model.workload import Metrics

FAILED, ANSWERED = "5..", "2.."
"""Status codes: what is our fault, and what was answered. A 4xx is the caller's, and so quick that it would hide slowness."""


class Series:
    """The series of one service."""

    def __init__(self, metrics: Metrics, target: Mapping[str, str]) -> None:
        self._metrics = metrics
        self._target = dict(target)
        self._of_callers = f"{metrics.endpoint}=~{quoted('|'.join(metrics.endpoints))}"

    @property
    def code(self) -> str:
        """The label of the status."""
        return self._metrics.code

    def up(self) -> str:
        """One for each copy that could be measured."""
        return f"up{matching(self._target)}"

    def in_flight(self) -> str:
        """Requests that are being answered."""
        return f"sum({self._metrics.in_flight}{self._where()})"

    def per_second(self) -> str:
        """Requests per second by status code."""
        return f"sum by ({self._metrics.code}) (rate({self._metrics.requests}{self._where()}[5m]))"

    def error_ratio(self, seconds: int) -> str:
        """The share of requests that failed by our fault. Without a failure the counter of failures need not exist."""
        every = f"{self._metrics.requests}{self._where()}[{prom(seconds)}]"
        failed = f"{self._metrics.requests}{self._where(FAILED)}[{prom(seconds)}]"
        return f"(sum(rate({failed})) or vector(0)) / sum(rate({every}))"

    def slow_ratio(self, threshold: float, seconds: int) -> str:
        """The share of answers that took longer than ``threshold`` seconds, which must be a bound of the histogram. Copies that
        have no such bound (they started before it was asked for) are left out, not taken for slow."""
        within = f"{self._metrics.durations}_bucket{self._where(ANSWERED, bound(threshold))}[{prom(seconds)}]"
        every = f"{self._metrics.durations}_count{self._where(ANSWERED)}[{prom(seconds)}]"
        return f"1 - sum(rate({within})) / sum(rate({every}) and ignoring (le) rate({within}))"

    def quantile(self, share: str) -> str:
        """The time within which a share of answers came."""
        buckets = f"{self._metrics.durations}_bucket{self._where(ANSWERED)}[5m]"
        return f"histogram_quantile({share}, sum by (le) (rate({buckets})))"

    def _where(self, code: str = "", le: str = "") -> str:
        more = [self._of_callers]
        more += [f"{self._metrics.code}=~{quoted(code)}"] if code else []
        more += [f"le={quoted(le)}"] if le else []
        return matching(self._target, more)


def matching(labels: Mapping[str, str], more: list[str] | None = None) -> str:
    """``{name="value",...}``."""
    return "{" + ",".join([f"{name}={quoted(value)}" for name, value in labels.items()] + (more or [])) + "}"


def quoted(text: str) -> str:
    """A string of PromQL; its escapes are JSON's."""
    return encode_basestring(text)


def literal(text: str) -> str:
    """Text in which Prometheus finds nothing to fill in: it reads labels and annotations of alerts as templates."""
    return text.replace("{{", '{{ "{{" }}')


def bound(seconds: float) -> str:
    """A bucket's bound as the label ``le`` spells it: ``0.25``, ``1.0``."""
    return repr(float(seconds))
