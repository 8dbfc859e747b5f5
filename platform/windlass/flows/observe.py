"""What is live in one environment on this machine: training records, registry aliases, processes."""

from collections.abc import Iterable

from windlass.model import layout
from windlass.model.plan import Identity, Manifest, Observed
from windlass.model.receipt import Receipt
from windlass.ports import Ports


def observe(
    ports: Ports,
    environment: str,
    runs: Iterable[Manifest],
    registered: Iterable[tuple[str, str]],
    last: Receipt | None,
) -> tuple[Observed, ...]:
    """Everything there is. ``registered`` pairs each model's slug with its registered name; ``last`` is the newest
    receipt, against which a hand-moved alias shows."""
    found = [_run(ports, environment, manifest) for manifest in runs]
    found += _aliases(ports, environment, dict(registered), last)
    found += ports.servers.observe(environment)
    return tuple(seen for seen in found if seen.present)


def _run(ports: Ports, environment: str, manifest: Manifest) -> Observed:
    inputs = manifest.fields["inputs"]
    record = inputs and ports.store(environment).record(layout.candidate_record(manifest.identity.owner, inputs))
    fields = {"inputs": inputs} if record else {}
    return Observed(identity=manifest.identity, present=bool(record), uid=inputs if record else None, fields=fields)


def _aliases(ports: Ports, environment: str, registered: dict[str, str], last: Receipt | None) -> list[Observed]:
    live = ports.registry.aliases(registered.values())
    served = last.served if last else {}
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
