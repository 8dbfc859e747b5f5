"""Quantities become whole canonical units, rounded up."""

import pytest

from windlass.engine.lower.quantities import number, resources
from windlass.model.specs.model import Resources


@pytest.mark.parametrize(
    ("text", "value"),
    [("500m", 0.5), ("2", 2), ("1.5", 1.5), ("1Gi", 2**30), ("64Ki", 65536), ("2M", 2_000_000), ("1k", 1000)],
)
def test_a_quantity_has_a_value(text, value):
    assert float(number(text)) == value


def test_cpu_may_be_exceeded_and_memory_not():
    found = resources(Resources(cpu="250m", memory="1.5Gi"))
    assert (found.cpu_millis.request, found.cpu_millis.limit) == (250, None)
    assert found.memory_bytes.request == found.memory_bytes.limit == 1610612736


def test_parts_of_a_unit_are_rounded_up():
    assert resources(Resources(cpu="0.0001")).cpu_millis.request == 1


def test_gpus_are_whole_and_have_a_name():
    found = resources(Resources(gpu=2)).gpu
    assert found is not None
    assert (found.count, found.resource) == (2, "nvidia.com/gpu")
    assert resources(Resources(cpu="1")).gpu is None
