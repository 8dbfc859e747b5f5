"""The compiler's benchmark, `make bench-compiler`: fleets of models, rendered by Windlass and by its peers in turn.

It checks that all make the same objects, prints a table, and rewrites the table and the plot in `docs/benchmarks/`.
"""

import argparse
import json
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import facts
import figures
import fleet as fleets
import plot
import psutil
import yaml
from contenders import COLD, Contender, Fleet, Kustomize, Program, contenders, installed, kustomize
from figures import Row
from same import SHOWN, differences
from watch import Cost, median

PAGE = fleets.ROOT / "docs/benchmarks/compiler.md"
BEGIN, END = "<!-- figures: written by make bench-compiler -->", "<!-- end of figures -->"
RUNS = 3
ONCE = 1_000
"""From this many models on everything runs once."""
COMPARED = ("model-00000", "model-00007", "model-00011")
"""Models whose objects are compared value by value: one of the front tier, which prod overlays, and two of the others."""


def main() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000, 10_000], help="numbers of models")
    parser.add_argument("--keep", action="store_true", help="leave the page and the plot in docs/ as they are")
    arguments = parser.parse_args()
    for name in ("GIT_AUTHOR", "GIT_COMMITTER"):
        os.environ |= {f"{name}_NAME": "bench", f"{name}_EMAIL": "bench@example.org"}
    # an installed tool has its bytecode
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    scratch = Path(tempfile.mkdtemp(prefix="windlass-bench-"))
    try:
        told("installing the peers")
        rows = list(measured(scratch, contenders(installed(scratch / "peers")), sorted(arguments.sizes)))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    lines = list(figures.cells(rows, COLD))
    print(figures.as_text(lines), *figures.growth(rows), *missing(), machine(), sep="\n")
    if not arguments.keep:
        plot.draw(rows, PAGE.with_suffix(".svg"))
        write(rows, lines)


def measured(scratch: Path, all_of_them: Sequence[Contender], sizes: Sequence[int]) -> Iterator[Row]:
    """The rows of each size. Everybody runs once in each turn."""
    for count in sizes:
        told(f"{count:,} models: writing the fleet")
        repository = scratch / f"{count}" / "repository"
        fleets.write(repository, count)
        fleet = Fleet(count, repository, repository.parent, list(facts.records(repository)))
        here = [one for one in all_of_them if one.largest >= count]
        turns = 1 if count >= ONCE else RUNS
        costs: dict[str, list[Cost]] = {one.name: [] for one in here}
        for turn in range(turns):
            for one in here:
                if turn and isinstance(one, Kustomize):
                    continue  # so much slower than the others that once is enough to know it
                costs[one.name].append(one.run(fleet))
                told(f"  {one.name}, {turn + 1} of {turns}: {costs[one.name][-1].cpu:.2f} s CPU")
                if turn == 0 and isinstance(one, Program | Kustomize):
                    agree(fleet, one, values=count == sizes[0])
        for name, several in costs.items():
            yield Row(name, count, fleet.objects, len(several), median(several))


def agree(fleet: Fleet, peer: Program | Kustomize, values: bool) -> None:
    """End the benchmark where a peer makes other objects than Windlass: values are compared where asked, of documents; of
    files their number."""
    made = fleet.scratch / "made" / peer.name.replace(" ", "-")
    if peer.words[0] == "files":
        found = sum(len(files) for _, _, files in os.walk(made))
        if found != fleet.objects:
            raise SystemExit(f"{peer.name} wrote {found} files, and there are {fleet.objects} objects")
    elif values:
        wrong = differences(fleet.rendered, [one for path in sorted(made.iterdir()) for one in objects(path)], COMPARED)
        if wrong:
            shown = "\n".join(wrong[:SHOWN])
            raise SystemExit(f"{peer.name} makes other objects than Windlass, in {len(wrong)} places:\n{shown}")


def objects(document: Path) -> list[dict[str, object]]:
    """What stands in a peer's document: a list as JSON, or a stream as YAML."""
    text = document.read_text()
    return json.loads(text)["items"] if text.startswith("{") else list(yaml.load_all(text, yaml.CSafeLoader))


def missing() -> list[str]:
    """What could not be measured here."""
    return [] if kustomize() else ["kustomize: NOT MEASURED, neither kustomize nor kubectl is on PATH"]


def machine() -> str:
    """The machine in words."""
    memory = round(psutil.virtual_memory().total / 2**30)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{len(os.sched_getaffinity(0))} cores of an {processor()}, {memory} GB of memory, {platform.system()}, {python}"


def processor() -> str:
    """What the processor calls itself, where the system tells it."""
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def write(rows: Sequence[Row], lines: Sequence[tuple[str, ...]]) -> None:
    """Put the figures into the page, between its two marks."""
    versions = [
        line.split(" ")[0].replace("==", " ")
        for line in (fleets.ROOT / "benchmarks/peers/requirements.lock").read_text().splitlines()
        if line.startswith(("rjsonnet==", "kcl-lib=="))
    ]
    said = [f"Measured on {machine()}. Peers: {', '.join(versions)}.", *missing()]
    body = "\n\n".join((*said, figures.as_markdown(lines), "\n".join(f"- {one}" for one in figures.growth(rows))))
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{rest.partition(END)[2]}")


def told(text: str) -> None:
    """Say on stderr how far it is."""
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
