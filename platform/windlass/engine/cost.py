"""What services cost in a month, from what they ask for and what the environment says an hour costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from windlass.model.specs.environment import EnvironmentSpec, InstanceType, Prices
from windlass.model.workload import Service

HOURS = 730
"""Of a month: 365 days of 24 hours, by twelve."""
CENT = Decimal("0.01")
GIB = 1 << 30


@dataclass(frozen=True, slots=True)
class Range:
    """An amount of money a month, with the fewest copies and with the most."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What the services of an environment cost, by ``team/model``; ``unknown`` ask for what has no price."""

    currency: str
    services: dict[str, Range]
    unknown: tuple[str, ...] = ()

    @property
    def whole(self) -> Range:
        """All that is known together."""
        every = self.services.values()
        return Range(sum((one.low for one in every), Decimal(0)), sum((one.high for one in every), Decimal(0)))


def monthly(services: Iterable[Service], spec: EnvironmentSpec) -> Cost | None:
    """What services cost a month; None where the environment names no prices.

    cost = 730 h x copies x (cores x cpuHour + GiB x memoryGiBHour + GPUs x gpuHour), for the fewest copies and for the most, of
    what is requested, whether it is used or not; each service rounded to cents. On a machine of the table with a price of its
    own an hour of a copy costs that price instead. Storage, traffic and trainings are not in it.
    """
    prices = spec.prices
    if prices is None:
        return None
    table = {one.name: one for one in spec.instance_types}
    services = tuple(services)
    hours = {one.slug: _hour(one, prices, table.get(one.resources.instance_type or "")) for one in services}
    scales = {one.slug: one.scale for one in services}
    known = {
        slug: Range(*(_cents(hour * HOURS * copies) for copies in (scales[slug].min, scales[slug].max)))
        for slug, hour in sorted(hours.items())
        if hour is not None
    }
    return Cost(prices.currency, known, tuple(sorted(slug for slug, hour in hours.items() if hour is None)))


def _hour(service: Service, prices: Prices, machine: InstanceType | None) -> Decimal | None:
    if machine is not None and machine.price_per_hour is not None:
        return _exact(machine.price_per_hour)
    asked = service.resources
    gpus = asked.gpu.count if asked.gpu else 0
    if gpus and prices.gpu_hour is None:
        return None
    cores, memory = Decimal(asked.cpu_millis.request or 0) / 1000, Decimal(asked.memory_bytes.request or 0) / GIB
    return (
        cores * _exact(prices.cpu_hour) + memory * _exact(prices.memory_gi_b_hour) + gpus * _exact(prices.gpu_hour or 0)
    )


def _exact(price: float) -> Decimal:
    """A price as it was written."""
    return Decimal(str(price))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
