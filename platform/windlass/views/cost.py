"""What services cost, as a line for people and as a value for machines."""

from typing import Any

from windlass.engine.cost import Cost, Range


def as_text(cost: Cost | None) -> str:
    """One line for the whole and one for each service; nothing where no prices are known or nothing is served."""
    if cost is None or not (cost.services or cost.unknown):
        return ""
    lines = [f"  costs {_range(cost.whole)} {cost.currency} a month, by what services ask for"]
    if len(cost.services) + len(cost.unknown) > 1:
        lines += [f"      {slug}   {_range(one)}" for slug, one in cost.services.items()]
    lines += [f"      {slug}   not known: GPUs have no price (`prices.gpuHour`)" for slug in cost.unknown]
    return "\n".join(lines)


def plain(cost: Cost | None) -> dict[str, Any] | None:
    """Amounts as texts, exact to the cent."""
    if cost is None:
        return None
    services = {slug: _plain(one) for slug, one in cost.services.items()}
    whole = {"currency": cost.currency, "month": _plain(cost.whole), "services": services}
    return {**whole, "unknown": list(cost.unknown)}


def _range(one: Range) -> str:
    return f"{one.low:,.2f}" if one.low == one.high else f"{one.low:,.2f} to {one.high:,.2f}"


def _plain(one: Range) -> dict[str, str]:
    return {"low": f"{one.low:.2f}", "high": f"{one.high:.2f}"}
