"""What was measured, as rows, and as a table for a terminal or a page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from watch import Cost

HEADS = ("", "models", "CPU s", "wall s", "objects per CPU s", "of Windlass", "PSS MB", "RSS MB", "runs")
MEGA = 1_000_000


@dataclass(frozen=True)
class Row:
    """One contender at one size: medians of some runs. ``objects`` are what the fleet has, whether they were written again or
    not."""

    name: str
    models: int
    objects: int
    runs: int
    cost: Cost

    @property
    def speed(self) -> float:
        """Objects per CPU second."""
        return self.objects / self.cost.cpu


def cells(rows: Sequence[Row], base: str) -> Iterator[tuple[str, ...]]:
    """The table's lines. The speed is told as a share of that of the row ``base`` at the same size."""
    bases = {row.models: row.speed for row in rows if row.name == base}
    for row in sorted(rows, key=lambda one: one.models):
        cost = row.cost
        yield (
            row.name,
            f"{row.models:,}",
            f"{cost.cpu:.2f}",
            f"{cost.wall:.2f}",
            f"{row.speed:,.0f}",
            f"{row.speed / bases[row.models]:.2f} x",
            f"{cost.pss / MEGA:,.0f}",
            f"{cost.rss / MEGA:,.0f}",
            str(row.runs),
        )


def growth(rows: Sequence[Row]) -> Iterator[str]:
    """For each contender: how much more CPU each tenfold (or so) of the models costs."""
    for name in dict.fromkeys(row.name for row in rows):
        mine = sorted((row for row in rows if row.name == name), key=lambda one: one.models)
        steps = [
            f"{after.models / before.models:g} x the models ({before.models:,} to {after.models:,}):"
            f" {after.cost.cpu / before.cost.cpu:.1f} x the CPU"
            for before, after in pairwise(mine)
        ]
        if steps:
            yield f"{name}: {'; '.join(steps)}"


def as_text(lines: Sequence[tuple[str, ...]]) -> str:
    """For a terminal: numbers to the right."""
    wide = [max(map(len, column)) for column in zip(HEADS, *lines, strict=True)]
    return "\n".join(
        "  ".join((name.ljust(wide[0]), *(one.rjust(width) for one, width in zip(numbers, wide[1:], strict=True))))
        for name, *numbers in (HEADS, *lines)
    )


def as_markdown(lines: Sequence[tuple[str, ...]]) -> str:
    """For a page."""
    rule = ("---", *("---:" for _ in HEADS[1:]))
    return "\n".join(f"| {' | '.join(line)} |" for line in (HEADS, rule, *lines))
