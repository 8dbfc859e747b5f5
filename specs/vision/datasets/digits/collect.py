"""Write digits.csv: the 1,797 handwritten digits of the UCI repository that scikit-learn carries, with a header.

The file is read where it lies, because importing scikit-learn for it would take longer than all the rest.
"""

import csv
import gzip
from importlib.util import find_spec
from pathlib import Path

SIDE = 8


def bundled() -> Path:
    """The compressed table inside scikit-learn: 64 pixels and the digit in each row."""
    package = find_spec("sklearn")
    if package is None or not package.submodule_search_locations:
        raise SystemExit("scikit-learn is not installed; requirements.txt asks for it")
    return Path(package.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")


def main() -> None:
    with gzip.open(bundled(), "rt", newline="") as table:
        rows = [[int(float(cell)) for cell in row] for row in csv.reader(table)]
    with Path("digits.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)] + ["digit"])
        writer.writerows(rows)
    print(f"{len(rows)} scans")


if __name__ == "__main__":
    main()
