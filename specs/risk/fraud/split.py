"""Split by time: the model is judged on days that come after those it learned from, as it will be in use."""

from pathlib import Path

PAYMENTS = Path("../datasets/payments/payments.csv")
LAST_DAYS = 91


def main() -> None:
    head, *lines = PAYMENTS.read_text().splitlines()
    at = head.split(",").index("day")
    first = max(int(line.split(",")[at]) for line in lines) - LAST_DAYS + 1
    parts = {"train.csv": [], "later.csv": []}
    for line in lines:
        parts["later.csv" if int(line.split(",")[at]) >= first else "train.csv"].append(line)
    for name, rows in parts.items():
        Path(name).write_text("\n".join([head, *rows]) + "\n")
        print(f"{name}: {len(rows)} payments")


if __name__ == "__main__":
    main()
