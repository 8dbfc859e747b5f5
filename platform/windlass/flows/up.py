"""The main job on one machine: train if anything changed, release it to `local`, serve it, ask it one real question."""

from windlass.engine import rendered_only, resolve
from windlass.flows import apply, train
from windlass.flows import plan as planning
from windlass.flows.applying import contents, receipts
from windlass.flows.releasing import release, releases
from windlass.flows.releasing.releases import Held
from windlass.model.candidate import Candidate
from windlass.model.failure import World
from windlass.model.plan import Observed
from windlass.model.project import Loaded, Project
from windlass.model.served import Asked, Up
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.model.workload import Service
from windlass.ports import Ports

PREDICT = "/predict"
LAST_PORT = 65535


def up(ports: Ports, project: Project, loaded: Loaded[Model], began: float, port: int | None = None) -> Up:
    """Bring one model up in `local`; ``began`` is when the command did, by the monotonic clock.

    Raises whatever training, gates or the machine have against it; what was finished before is kept, and the same command
    goes on from there."""
    rendered_only.require_trainable(loaded)
    slug = loaded.spec.metadata.slug
    environment = resolve.environment(project, LOCAL, rehearse=False)
    with ports.locks.hold(LOCAL, ports.progress) as lock:
        held = _idle(ports, project, environment, loaded, port)
        idle = held is not None
        asked = None
        if held is None:
            if loaded.spec.spec.serving is not None:
                _port_is_ours(ports, slug, environment, port)
            held = _work(ports, project, environment, loaded, port, lock)
            asked = _ask(ports, project, environment, loaded, held)
        seen = _process(ports, slug)
        candidate = contents.candidate(ports, project, environment, held.release)
        _lock_again(ports, loaded, candidate)
    return Up(
        slug=slug,
        release=held.release,
        candidate=candidate,
        url=url(seen),
        pid=pid(seen),
        since=seen.version or "" if seen else "",
        idle=idle,
        inputs=_counted(candidate),
        seconds=ports.clock.monotonic() - began,
        asked=asked,
    )


def url(seen: Observed | None) -> str | None:
    """Where a live process answers."""
    return f"http://127.0.0.1:{port_of(seen)}" if seen and seen.present else None


def port_of(seen: Observed | None) -> int | None:
    """The port of a live process."""
    return int(seen.fields["runs"]["port"]) if seen and seen.present else None


def pid(seen: Observed | None) -> int | None:
    """The process id inside an observation's uid."""
    return int(seen.uid.partition("/")[0]) if seen and seen.present and seen.uid else None


def _idle(
    ports: Ports, project: Project, environment: Environment, loaded: Loaded[Model], port: int | None
) -> Held | None:
    """What is held, where nothing at all has to be done."""
    slug = loaded.spec.metadata.slug
    every = releases.current(ports, project, environment, None)
    held = every.get(slug)
    if held is None or release.differs(held.release, loaded):
        return None
    candidate = train.settled(
        ports, project, loaded, environment, releases.compared(project, environment, every, loaded)
    )
    if candidate is None or candidate.inputs != held.release.spec.pin.inputs:
        return None
    made = planning.plan(ports, project, environment, slug, port)
    told = receipts.tells(receipts.last(ports, environment), made, {slug: held}, slug)
    return held if told and not made.pending else None


def _work(
    ports: Ports, project: Project, environment: Environment, loaded: Loaded[Model], port: int | None, lock: int
) -> Held:
    slug = loaded.spec.metadata.slug
    ports.progress.note(f"{slug} in {LOCAL}")
    found = releases.compared(project, environment, releases.current(ports, project, environment, None), loaded)
    candidate = train.train(ports, project, loaded, environment, found)
    ports.progress.begin("release")
    proposal = release.propose(ports, project, candidate, environment)
    ports.progress.end("release", proposal.summary)
    made = planning.plan(ports, project, environment, slug, port)
    apply.apply(ports, project, environment, made, lock, slug)
    return releases.current(ports, project, environment, made.base)[slug]


def _lock_again(ports: Ports, loaded: Loaded[Model], candidate: Candidate) -> None:
    """Let dvc.lock beside the code say what is served: a refused run, or a parameter tried and taken back, left another."""
    if candidate.dvc_lock is not None:
        text = ports.store(LOCAL).get(candidate.dvc_lock)
        ports.files.write(ports.root / loaded.source.folder / "dvc.lock", text)


def _ask(ports: Ports, project: Project, environment: Environment, loaded: Loaded[Model], held: Held) -> Asked | None:
    """One real request from the spec's examples."""
    serving = held.spec.serving
    service = _service(ports, project, environment, held)
    if serving is None or service is None or not serving.examples:
        return None
    example = serving.examples[0]
    path = f"{loaded.source.folder}/{example.request}"
    body = ports.files.read(ports.root / path) or b""
    status, answer, seconds = ports.servers.ask(service, PREDICT, body)
    about = example.description or example.name
    return Asked(about, PREDICT, status, answer.decode(errors="replace").strip(), seconds, path)


def _service(ports: Ports, project: Project, environment: Environment, held: Held) -> Service | None:
    slug = held.release.metadata.slug
    seen = _process(ports, slug)
    if seen is None or not seen.present:
        return None
    work = releases.workloads(project, environment, {slug: held}, {slug: int(seen.fields["runs"]["port"])})
    return work.services[0] if work.services else None


def _port_is_ours(ports: Ports, slug: str, environment: Environment, asked: int | None) -> None:
    """Say at once that a port is taken, before anything is trained or loaded. Raises `World` (WL530)."""
    recorded = {one.identity.owner: int(one.fields["runs"]["port"]) for one in ports.servers.observe(LOCAL)}
    seen, known = _process(ports, slug), recorded.get(slug)
    where = asked or known or planning.next_port(environment, recorded.values())
    if seen is not None and seen.present and known == where:
        return
    holder = ports.servers.port_holder(where)
    if holder is not None:
        hint = f"`windlass up {slug} --port {where + 1 if where < LAST_PORT else where - 1}` serves elsewhere"
        raise World.one("WL530", f"port {where} is in use by {holder}", hint)


def _process(ports: Ports, slug: str) -> Observed | None:
    return next((seen for seen in ports.servers.observe(LOCAL) if seen.identity.owner == slug), None)


def _counted(candidate: Candidate) -> int:
    """How many things were compared to find that nothing changed: the leaves of the inputs record."""
    return _leaves(candidate.inputs_record)


def _leaves(value: object) -> int:
    if isinstance(value, dict):
        return sum(_leaves(part) for part in value.values())
    if isinstance(value, list):
        return sum(_leaves(part) for part in value)
    return 1
