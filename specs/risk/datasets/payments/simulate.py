"""Write payments.csv: simulated payments, because nobody may publish real ones.

Honest people have habits (an hour, an amount, a payee); a thief has the account for a day and empties it: larger amounts, at night,
to somebody new, one payment after the other, more often abroad. The habits overlap, so no single column gives a thief away.
"""

import json
from pathlib import Path

import numpy as np

CHANNELS = np.array(["card", "transfer", "wallet"])
SHARE = 0.02
"""How many payments somebody else made."""
COLUMNS = ("day", "channel", "amount", "hour", "days_since_last", "payments_today", "new_payee", "abroad", "fraud")


def payments(count: int, seed: int) -> list[tuple[object, ...]]:
    """Rows in the order of `COLUMNS`, sorted by day."""
    random = np.random.default_rng(seed)
    fraud = random.random(count) < SHARE
    day = np.sort(random.integers(0, 365, count))
    theirs, ours = random.choice(3, count, p=[0.35, 0.4, 0.25]), random.choice(3, count, p=[0.6, 0.25, 0.15])
    channel = CHANNELS[np.where(fraud, theirs, ours)]
    amount = np.round(np.clip(random.lognormal(np.where(fraud, 5.0, 3.4), np.where(fraud, 1.1, 1.0)), 0.01, 100_000), 2)
    at_night = fraud & (random.random(count) < 0.55)
    hour = np.where(at_night, random.integers(0, 6, count), random.normal(14, 4, count).clip(0, 23)).astype(int)
    since = np.round(np.minimum(random.exponential(np.where(fraud, 1.0, 3.0)), 400), 2)
    today = random.poisson(np.where(fraud, 2.4, 0.6))
    new_payee = random.random(count) < np.where(fraud, 0.75, 0.12)
    abroad = random.random(count) < np.where(fraud, 0.4, 0.06)
    columns = (day, channel, amount, hour, since, today, new_payee.astype(int), abroad.astype(int), fraud.astype(int))
    return list(zip(*(column.tolist() for column in columns), strict=True))


def main() -> None:
    params = json.loads(Path("params.json").read_text())
    rows = payments(params["payments"], params["seed"])
    lines = [",".join(COLUMNS), *(",".join(map(str, row)) for row in rows)]
    Path("payments.csv").write_text("\n".join(lines) + "\n")
    print(f"{len(rows)} payments, {sum(row[-1] for row in rows)} of them fraud")


if __name__ == "__main__":
    main()
