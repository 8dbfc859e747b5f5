"""The attempts at one training run: a Workflow named by its inputs, and `-r1`, `-r2` behind it for those that the world ended."""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

Way = Literal["submit", "running", "given up"]
MOST = 3
"""Attempts after which a run is tried again only by hand: what the world breaks thrice is not mended by waiting."""
GOING = ("", "Pending", "Running")
"""The phases of a Workflow that has not ended."""


def attempts(name: str, live: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of some Workflows that are attempts at a run, the first one first."""
    numbered = [(number, one) for one in live if (number := _number(name, one["metadata"]["name"])) is not None]
    return [one for _, one in sorted(numbered, key=lambda pair: pair[0])]


def following(name: str, tried: list[Mapping[str, Any]]) -> tuple[Way, str]:
    """What is to be done for a run that nobody has recorded the end of, and the name of the attempt: one that goes is waited
    for; one that ended without telling was ended by the world, and the next one goes on from what the store has."""
    if not tried:
        return "submit", name
    last = tried[-1]["metadata"]["name"]
    if phase(tried[-1]) in GOING:
        return "running", last
    way: Way = "given up" if len(tried) >= MOST else "submit"
    return way, f"{name}-r{(_number(name, last) or 0) + 1}"


def phase(workflow: Mapping[str, Any]) -> str:
    """What its controller says of it; empty where that has not seen it yet."""
    return str((workflow.get("status") or {}).get("phase") or "")


def told(workflow: Mapping[str, Any]) -> str:
    """A Workflow in a line: its phase, how many of its steps are done, and what is wrong."""
    status = workflow.get("status") or {}
    words = [phase(workflow) or "waits for its controller", status.get("progress") or "", status.get("message") or ""]
    return f"{workflow['metadata']['name']}: " + ", ".join(word for word in words if word)


def _number(name: str, of: str) -> int | None:
    found = re.fullmatch(rf"{re.escape(name)}(?:-r(\d+))?", of)
    return int(found[1] or 0) if found else None
