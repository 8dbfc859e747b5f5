"""What services cost: by hand for one, by law for all."""

from decimal import Decimal

import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.transcript import ROOT
from windlass.engine.cost import Range, monthly
from windlass.model.specs.environment import EnvironmentSpec
from windlass.model.workload import Amount, Gpu, Resources, Scale, Service

EXAMPLE = Service.model_validate(
    yaml.safe_load((ROOT / "templates/serving/bentoml/examples/image/input.yaml").read_text("utf-8"))
)
PRICES = {"cpuHour": 0.04, "memoryGiBHour": 0.005, "currency": "EUR"}
TABLE = [
    {"name": "small", "cpu": "1", "memory": "2Gi", "pricePerHour": 0.1},
    {"name": "unpriced", "cpu": "2", "memory": "4Gi"},
]


def spec(**said: object) -> EnvironmentSpec:
    return EnvironmentSpec.model_validate({"target": {"kind": "kubernetes"}, "prices": PRICES, **said})


def service(
    low: int = 1,
    high: int = 4,
    millis: int = 500,
    gib: int = 1,
    gpus: int = 0,
    machine: str | None = None,
    model: str = "digits",
) -> Service:
    resources = Resources(
        cpu_millis=Amount(request=millis),
        memory_bytes=Amount(request=gib << 30),
        gpu=Gpu(count=gpus) if gpus else None,
        instance_type=machine,
    )
    return EXAMPLE.model_copy(update={"resources": resources, "scale": Scale(min=low, max=high), "model": model})


def test_one_service_by_hand():
    found = monthly([service()], spec())
    assert found is not None
    # 0.5 cores x 0.04 + 1 GiB x 0.005 = 0.025 an hour; x 730 = 18.25
    assert found.services == {"vision/digits": Range(Decimal("18.25"), Decimal("73.00"))}
    assert found.currency == "EUR"


def test_a_machine_with_a_price_costs_that_and_one_without_what_is_asked():
    found = monthly([service(machine="small"), service(machine="unpriced", model="other")], spec(instanceTypes=TABLE))
    assert found is not None
    assert found.services["vision/digits"].low == Decimal("73.00")
    assert found.services["vision/other"].low == Decimal("18.25")


def test_what_has_no_price_is_said_and_not_counted():
    found = monthly([service(gpus=2), service(model="other")], spec())
    assert found is not None
    assert found.unknown == ("vision/digits",)
    assert found.whole == Range(Decimal("18.25"), Decimal("73.00"))
    priced = monthly([service(gpus=2)], spec(prices={**PRICES, "gpuHour": 1}))
    assert priced is not None
    assert priced.whole.low == Decimal("1478.25")


def test_without_prices_nothing_is_said():
    assert monthly([service()], EnvironmentSpec.model_validate({"target": {"kind": "kubernetes"}})) is None


def test_to_zero_costs_nothing_while_nobody_asks():
    found = monthly([service(low=0)], spec())
    assert found is not None
    assert found.whole.low == 0


@given(
    st.lists(
        st.builds(
            service, low=st.integers(0, 3), high=st.integers(3, 9), millis=st.integers(1, 9999), gib=st.integers(1, 64)
        ),
        max_size=4,
    )
)
def test_the_whole_is_the_sum_and_more_copies_never_cost_less(services: list[Service]):
    apart = [one.model_copy(update={"model": f"m{number}"}) for number, one in enumerate(services)]
    found = monthly(apart, spec())
    assert found is not None
    assert found.whole.low == sum((one.low for one in found.services.values()), Decimal(0))
    assert all(one.low <= one.high for one in found.services.values())
    assert monthly(reversed(apart), spec()) == found
