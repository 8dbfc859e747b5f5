"""From what is asked for to a machine that a platform rents out."""

from collections.abc import Iterable

from windlass.engine.lower.quantities import millis, whole_bytes
from windlass.model.specs.environment import InstanceType
from windlass.model.workload import Resources


def smallest(asked: Resources, table: Iterable[InstanceType]) -> InstanceType | None:
    """The smallest machine that holds what is asked: fewest GPUs, then fewest cores, then least memory, then by name. None where
    nothing fits. What nobody asked for needs no room."""
    return min((one for one in table if _holds(one, asked)), key=_size, default=None)


def _holds(one: InstanceType, asked: Resources) -> bool:
    gpus = asked.gpu.count if asked.gpu else 0
    wanted = (gpus, asked.cpu_millis.request or 0, asked.memory_bytes.request or 0)
    return all(has >= wants for has, wants in zip(_size(one)[:3], wanted, strict=True))


def _size(one: InstanceType) -> tuple[int, int, int, str]:
    return one.gpu or 0, millis(one.cpu), whole_bytes(one.memory), one.name
