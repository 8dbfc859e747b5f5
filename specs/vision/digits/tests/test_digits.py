"""The team's own tests: what the split and the scores promise. Plain unittest, so that serving needs no test tool."""

import unittest

import numpy as np
from evaluate import scores
from prepare import held_out


class Split(unittest.TestCase):
    def test_every_fifth_row_is_held_out(self):
        assert held_out(11).nonzero()[0].tolist() == [0, 5, 10]


class Scores(unittest.TestCase):
    def test_perfect(self):
        truth = np.array([0, 1, 2, 2])
        assert scores(truth, truth)["f1"] == 1.0

    def test_a_digit_that_is_never_recognised_shows_in_its_slice(self):
        found = scores(np.array([3, 3, 8, 8]), np.array([3, 3, 3, 3]))
        assert found["slices"]["digit"]["8"]["f1"] == 0.0
        assert found["accuracy"] == 0.5


if __name__ == "__main__":
    unittest.main()
