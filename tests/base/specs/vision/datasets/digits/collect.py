"""Writes the digits that scikit-learn carries: 64 pixels and the digit they show."""

import csv

from sklearn.datasets import load_digits

scans = load_digits()
with open("digits.csv", "w", newline="") as file:
    rows = csv.writer(file)
    rows.writerow([*(f"p{n}" for n in range(64)), "digit"])
    rows.writerows([*map(int, pixels), int(digit)] for pixels, digit in zip(scans.data, scans.target))
