"""The training runs of one model in one environment, newest first: from the store's records, without MLflow or DVC."""

from windlass.engine import release as releases
from windlass.flows.releasing import shelf
from windlass.flows.training import candidates
from windlass.model.candidate import Candidate
from windlass.model.runs import Run
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports


def runs(ports: Ports, environment: Environment, slug: str) -> tuple[Run, ...]:
    """Every candidate that the environment's store has a record of."""
    store = ports.store(environment.metadata.name)
    read = (candidates.read(store, name) for name in store.records(f"candidates/{slug}"))
    found = [one for one in read if one is not None]
    names = sorted({one.model.registry for one in found if one.model})
    versions = {name: ports.registry.versions(name) for name in names}
    aliases = ports.registry.aliases(names)
    live = _live(ports, environment, slug)
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
        served=one.inputs in live,
    )


def _live(ports: Ports, environment: Environment, slug: str) -> set[str]:
    """The inputs of what runs now. A process carries its release's digest, and releases and receipts say of which inputs that
    is; two runs may have made equal bytes."""
    name = environment.metadata.name
    carried = {
        seen.fields["carries"].get("release")
        for seen in ports.servers.observe(name)
        if seen.present and seen.identity.owner == slug
    }
    if not carried:
        return set()
    known = [
        (one.served[slug].release, one.served[slug].inputs)
        for one in ports.ledger.receipts(name, environment.spec.rehearsed)
        if slug in one.served and one.served[slug].healthy
    ]
    head = ports.git.head()
    files = shelf.local(ports).get(slug) if name == LOCAL else shelf.at(ports, name, slug, head) if head else None
    folder, _ = releases.examine(files) if files else (None, ())
    if folder is not None:
        known.append((folder.release.digest, folder.release.spec.pin.inputs))
    return {inputs for release, inputs in known if release in carried}
