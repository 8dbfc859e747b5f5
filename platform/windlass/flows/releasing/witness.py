"""What ledgers and stores say of a release: how long it has served well, and that its bytes are what the pin says."""

from datetime import datetime

from windlass.engine import commands, ledger, replay
from windlass.engine import evidence as facts
from windlass.engine.release import Folder
from windlass.model import digests
from windlass.model.failure import Refused
from windlass.model.receipt import Receipt
from windlass.model.release import Check
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def soaked(ports: Ports, environment: Environment, slug: str, source: Folder) -> Check:
    """How long the environment before has served this release well. Raises `Refused`: WL422 for a broken ledger, WL433 where
    it does not serve it, WL434 where that is not long enough yet."""
    before, rehearsed = str(environment.spec.promotes_from), environment.spec.rehearsed
    receipts = sound(ports, before, rehearsed)
    span = replay.serving(receipts, slug, source.release.digest)
    if span is None:
        generation = source.release.spec.generation
        message = (
            f"{before} does not serve generation {generation} of {slug} well, by its ledger of {len(receipts)} receipts"
        )
        apply = commands.windlass(environment, f"apply {before}")
        raise Refused.one("WL433", message, f"{apply}, then `windlass status`")
    return _long_enough(environment, before, (ports.clock.now() - span.since).total_seconds(), span.since)


def served(ports: Ports, environment: Environment, slug: str, target: Folder) -> Check:
    """Whether the environment's ledger knows a release as one that worked."""
    name, about = environment.metadata.name, f"generation {target.release.spec.generation}"
    spans = replay.spans(sound(ports, name, environment.spec.rehearsed))
    well = [span for span in spans if span.slug == slug and span.served.healthy]
    mine = [span for span in well if span.served.release == target.release.digest]
    if not mine:
        return Check(name="served", outcome="asks", detail=f"{about} was never served well in {name}, by its ledger")
    last = mine[-1]
    until = f"until {_second(last.until)}" if last.until else "to this day"
    return Check(name="served", outcome="passed", detail=f"{about} served well from {_second(last.since)} {until}")


def same_bytes(ports: Ports, folder: Folder) -> Check:
    """Recompute the model and the bento in the environment's store, where that store is on this machine. Raises `Refused`
    (WL421) where they are not what the pin says."""
    pin, where = folder.release.spec.pin, folder.evidence.environment
    what = " and ".join(f"{part} {digests.brief(digest)}" for part, digest in pin.folders.items())
    store = ports.store(where)
    if not all(store.has(digest) for digest in pin.folders.values()):
        detail = f"{what}, as {where} has it; its store is not on this machine, apply verifies them"
        return Check(name="same bytes", outcome="passed", detail=detail)
    for digest in pin.folders.values():
        store.verify_folder(digest)
    return Check(name="same bytes", outcome="passed", detail=f"{what}, as {where} has it, recomputed")


def sound(ports: Ports, environment: str, rehearsed: bool) -> tuple[Receipt, ...]:
    """The receipts of an environment. Raises `Refused` (WL422) where their chain is broken."""
    receipts = ports.ledger.receipts(environment, rehearsed)
    broken = ledger.broken(receipts)
    if broken is not None:
        raise Refused([broken])
    return receipts


def _long_enough(environment: Environment, before: str, length: float, since: datetime) -> Check:
    asked, name = environment.spec.promotion.soak, environment.metadata.name
    told = f"{facts.span(length)} in {before}{', rehearsed' if environment.spec.rehearsed else ''}"
    if asked is None:
        return Check(name="soak", outcome="passed", detail=f"{told}; {name} asks for none")
    if length < facts.seconds(asked):
        left = facts.span(facts.seconds(asked) - length)
        raise Refused.one("WL434", f"{told}; {name} asks for {asked}", f"healthy since {_second(since)}; {left} to go")
    return Check(name="soak", outcome="passed", detail=f"{told} (needs {asked})")


def _second(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S} UTC"
