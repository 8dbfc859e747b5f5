"""Five fields that every engine reads alike, and nothing else."""

import pytest

from windlass.engine import cron


@pytest.mark.parametrize(
    "text", ["0 3 * * 1", "*/15 0-6,22 * * *", "5 4 1 jan-mar *", "0 0 * * SUN-FRI", "7/20 * * * *", "59 23 31 12 *"]
)
def test_a_schedule(text):
    assert cron.problem(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("0 3 * *", "4 fields"),
        ("@daily", "1 fields"),
        ("0 0 3 * * 1", "6 fields"),
        ("60 3 * * *", "`60` is no minute"),
        ("0 24 * * *", "`24` is no hour"),
        ("0 3 0 * *", "`0` is no day of the month"),
        ("0 3 * 13 *", "`13` is no month"),
        ("0 3 * * 7", "`7` is no day of the week"),
        ("0 3 * * mo", "`mo` is no day of the week"),
        ("0 5-3 * * *", "`5-3` is no hour"),
        ("*/0 3 * * *", "`*/0` is no minute"),
        ("0 3 ? * 1", "`?` is no day of the month"),
        ("0 3, * * *", "`` is no hour"),
        ("0 ３ * * *", "`３` is no hour"),
        ("0 3 1 * 1", "together"),
    ],
)
def test_what_is_none(text, said):
    assert said in str(cron.problem(text))


def test_the_hours_of_a_schedule():
    assert cron.hours("0 */6,22-23 * * *") == {0, 6, 12, 18, 22, 23}
    assert cron.hours("0 20/2 * * *") == {20, 22}
