"""Five fields of cron in the spelling that every engine reads alike: numbers or English names, `*`, lists, ranges and steps."""

import re

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
FIELDS = {
    "minute": (0, 59, ()),
    "hour": (0, 23, ()),
    "day of the month": (1, 31, ()),
    "month": (1, 12, MONTHS),
    "day of the week": (0, 6, DAYS),
}
ITEM = re.compile(r"(?:(\*)|(\w+)(?:-(\w+))?)(?:/([0-9]{1,3}))?", re.ASCII)


def problem(text: str) -> str | None:
    """What is wrong with a schedule, in words; None where nothing is."""
    fields = text.split()
    if len(fields) != len(FIELDS):
        return f"it has {len(fields)} fields, not {len(FIELDS)}"
    for field, name in zip(fields, FIELDS, strict=True):
        for item in field.split(","):
            if values(item, name) is None:
                low, high, _ = FIELDS[name]
                return f"`{item}` is no {name} ({low}-{high})"
    if fields[2] != "*" and fields[4] != "*":
        return "a day of the month and a day of the week together mean `or` to some engines, `and` to others"
    return None


def hours(text: str) -> frozenset[int]:
    """The hours at which a schedule without a problem starts something."""
    return frozenset(hour for item in text.split()[1].split(",") for hour in values(item, "hour") or ())


def values(item: str, name: str) -> range | None:
    """What one item of a field stands for; None where it is no such thing."""
    low, high, words = FIELDS[name]
    found = ITEM.fullmatch(item)
    if found is None:
        return None
    every, first, last, step = found.groups()
    start = low if every else _number(first, words, low)
    end = high if every or (step and last is None) else _number(last or first, words, low)
    stride = int(step) if step else 1
    if start is None or end is None or stride < 1 or not low <= start <= end <= high:
        return None
    return range(start, end + 1, stride)


def _number(text: str, words: tuple[str, ...], low: int) -> int | None:
    if text.isdigit():
        return int(text)
    return words.index(text.lower()) + low if text.lower() in words else None
