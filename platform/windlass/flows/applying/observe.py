"""What is live in one environment on this machine: training records, registry aliases, processes."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from windlass.flows.releasing import proposing
from windlass.flows.releasing.releases import Held
from windlass.flows.training import candidates
from windlass.model.plan import Identity, Manifest, Observed
from windlass.model.receipt import Receipt, Served
from windlass.ports import Ports

START_LIMIT = 120.0
"""Seconds that a service may take to answer before it counts as failed."""


def observe(
    ports: Ports,
    environment: str,
    runs: Iterable[Manifest],
    held: Mapping[str, Held],
    registered: Mapping[str, str],
    last: Receipt | None,
) -> tuple[Observed, ...]:
    """Everything there is. ``runs`` are the training runs that are asked for, ``held`` the releases, ``registered`` each model's
    registered name; ``last`` is the newest receipt, against which a hand-moved alias shows."""
    found = [_run(ports, environment, manifest, held.get(manifest.identity.owner)) for manifest in runs]
    found += aliases(ports, environment, registered, last.served if last else {})
    found += [seen for seen in ports.servers.observe(environment) if not silent(ports, environment, seen)]
    return tuple(seen for seen in found if seen.present)


def silent(ports: Ports, environment: str, seen: Observed) -> bool:
    """Whether a process lives and does not answer, although it had the time to get ready. Then it serves nobody, and counts as
    not there."""
    return seen.present and not starting(ports, seen) and not ports.servers.answers(environment, seen.identity.owner)


def starting(ports: Ports, seen: Observed) -> bool:
    """Whether a process may still be loading its model."""
    return (ports.clock.now() - datetime.fromisoformat(seen.version or "")).total_seconds() < START_LIMIT


def _run(ports: Ports, environment: str, manifest: Manifest, held: Held | None) -> Observed:
    """A run is there once its candidate is recorded. One that passed must also be released, or wait on its branch."""
    inputs, slug = manifest.fields["inputs"], manifest.identity.owner
    known = candidates.recorded(ports.store(environment), slug, inputs) if inputs else None
    if known is None:
        return Observed(identity=manifest.identity, present=False)
    fields = dict(manifest.fields)
    if known.outcome == candidates.PASSED:
        pins = (held.release.spec.pin if held else None, proposing.waiting(ports, environment, slug))
        asked = (inputs, fields["proposed"])
        fields["proposed"] = next((pin.spec for pin in pins if pin and (pin.inputs, pin.spec) == asked), None)
    return Observed(identity=manifest.identity, present=True, uid=inputs, version=known.outcome, fields=fields)


def aliases(
    ports: Ports, environment: str, registered: Mapping[str, str], served: Mapping[str, Served]
) -> list[Observed]:
    """The environment's alias of each registered model that has it; ``served`` is what the ledger tells."""
    live = ports.registry.aliases(registered.values())
    found = []
    for slug, name in sorted(registered.items()):
        entry = live.get(name, {}).get(environment)
        if entry is None:
            continue
        version, digest = entry
        by_hand = slug in served and served[slug].model != digest
        found.append(
            Observed(
                identity=Identity(kind="Alias", name=f"{name}@{environment}", owner=slug),
                present=True,
                uid=version,
                version=digest,
                fields={"model": digest},
                moved_by=f"the alias was moved by hand to version {version}" if by_hand else "",
            )
        )
    return found
