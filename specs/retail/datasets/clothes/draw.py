"""Write clothes.csv: grey pictures of clothes, each of another size, place, shade and pattern, with some noise.

They are drawn, so that the example needs nobody's photographs and no download; Python alone is enough.
"""

import csv
import json
import random
from pathlib import Path

SIDE = 28
KINDS = ("bag", "boot", "dress", "shirt", "trousers")
PATTERNS = ("checked", "plain", "striped")


def covers(kind: str, x: float, y: float) -> bool:
    """Whether a kind of clothes covers a point of its frame: from -1 to 1, left to right and top to bottom."""
    if kind == "bag":
        return (y > -0.2 and abs(x) < 0.9) or (-0.9 < y <= -0.2 and 0.45 < abs(x) < 0.6)
    if kind == "boot":
        return (-0.5 < x < 0.15) or (y > 0.5 and -0.5 < x < 0.9)
    if kind == "dress":
        return abs(x) < (0.35 if y < -0.2 else 0.45 + 0.4 * y)
    if kind == "shirt":
        return abs(x) < 0.5 or (y < -0.45 and abs(x) < 0.95)
    return abs(x) < 0.55 and (y < -0.6 or abs(x) > 0.08)


def shade(pattern: str, row: int, column: int) -> float:
    """How dark a pattern is at a pixel: 1 is as dark as the cloth."""
    if pattern == "striped":
        return 1.0 if row // 2 % 2 else 0.6
    if pattern == "checked":
        return 1.0 if (row // 3 + column // 3) % 2 else 0.6
    return 1.0


def picture(chance: random.Random, kind: str, pattern: str) -> list[int]:
    """One picture, row by row."""
    middle = (SIDE / 2 + chance.uniform(-2, 2), SIDE / 2 + chance.uniform(-2, 2))
    width, height, dark = chance.uniform(8, 12), chance.uniform(9, 13), chance.uniform(110, 230)
    pixels = []
    for row in range(SIDE):
        for column in range(SIDE):
            x, y = (column - middle[0]) / width, (row - middle[1]) / height
            cloth = abs(x) <= 1 and abs(y) <= 1 and covers(kind, x, y)
            value = (dark * shade(pattern, row, column) if cloth else 0) + chance.gauss(0, 14)
            pixels.append(min(255, max(0, round(value))))
    return pixels


def main() -> None:
    params = json.loads(Path("params.json").read_text())
    chance = random.Random(params["seed"])
    with Path("clothes.csv").open("w", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        names = [f"pixel_{row}_{column}" for row in range(SIDE) for column in range(SIDE)]
        writer.writerow([*names, "pattern", "kind"])
        for _ in range(params["pictures"]):
            kind, pattern = chance.choice(KINDS), chance.choice(PATTERNS)
            writer.writerow([*picture(chance, kind, pattern), pattern, kind])
    print(f"{params['pictures']} pictures")


if __name__ == "__main__":
    main()
