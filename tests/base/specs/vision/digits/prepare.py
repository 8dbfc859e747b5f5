"""Keeps the scans that show something."""

import csv

with open("../datasets/digits/digits.csv", newline="") as file:
    head, *rows = csv.reader(file)
with open("clean.csv", "w", newline="") as file:
    out = csv.writer(file)
    out.writerow(head)
    out.writerows(row for row in rows if any(pixel != "0" for pixel in row[:64]))
