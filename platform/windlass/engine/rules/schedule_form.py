"""WL250: a schedule is one that every engine reads alike; WL251: by a clock that exists; WL252 (a warning): at an hour that
each day has once.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime

from windlass.engine import cron
from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.specs.model import Schedule

CHANGING = {1, 2}
"""The hours that summer time skips or repeats, almost everywhere."""
WINTER, SUMMER = datetime(2026, 1, 1), datetime(2026, 7, 1)  # noqa: DTZ001 -- the zone is put to them


def check(tree: Tree) -> Iterator[Diagnostic]:
    """When models are trained again."""
    for loaded in tree.models():
        retraining = loaded.spec.spec.retraining
        if retraining is not None:
            path = ("spec", "retraining", "schedule")
            for key, code, message, hint, severity in _findings(retraining.schedule):
                yield at(loaded.source, (*path, key), code, message, hint, severity=severity)


def _findings(schedule: Schedule) -> Iterator[tuple[str, str, str, str, Severity]]:
    wrong = cron.problem(schedule.cron)
    if wrong is not None:
        message = f"`{schedule.cron}` is no schedule: {wrong}"
        hint = "minute, hour, day of the month, month, day of the week (0 is Sunday): `0 3 * * 1`"
        yield "cron", "WL250", message, hint, Severity.ERROR
    zone = _zone(schedule.timezone)
    if zone is None and _zone("Etc/UTC") is not None:  # else this machine knows none at all, and cannot say
        message = f"no time zone `{schedule.timezone}`"
        yield "timezone", "WL251", message, "the name of a place: Europe/Berlin; or Etc/UTC", Severity.ERROR
    if wrong is None and zone is not None and _changes(zone) and CHANGING & cron.hours(schedule.cron):
        message = (
            f"`{schedule.cron}` in {schedule.timezone}: summer time skips this hour once a year, and repeats it once"
        )
        yield "cron", "WL252", message, "take another hour, or Etc/UTC", Severity.WARNING


def _zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name but a path; a folder of names
        return None


def _changes(zone: zoneinfo.ZoneInfo) -> bool:
    return zone.utcoffset(WINTER) != zone.utcoffset(SUMMER)
