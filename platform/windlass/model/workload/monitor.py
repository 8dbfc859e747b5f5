"""`Monitor`: what is measured of a service, what is promised, who is told and what is shown."""

from typing import Literal

from windlass.model.document import Document, Text
from windlass.model.workload.parts import Meta

Signal = Literal["error_ratio", "slow_ratio", "absence", "data_drift", "freshness"]
"""What an alert is about; backends without PromQL spell it from the structured fields."""


Severity = Literal["page", "ticket", "info"]
"""Whom an alert reaches: ``page`` wakes, ``ticket`` waits for working hours, ``info`` is for owners."""


class Metrics(Document):
    """How a serving backend names what it measures, and where it is read. From its `backend.yaml`."""

    path: Text
    requests: Text
    """A counter, with the labels ``endpoint`` and ``code``."""
    durations: Text
    """A histogram in seconds, with the same labels."""
    in_flight: Text
    endpoint: Text
    code: Text
    endpoints: tuple[Text, ...]
    """The values of ``endpoint`` that are requests of callers; probes are not."""


class ScrapeTarget(Document):
    """Where a service is measured. ``selector`` finds it, ``job_label`` is the label whose value names its series, and
    ``own_labels`` are those of its series that the collector may not take for its own."""

    job: Text
    job_label: Text
    selector: dict[str, str]
    port: Text
    path: Text
    interval_seconds: int
    own_labels: tuple[Text, ...]
    kept: dict[str, tuple[Text, ...]]
    """Series that have one of these labels are kept only with one of these values (or with none)."""


class Objective(Document):
    """A promise. ``objective`` and ``budget`` are shares of requests that sum to 1."""

    name: Text
    signal: Signal
    objective: float
    budget: float
    window_seconds: int
    threshold_seconds: float | None = None


class Record(Document):
    """A query whose answers are kept as a series of their own."""

    name: Text
    labels: dict[str, str]
    query: Text


class Records(Document):
    """Records that are made together, as often as ``interval_seconds`` says."""

    name: Text
    interval_seconds: int
    records: tuple[Record, ...]


class Alert(Document):
    """When somebody is told, and whom.

    ``windows_seconds`` are the long and the short one of a burn rate, ``factor`` the multiple of the budget's even use.
    """

    name: Text
    signal: Signal
    objective: Text | None = None
    severity: Severity
    threshold: float | None = None
    factor: float | None = None
    windows_seconds: tuple[int, ...] = ()
    for_seconds: int | None = None
    labels: dict[str, str]
    summary: Text
    runbook: Text
    query: Text


class Drift(Document):
    """One input whose distribution is compared with that of training."""

    feature: Text
    test: Literal["psi", "ks"]
    warn: float | None = None
    fail: float
    window_seconds: int
    min_samples: int


class Query(Document):
    """One line of a panel."""

    legend: Text
    query: Text


class Panel(Document):
    """One picture of a dashboard, in time."""

    title: Text
    unit: Literal["requests per second", "ratio", "seconds", "count"]
    queries: tuple[Query, ...]


class Dashboard(Document):
    """The pictures as one page; ``uid`` is its address, the same for ever and in no other environment."""

    name: Text
    uid: Text


class Monitor(Document):
    """What is watched of one service. Queries are PromQL, made once; the other fields say the same without a language."""

    name: Text
    dashboard: Dashboard
    team: Text
    model: Text
    environment: Text
    target: ScrapeTarget
    slos: tuple[Objective, ...] = ()
    records: tuple[Records, ...] = ()
    alerts: tuple[Alert, ...] = ()
    drift: tuple[Drift, ...] = ()
    panels: tuple[Panel, ...] = ()
    meta: Meta

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"
