import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from evaluate import metrics

ROWS = [
    {"pattern": "plain", "kind": "bag", "said": "bag"},
    {"pattern": "plain", "kind": "boot", "said": "boot"},
    {"pattern": "striped", "kind": "bag", "said": "dress"},
    {"pattern": "striped", "kind": "dress", "said": "dress"},
]


class Metrics(unittest.TestCase):
    def test_the_whole_and_its_parts(self) -> None:
        found = metrics(ROWS)
        assert (found["accuracy"], found["worst_recall"]) == (0.75, 0.5)
        assert found["slices"]["pattern"] == {"plain": {"accuracy": 1.0}, "striped": {"accuracy": 0.5}}


if __name__ == "__main__":
    unittest.main()
