"""The smallest machine that fits: laws over generated tables."""

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.lower.instances import smallest
from windlass.model.specs.environment import InstanceType
from windlass.model.workload import Amount, Gpu, Resources

MACHINES = st.builds(
    lambda name, cores, gib, gpu: InstanceType(name=name, cpu=str(cores), memory=f"{gib}Gi", gpu=gpu),
    st.sampled_from(["a", "b", "c"]),
    st.integers(1, 8),
    st.integers(1, 8),
    st.none() | st.integers(1, 2),
)
ASKED = st.builds(
    lambda millis, gib, gpus: Resources(
        cpu_millis=Amount(request=millis),
        memory_bytes=Amount(request=gib << 30),
        gpu=Gpu(count=gpus) if gpus else None,
    ),
    st.integers(1, 9000),
    st.integers(1, 9),
    st.integers(0, 3),
)


def holds(one: InstanceType, asked: Resources) -> bool:
    return (
        int(one.cpu) * 1000 >= (asked.cpu_millis.request or 0)
        and int(one.memory[:-2]) << 30 >= (asked.memory_bytes.request or 0)
        and (one.gpu or 0) >= (asked.gpu.count if asked.gpu else 0)
    )


@given(ASKED, st.lists(MACHINES))
def test_it_fits_and_none_that_fits_is_smaller_in_everything(asked: Resources, table: list[InstanceType]) -> None:
    chosen = smallest(asked, table)
    fitting = [one for one in table if holds(one, asked)]
    assert (chosen is None) == (not fitting)
    if chosen is not None:
        assert holds(chosen, asked)
        size = (chosen.gpu or 0, int(chosen.cpu), int(chosen.memory[:-2]))
        assert not [one for one in fitting if (one.gpu or 0, int(one.cpu), int(one.memory[:-2])) < size]


@given(ASKED, st.lists(MACHINES))
def test_the_order_of_the_table_says_nothing(asked: Resources, table: list[InstanceType]) -> None:
    assert smallest(asked, table) == smallest(asked, reversed(table))


def test_a_gpu_is_not_spent_on_who_asks_for_none() -> None:
    table = [InstanceType(name="gpu", cpu="1", memory="1Gi", gpu=1), InstanceType(name="plain", cpu="8", memory="8Gi")]
    chosen = smallest(Resources(cpu_millis=Amount(request=500)), table)
    assert chosen is not None
    assert chosen.name == "plain"
