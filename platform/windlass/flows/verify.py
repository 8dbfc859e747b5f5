"""Recompute everything that a release claims: its files against each other, its history, its ledger, and the stores."""

from collections.abc import Callable, Iterator
from pathlib import Path

from windlass.engine import ledger
from windlass.engine import release as releases
from windlass.engine.parse import parse as read_yaml
from windlass.engine.release import Folder
from windlass.flows.releasing import approvals, shelf
from windlass.model import digests, layout
from windlass.model.candidate import Candidate, DataPin
from windlass.model.failure import Failure
from windlass.model.proof import Proof
from windlass.model.specs.environment import LOCAL
from windlass.ports import Ports


def verify(ports: Ports, environments: tuple[str, ...], slug: str | None = None) -> tuple[Proof, ...]:
    """Every proof of every release of these environments, as they lie in the work tree. Nothing is raised for what does not
    verify: each is a proof that says so."""
    found: list[Proof] = []
    for environment in environments:
        for name, files in sorted(folders(ports, environment).items()):
            if slug in (None, name):
                found += _release(ports, environment, name, files)
        found += _ledgers(ports, environment)
    return tuple(found)


def folders(ports: Ports, environment: str) -> dict[str, dict[str, bytes]]:
    """``team/model`` to the files of its release, as they lie here."""
    return shelf.local(ports) if environment == LOCAL else shelf.lying(ports, environment)


def _release(ports: Ports, environment: str, slug: str, files: dict[str, bytes]) -> Iterator[Proof]:
    where = layout.release_folder(environment, slug)
    folder, wrong = releases.examine(files, where)
    if folder is None:
        yield from (_proof(environment, slug, "files", f"{found.place}: {found.message}") for found in wrong)
        return
    document = read_yaml(where, files[releases.RELEASE]).source
    ties = releases.bindings(folder, document.value if document else {}, where)
    told = {"release": folder.release.digest, "spec": folder.release.spec.pin.spec, "seal": folder.release.spec.seal}
    for check, finding in ties.items():
        bad = f"{finding.place}: {finding.message}" if finding else ""
        yield _proof(environment, slug, check, bad, told.get(check) or releases.evidence_digest(files))
    yield _own_place(environment, slug, folder)
    yield _generation(ports, environment, slug, folder)
    yield from _approvals(ports, environment, slug, folder)
    yield from _contents(ports, environment, slug, folder)


def _own_place(environment: str, slug: str, folder: Folder) -> Proof:
    said = (folder.evidence.environment, folder.release.metadata.slug)
    bad = "" if said == (environment, slug) else f"it was made for {said[1]} in {said[0]} and lies elsewhere"
    return _proof(environment, slug, "place", bad)


def _generation(ports: Ports, environment: str, slug: str, folder: Folder) -> Proof:
    """One up with each commit that moved the folder; a change that is not committed yet counts as the next one."""
    mine, where = folder.release.spec.generation, layout.release_folder(environment, slug)
    head = ports.git.head()
    if environment == LOCAL or head is None:
        return _proof(environment, slug, "generation", "", f"{mine}, no history is kept for it")
    counted: list[int] = []
    for commit in reversed(ports.git.log(head, [where], first_parent=True)):
        files = shelf.at(ports, environment, slug, commit.sha)
        past, _ = releases.examine(files)
        if past is not None:
            counted.append(past.release.spec.generation)
        elif not files:
            counted.clear()  # the model had left; it starts again at 1
    if dict(shelf.at(ports, environment, slug, head)) != dict(folder.files):
        counted.append(mine)
    first = counted[0] if counted else 1
    expected = list(range(first, first + len(counted)))
    bad = (
        f"history counts {', '.join(map(str, counted))}"
        if counted != expected or (first != 1 and not ports.git.shallow())
        else ""
    )
    return _proof(environment, slug, "generation", bad, f"{mine}, one more with each merge")


def _approvals(ports: Ports, environment: str, slug: str, folder: Folder) -> Iterator[Proof]:
    """Whether as many agreed as its evidence asks for. Too few is a warning: it is said of a merge, not of bytes."""
    head, needed = ports.git.head(), folder.evidence.approvals_needed
    if environment == LOCAL or head is None or dict(shelf.at(ports, environment, slug, head)) != dict(folder.files):
        return
    had = approvals.counted(ports, environment, slug, head)
    told = f"{len(had)} of {needed} needed: {', '.join(f'{one.login} ({one.proof})' for one in had) or 'nobody but its author'}"
    if len(had) < needed and ports.git.shallow():
        yield Proof(environment, slug, "approvals", "absent", "this clone is shallow: who merged it may be cut off")
        return
    yield Proof(environment, slug, "approvals", "ok" if len(had) >= needed else "warns", told)


