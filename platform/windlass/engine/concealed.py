"""How many lines of a file a value may cover, so that a view can keep a secret off the screen."""

from windlass.model.project import Source

REST = 1_000_000


def lines_of_secret(source: Source, path: tuple[str | int, ...]) -> int:
    """The lines from a value's first up to the next key or value behind it: nothing between them is shown."""
    first = source.place(*path).line
    after = [place.line for places in (source.places, source.keys) for place in places.values() if place.line > first]
    return min(after, default=first + REST) - first
