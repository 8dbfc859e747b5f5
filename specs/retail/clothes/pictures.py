"""What the stages agree on: kinds in their order, pictures as arrays, and the split."""

import csv
from pathlib import Path

import numpy as np

SIDE = 28
KINDS = ("bag", "boot", "dress", "shirt", "trousers")
EVERY = 5
"""One row in so many is kept for the test."""


def read(path: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pictures from 0 to 1, kinds as numbers, patterns as words."""
    with Path(path).open(newline="") as table:
        rows = list(csv.reader(table))[1:]
    pixels = np.array([row[: SIDE * SIDE] for row in rows], dtype="float32") / 255
    kinds = np.array([KINDS.index(row[-1]) for row in rows])
    return pixels.reshape(-1, SIDE, SIDE, 1), kinds, np.array([row[-2] for row in rows])


def held_back(count: int) -> np.ndarray:
    """Which rows are for the test: the same ones whoever asks."""
    return np.arange(count) % EVERY == 0
