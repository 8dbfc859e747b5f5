"""Numbers that people give on the command line, refused where they cannot mean anything: before anything runs."""

from windlass.model.failure import Usage

PORTS = range(1, 65536)


def port(text: str) -> int:
    """A port that a service can have. Raises `Usage` (WL621)."""
    number = _whole(text)
    if number not in PORTS:
        raise Usage.one("WL621", f"`{text}` is no port", f"a number from 1 to {PORTS[-1]}: --port 3001")
    return int(text)


def lines(text: str) -> int:
    """How many lines of a log; none is fine with `-f`. Raises `Usage` (WL622)."""
    number = _whole(text)
    if number is None or number < 0:
        raise Usage.one("WL622", f"`{text}` is no number of lines", "a whole number, 0 or more: -n 100")
    return number


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
