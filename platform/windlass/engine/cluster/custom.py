"""How the custom kinds do that our backends render."""

from collections.abc import Callable

from windlass.engine.cluster.live import Live, among, at, condition, items, number, text
from windlass.model.health import Health

CURRENT = Health("current")
WAITING = "nobody has looked at it yet"


def conditional(name: str) -> Callable[[Live], Health]:
    """A rule for kinds that say all in one condition."""

    def rule(live: Live) -> Health:
        said = condition(live, name)
        return CURRENT if said.status == "True" else Health("progressing", said.words or WAITING)

    return rule


def workflow(live: Live) -> Health:
    """A run that has ended well. It never changes its spec, so an end is final."""
    phase, words = text(live, "status", "phase"), text(live, "status", "message")
    if phase == "Succeeded":
        return CURRENT
    if phase in ("Failed", "Error"):
        return Health("failed", words or phase)
    if phase in ("", "Pending", "Running"):
        suspended = "it is suspended" if at(live, "spec", "suspend") is True else ""
        return Health("progressing", suspended or words or (f"it is {phase.lower()}" if phase else WAITING))
    return Health("unknown", f"phase {phase}")


def cron_workflow(live: Live) -> Health:
    """A schedule that can be read. Whether its runs go well is theirs to say; the last failure to start one is told."""
    wrong, refused = condition(live, "SpecError"), condition(live, "SubmissionError")
    if wrong.status == "True":
        # of which generation that was said, nobody knows: it may be mended already
        return Health("progressing", wrong.words)
    return Health("current", f"the last run could not be started: {refused.words}" if refused.status == "True" else "")


def route(live: Live) -> Health:
    """Taken by every gateway that it names, with all that it points to found. What is missing may still come."""
    told = items(live, "status", "parents")
    generation = number(live, "metadata", "generation")
    for wanted in items(live, "spec", "parentRefs"):
        answers = [one for one in told if _same(wanted, at(one, "parentRef"))]
        if not answers:
            return Health("progressing", f"gateway {text(wanted, 'name')} has not answered")
        for answer in answers:
            for name in ("Accepted", "ResolvedRefs"):
                said = among(items(answer, "conditions"), name, generation)
                if said.status != "True":
                    return Health("progressing", f"gateway {text(wanted, 'name')}: {said.words or WAITING}")
    return CURRENT if items(live, "spec", "parentRefs") else Health("unknown", "it names no gateway")


def definition(live: Live) -> Health:
    """A custom kind that the server serves."""
    named, established = condition(live, "NamesAccepted"), condition(live, "Established")
    if named.status == "False":
        return Health("failed", named.words)
    if established.status == "False" and established.reason != "Installing":
        return Health("failed", established.words)
    return CURRENT if established.status == "True" else Health("progressing", established.words or WAITING)


def _same(wanted: Live, answered: object) -> bool:
    """Whether an answer is about this reference; a gateway fills in what the reference leaves open."""
    return all(
        at(answered, key) == at(wanted, key) for key in ("name", "namespace", "sectionName", "port") if key in wanted
    )
