"""The training runs of one model in one environment, newest first: from the store's records, without MLflow or DVC."""

from windlass.flows import candidates
from windlass.model.candidate import Candidate
from windlass.model.runs import Run
from windlass.ports import Ports


def runs(ports: Ports, environment: str, slug: str) -> tuple[Run, ...]:
    """Every candidate that the environment's store has a record of."""
    store = ports.store(environment)
    read = (candidates.read(store, name) for name in store.records(f"candidates/{slug}"))
    found = [one for one in read if one is not None]
    names = sorted({one.model.registry for one in found if one.model})
    versions = {name: ports.registry.versions(name) for name in names}
    aliases = ports.registry.aliases(names)
    live = {
        seen.fields["runs"]["model"]
        for seen in ports.servers.observe(environment)
        if seen.present and seen.identity.owner == slug
    }
    rows = (_run(one, versions, aliases, live) for one in found)
    return tuple(sorted(rows, key=lambda row: (row.finished_at, row.inputs), reverse=True))


def _run(
    one: Candidate,
    versions: dict[str, dict[str, str]],
    aliases: dict[str, dict[str, tuple[str, str]]],
    live: set[str],
) -> Run:
    registry, digest = (one.model.registry, one.model.digest) if one.model else ("", "")
    pointing = aliases.get(registry, {})
    return Run(
        inputs=one.inputs,
        outcome=one.outcome,
        reason=one.reason,
        finished_at=one.finished_at,
        commit=one.commit or "",
        dirty=one.dirty,
        params=one.params,
        metrics=one.metrics,
        data={ref.name: ref.md5 for ref in one.data},
        model=digest,
        version=versions.get(registry, {}).get(digest, ""),
        aliases=tuple(sorted(alias for alias, (_, held) in pointing.items() if held == digest and digest)),
        served=digest in live,
    )
