"""What a model promises its callers, what is watched of its data, and what is kept of its requests."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import LATENCY, Document, Duration, Int, Number, Text

Latency = Annotated[str, Field(pattern=LATENCY)]


class Slo(Document):
    """What callers are promised, over any 30 days. ``p99: 250ms`` promises that 99 of 100 answers come within 250
    milliseconds. Without an objective nobody is woken by a slow or a failing answer, only by a service that is gone or fails
    most of the time.
    """

    availability: Number | None = None
    """The percent of requests that must not fail by our fault (status 5xx): 99.9."""
    p90: Latency | None = None
    """The time within which 90 of 100 answers come: 100ms, 1s."""
    p95: Latency | None = None
    """The time within which 95 of 100 answers come."""
    p99: Latency | None = None
    """The time within which 99 of 100 answers come."""


class DriftCheck(Document):
    """How far the values of one input may be from those that the model was trained on."""

    feature: Text
    """A field of `serving.input`; of an array, all its values together."""
    test: Literal["psi", "ks"] = "psi"
    """The distance: the population stability index, or Kolmogorov and Smirnov's (numbers only)."""
    warn: Number | None = None
    """The distance above which owners are told."""
    fail: Number
    """The distance above which somebody must act."""
    window: Duration
    """How much of the past is judged each time: 1d."""
    min_samples: Annotated[Int, Field(ge=1)] = 500
    """The requests that a window must hold to be judged at all."""


class Monitoring(Document):
    """What is watched of the service, in environments that have a monitoring backend."""

    slo: Slo = Slo()
    """What callers are promised."""
    data_drift: tuple[DriftCheck, ...] = ()
    """The inputs whose distribution is watched."""


class Logging(Document):
    """What is kept of requests, in environments that have a logging backend. Requests that fail are always logged."""

    mode: Literal["all", "request", "response", "none"] = "none"
    """Whose values are kept: of requests, of answers, of both, or of none."""
    percent: Annotated[Number, Field(ge=0, le=100)] = 100
    """The percent of answered requests that are logged."""
    redact: tuple[Text, ...] = ()
    """The fields of `serving.input` and `serving.output` whose values are never logged."""