def _contents(ports: Ports, environment: str, slug: str, folder: Folder) -> Iterator[Proof]:
    pin, store = folder.release.spec.pin, ports.store(environment)
    for check, digest in pin.folders.items():
        here = _blob_is_here(ports, environment, digest)
        yield _tried(environment, slug, check, digest, here, lambda digest=digest: store.verify_folder(digest))  # type: ignore[misc]
    record = store.record(layout.candidate_record(slug, pin.inputs))
    if record is None:
        yield Proof(
            environment, slug, "inputs", "absent", f"{digests.brief(pin.inputs)}: the store here has no record of it"
        )
    else:
        yield from _record(ports, environment, slug, folder, record)
    for one in pin.data:
        yield _data(ports, environment, slug, one)


def _record(ports: Ports, environment: str, slug: str, folder: Folder, data: bytes) -> Iterator[Proof]:
    pin = folder.release.spec.pin
    try:
        candidate = Candidate.model_validate_json(data)
    except ValueError:
        yield _proof(environment, slug, "inputs", "the record of the training run cannot be read")
        return
    right = digests.of_value(candidate.inputs_record) == pin.inputs == candidate.inputs
    yield _proof(environment, slug, "inputs", "" if right else "the recorded inputs have another digest", pin.inputs)
    same = candidate.model is not None and candidate.model.digest == pin.model.digest
    yield _proof(
        environment, slug, "run", "" if same else "the run with these inputs made another model", candidate.finished_at
    )
    if candidate.code is not None:
        code = candidate.code
        here = _blob_is_here(ports, environment, code)
        yield _tried(environment, slug, "code", code, here, lambda: ports.store(environment).get(code))


def _data(ports: Ports, environment: str, slug: str, one: DataPin) -> Proof:
    """The data's bytes, where the environment that trained keeps them in this store."""
    # Read as a plain file: who verifies changes nothing, while a run takes damaged bytes out of the cache.
    kept = layout.state(environment, "store", "dvc", "files", "md5", one.md5[:2], one.md5[2:])
    content = ports.files.read(ports.root / kept)
    if content is None:
        return Proof(environment, slug, "data", "absent", f"{one.dataset} @ md5:{one.md5[:8]}: not in the store here")
    bad = "" if digests.of_bytes(content) == one.sha256 else f"{one.dataset}: its bytes are not what was trained on"
    return _proof(environment, slug, "data", bad, f"{one.dataset} {one.sha256}")


def _ledgers(ports: Ports, environment: str) -> Iterator[Proof]:
    for rehearsed in (False, True) if environment != LOCAL else (False,):
        check = "rehearsal ledger" if rehearsed else "ledger"
        try:
            receipts = ports.ledger.receipts(environment, rehearsed)
        except Failure as failure:
            yield _proof(environment, "", check, failure.diagnostics[0].message)
            continue
        if not receipts:
            continue
        broken = ledger.broken(receipts)
        changed = ports.ledger.rewritten(environment, rehearsed)
        bad = broken.message if broken else f"changed after it was written by {', '.join(changed)}" if changed else ""
        yield _proof(environment, "", check, bad, f"{len(receipts)} receipts, each linked to the one before")


def _blob_is_here(ports: Ports, environment: str, digest: str) -> bool:
    folder: Path = ports.root / layout.state(environment, "store")
    return ports.files.look(folder).kind == "folder" and ports.store(environment).has(digest)


def _tried(environment: str, slug: str, check: str, digest: str, here: bool, act: Callable[[], object]) -> Proof:
    if not here:
        return Proof(environment, slug, check, "absent", f"{digests.brief(digest)}: not (whole) in the store here")
    try:
        act()
    except Failure as failure:
        return _proof(environment, slug, check, failure.diagnostics[0].message)
    return _proof(environment, slug, check, "", digest)


def _proof(environment: str, slug: str, check: str, bad: str, good: str = "") -> Proof:
    return Proof(environment, slug, check, "bad" if bad else "ok", bad or good)
