"""What people write with a unit, as canonical integers: thousandths of a core, bytes, milliseconds."""

from decimal import ROUND_CEILING, Decimal

from windlass.model.specs.model import Resources as Asked
from windlass.model.workload import Amount, Gpu, Resources

FACTORS = {
    "m": Decimal("0.001"),
    "": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("k", "M", "G", "T"), 1)},
    **{unit: Decimal(1024) ** power for power, unit in enumerate(("Ki", "Mi", "Gi", "Ti"), 1)},
}

MILLIS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}


def milliseconds(text: str) -> int:
    """A duration: ``250ms`` is 250, ``1d`` is 86400000."""
    digits = text.rstrip("msdh")
    return int(digits) * MILLIS[text[len(digits) :]]


def number(text: str) -> Decimal:
    """A quantity's value: ``500m`` is 0.5, ``1Gi`` is 1073741824."""
    digits = text.rstrip("mkKMGTi")
    return Decimal(digits) * FACTORS[text[len(digits) :]]


def resources(asked: Asked) -> Resources:
    """Cores may be exceeded where the node has spare ones, so they have no limit; memory has, at what was asked."""
    cpu = millis(asked.cpu) if asked.cpu else None
    memory = whole_bytes(asked.memory) if asked.memory else None
    gpu = Gpu(count=asked.gpu) if asked.gpu else None
    return Resources(cpu_millis=Amount(request=cpu), memory_bytes=Amount(request=memory, limit=memory), gpu=gpu)


def millis(cpu: str) -> int:
    """Cores as thousandths."""
    return _whole(number(cpu) * 1000)


def whole_bytes(memory: str) -> int:
    """Memory as bytes."""
    return _whole(number(memory))


def _whole(value: Decimal) -> int:
    return int(value.to_integral_value(ROUND_CEILING))
