"""Stop what runs on this machine. Stopping is an apply too: the ledger says when a service ended."""

from collections.abc import Sequence

from windlass import __version__
from windlass.engine.lower.names import name as dns_label
from windlass.engine.manifests import process_identity
from windlass.flows import actor
from windlass.model import digests
from windlass.model.plan import Change, Observed, Plan
from windlass.model.receipt import Outcome, Receipt
from windlass.model.specs.environment import LOCAL
from windlass.ports import Ports


def down(ports: Ports, environments: Sequence[tuple[str, bool]], only: str | None = None) -> list[tuple[str, str]]:
    """Stop the services of environments (name, whether rehearsed), or of one model in them. The pairs of model and
    environment that were stopped."""
    stopped: list[tuple[str, str]] = []
    for name, rehearsed in environments:
        with ports.locks.hold(name, ports.progress):
            seen = [one for one in _running(ports, name) if only in (None, one.identity.owner)]
            for one in seen:
                ports.servers.stop(name, one.identity.owner)
            lived = [one for one in seen if one.present]
            if lived:
                ports.ledger.append(_receipt(ports, name, rehearsed, lived))
            stopped += [(one.identity.owner, name) for one in lived]
    return stopped


def _running(ports: Ports, name: str) -> list[Observed]:
    """What is recorded, and what runs though its record was lost."""
    lost = [process_identity(_label(slug), slug) for slug in ports.servers.lost(name)]
    return [*ports.servers.observe(name), *(Observed(identity=identity, present=True) for identity in lost)]


def _label(slug: str) -> str:
    team, _, model = slug.partition("/")
    return dns_label(team, model)


def _receipt(ports: Ports, name: str, rehearsed: bool, lived: Sequence[Observed]) -> Receipt:
    now = ports.clock.now().isoformat(timespec="seconds")
    written = ports.ledger.receipts(name, rehearsed)
    last = written[-1] if written else None
    gone = {one.identity.owner for one in lived}
    plan = Plan(
        tool=__version__,
        environment=name,
        rehearsed=rehearsed,
        base=ports.git.head(),
        render_digest=digests.of_value([]),
        changes=tuple(Change(identity=one.identity, action="delete", reason="down", observed=one) for one in lived),
    )
    return Receipt(
        number=0,
        previous=None,
        environment=name,
        rehearsed=rehearsed,
        commit=last.commit if last and name != LOCAL else ports.git.head(),
        plan=plan.digest,
        render_digest=plan.render_digest,
        actor=actor.name(ports),
        tool=__version__,
        started_at=now,
        finished_at=now,
        outcome="succeeded",
        cause="windlass down",
        objects=tuple(Outcome.of(one.identity, "delete", "done", "stopped") for one in lived),
        served={slug: one for slug, one in (last.served if last else {}).items() if slug not in gone},
        trained=last.trained if last else {},
    )
