"""How many copies of a service run: what a change of its workload, or of what scales that, means in words."""

from windlass.engine.cluster.live import Live, at, number

SCALED = ("Deployment", "StatefulSet")


def told(before: Live | None, after: Live) -> str:
    """The copies that there will be, and where they change also those that there are; nothing of what has none, or as many as
    before. A workload that does not say how many leaves it to what scales it."""
    were, are = _copies(before), _copies(after)
    if not are or are == were:
        return ""
    return f"{were} -> {are} copies" if were else f"{are} {'copy' if are == '1' else 'copies'}"


def _copies(live: Live | None) -> str:
    kind = at(live or {}, "kind")
    if kind == "HorizontalPodAutoscaler":
        least, most = number(live, "spec", "minReplicas", default=1), number(live, "spec", "maxReplicas", default=1)
        return str(least) if least == most else f"{least} to {most}"
    said = at(live or {}, "spec", "replicas") if kind in SCALED else None
    return "" if said is None else str(said)
