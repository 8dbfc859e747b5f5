"""What all parts together are refused for, or warned of. Rules that look from one team to another are judged by names alone; where
they find anything, everything is read again to say it well.
"""

from collections.abc import Mapping
from dataclasses import replace

from windlass.engine import validate
from windlass.engine.homes import home
from windlass.engine.rules import WHOLE
from windlass.engine.tree import Read
from windlass.flows import load
from windlass.flows.rendering.fleet import Fleet
from windlass.flows.rendering.part import Made
from windlass.model.diagnostic import Severity
from windlass.model.failure import Findings
from windlass.ports import Ports


def agreed(ports: Ports, fleet: Fleet, made: Mapping[str, Made], known: bool = False) -> None:
    """Raise everything that any part is refused for, at once; say what only warns. ``known`` says that the same names agreed
    before, under the same environments and policies."""
    press, outline = fleet.press, fleet.outline
    failures = [one.failure for one in made.values() if one.failure is not None]
    every = press.concerning(outline)
    wrong = load.faulty(outline.diagnostics).union(*(one.wrong for one in made.values()))
    if failures or not (known or _apart(ports, fleet, made)):
        # a part that failed has no names to tell, and what is wrong between teams is told with the places of both
        whole = press.whole(fleet.parts.whole)
        found, wrong = press.concerning(whole), load.faulty(whole.diagnostics)
        if any(one.severity is Severity.ERROR for one in found):
            # what the files hold comes before what policies say of what they become
            raise Findings(found, sources=whole.texts)
        every = (*found, *every)
    told = dict.fromkeys((*every, *(one for part in made.values() for one in part.found)))
    if failures or any(one.severity is Severity.ERROR for one in told):
        kind = Findings if not failures or Findings in failures else failures[0]
        texts = dict(outline.texts)
        for part in made.values():
            texts |= part.texts
        raise kind(sorted(told, key=lambda one: (str(one.place or ""), one.code)), sources=texts)
    for warning in told:
        ports.progress.note(f"{warning.place}  {warning.code}  {warning.message}")
    load.told_elsewhere(ports, wrong)


def _apart(ports: Ports, fleet: Fleet, made: Mapping[str, Made]) -> bool:
    """Whether nothing is wrong between teams, as far as names tell."""
    names = [one.names for one in made.values()]
    for several in ([name for one in names for name in one.taken], [name for one in names for name in one.registered]):
        if len(set(several)) < len(several):
            return False
    known = fleet.outline.reading
    there = (Read(path, home(path)) for one in names for path in one.documents)
    reading = replace(known, documents=(*there, *known.documents))
    labels = {slug: held for one in names for slug, held in one.labels.items()}
    today = ports.clock.now().date().isoformat()
    told = validate.judge(reading, {}, today, None, fleet.outline.known, WHOLE, labels)
    return not set(told) - set(reading.diagnostics)
