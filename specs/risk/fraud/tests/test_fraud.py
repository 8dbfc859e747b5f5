"""The team's own tests: what the metrics promise."""

import unittest

import numpy as np
from columns import FEATURES
from evaluate import metrics


class Metrics(unittest.TestCase):
    def test_a_perfect_order(self):
        fraud = np.arange(100) < 2
        found = metrics(np.array(["card"] * 100), -np.arange(100.0), fraud)
        assert found["average_precision"] == found["recall_at_3_percent"] == 1.0

    def test_a_channel_whose_fraud_is_missed_shows_in_its_slice(self):
        channels = np.array(["card"] * 50 + ["wallet"] * 50)
        fraud = np.zeros(100, dtype=bool)
        fraud[[0, 99]] = True
        found = metrics(channels, -np.arange(100.0), fraud)
        assert found["slices"]["channel"]["card"]["recall_at_3_percent"] == 1.0
        assert found["slices"]["channel"]["wallet"]["recall_at_3_percent"] == 0.0


class Columns(unittest.TestCase):
    def test_the_model_never_sees_the_day_or_the_answer(self):
        assert not {"day", "fraud"} & set(FEATURES)


if __name__ == "__main__":
    unittest.main()
