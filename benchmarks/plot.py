"""Draw what was measured: CPU seconds and memory by the number of models, on logarithmic axes, as SVG."""

from collections.abc import Callable, Sequence
from pathlib import Path

import matplotlib as mpl
from figures import MEGA, Row
from matplotlib.axes import Axes
from matplotlib.figure import Figure

MARKS = {
    "Windlass": ("#1f5fa8", "o"),
    "jrsonnet": ("#c2571a", "s"),
    "KCL": ("#3d8b4f", "^"),
    "kustomize": ("#7d4fa3", "D"),
}
"""Colour and mark by the first word of a name; in black and white, marks and dashes tell the lines apart."""
DASHES = ("-", "--", ":", "-.")


def draw(rows: Sequence[Row], target: Path) -> None:
    """Two panels; the same rows make the same bytes."""
    mpl.rcParams.update(
        {"svg.hashsalt": "windlass", "svg.fonttype": "none", "font.size": 9, "font.family": "sans-serif"}
    )
    figure = Figure(figsize=(10, 4.6), layout="constrained")
    time, memory = figure.subplots(1, 2)
    _panel(time, rows, "CPU seconds", lambda row: row.cost.cpu)
    _panel(memory, rows, "memory of the process tree at the most, MB (PSS)", lambda row: row.cost.pss / MEGA)
    handles, labels = time.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
    target.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(target, format="svg", metadata={"Date": None, "Creator": None})


def _panel(axes: Axes, rows: Sequence[Row], title: str, height: Callable[[Row], float]) -> None:
    styles = _styles(rows)
    for name, (colour, mark, dash) in styles.items():
        mine = sorted((row for row in rows if row.name == name), key=lambda one: one.models)
        axes.plot(
            [row.models for row in mine],
            [height(row) for row in mine],
            label=name,
            color=colour,
            marker=mark,
            linestyle=dash,
            markersize=4,
        )
    sizes = sorted({row.models for row in rows})
    axes.set(xscale="log", yscale="log", xlabel="models, each in 3 environments with 9 objects", title=title)
    axes.set_xticks(sizes, [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.grid(visible=True, color="#dddddd", linewidth=0.6)


def _styles(rows: Sequence[Row]) -> dict[str, tuple[str, str, str]]:
    """Colour, mark and dashes by name: those of one tool share the first two."""
    found: dict[str, tuple[str, str, str]] = {}
    for name in dict.fromkeys(row.name for row in rows):
        tool = name.split(",")[0].split(" ")[0]
        used = sum(other.startswith(tool) for other in found)
        found[name] = (*MARKS[tool], DASHES[used % len(DASHES)])
    return found
