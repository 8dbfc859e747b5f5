"""Propose the release of a candidate: a folder under `.windlass/` for `local`, elsewhere a branch that waits for its merge."""

from collections.abc import Mapping
from typing import Any

from windlass import __version__
from windlass.engine import evidence as facts
from windlass.engine import release as releases
from windlass.engine import resolve
from windlass.engine.release import Folder
from windlass.flows import actor
from windlass.flows.releasing import proposing, shelf
from windlass.flows.releasing.becomes import permitted
from windlass.flows.releasing.proposing import Draft
from windlass.flows.releasing.releases import Held
from windlass.flows.training import judged, registry
from windlass.flows.training.champions import Champions, champions
from windlass.model import layout
from windlass.model.candidate import Candidate
from windlass.model.failure import Refused
from windlass.model.project import Loaded, Project
from windlass.model.proposal import Proposal
from windlass.model.release import Evidence, Release, ReleaseSource
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.ports import Ports


def propose(ports: Ports, project: Project, candidate: Candidate, environment: Environment) -> Proposal:
    """The release of a candidate that passed. Nothing moves where the environment has the same pin. Raises `Refused` over a
    hold (WL431), where a gate fails against today's champion (WL401), and where what was trained is not merged (WL436)."""
    name, slug = environment.metadata.name, candidate.slug
    loaded = project.models[slug]
    tip = None if name == LOCAL else merged(ports, loaded, environment)
    before = _present(ports, name, slug, tip)
    pin = releases.pin(candidate, loaded.source.value)
    if before is not None and before.release.digest == pin.digest:
        return _nothing(environment, before)
    proposing.refuse_hold(environment, before)
    release = releases.draft(
        slug,
        pin,
        before.release if before else None,
        ReleaseSource(commit=candidate.commit, dirty=candidate.dirty),
        version=registry.number(ports, pin.model),
        metrics=candidate.metrics,
    )
    spec = resolve.effective(project, loaded.source.value, name)
    found = champions(slug, spec, lambda one: _serves(ports, name, one, tip))
    proof = _evidence(ports, project, environment, loaded, candidate, release, before, found)
    model = ports.files.read(ports.root / loaded.source.path) or b""
    if tip is None:
        return _place(ports, slug, release, proof, model)
    trailers = {"Windlass-Inputs": candidate.inputs}
    locks = _locks(ports, project, environment, candidate)
    return proposing.propose(ports, "release", tip, Draft(name, slug, release, proof, model, locks, trailers))


def merged(ports: Ports, loaded: Loaded[Model], environment: Environment) -> str:
    """The default branch's tip, if what stands here is what it asks for; as the remote has it, where there is one. Raises
    `Refused` (WL436) otherwise. It is asked before training too: what cannot be released need not be trained."""
    tip, head, branch = proposing.default_tip(ports), ports.git.head(), ports.git.default_branch()
    slug, name = loaded.spec.metadata.slug, environment.metadata.name
    there = f"origin/{branch}" if ports.git.has_remote() else branch
    if head is None or not ports.git.is_ancestor(head, tip):
        message = f"commit {(head or 'none')[:10]} is not on `{there}`: only what was merged is released in {name}"
        hint = f"merge it into `{branch}`, then the same command again"
        if ports.git.has_remote():
            hint = f"merge it into `{branch}` and `git push origin {branch}`, then the same command again"
        raise Refused.one("WL436", message, hint)
    newer = ports.git.log(f"{head}..{tip}", [loaded.source.folder])
    if any(commit for commit in newer if not commit.trailers.get("Windlass-Release")):
        message = f"`{there}` has a newer {slug} than commit {head[:10]}, which is checked out"
        pull = "git pull" if ports.git.has_remote() else f"git switch {branch}"
        raise Refused.one(
            "WL436", message, f"`{pull}`, then the same command again: {name} gets what `{there}` asks for"
        )
    return tip


def differs(release: Release, loaded: Loaded[Model]) -> bool:
    """Whether the spec as it stands would be another release, even if nothing is trained anew."""
    return releases.spec_digest(loaded.source.value) != release.spec.pin.spec


def _place(ports: Ports, slug: str, release: Release, proof: Evidence, model: bytes) -> Proposal:
    files = releases.render_files(release, proof, model)
    shelf.write_local(ports, slug, files)
    folder = layout.release_folder(LOCAL, slug)
    sealed = releases.parse(files, folder).release
    return Proposal(LOCAL, slug, sealed, proof, folder, changed=True)


def _nothing(environment: Environment, before: Folder) -> Proposal:
    name, slug = environment.metadata.name, before.release.metadata.slug
    return Proposal(name, slug, before.release, before.evidence, layout.release_folder(name, slug), changed=False)


def _present(ports: Ports, environment: str, slug: str, tip: str | None) -> Folder | None:
    return _local(ports, slug) if tip is None else proposing.present(ports, environment, slug, tip)


def _serves(ports: Ports, environment: str, slug: str, tip: str | None) -> Release | None:
    folder = _present(ports, environment, slug, tip)
    return folder.release if folder else None


def _local(ports: Ports, slug: str) -> Folder | None:
    files = shelf.local(ports).get(slug)
    return releases.parse(files, layout.release_folder(LOCAL, slug)) if files else None


def _evidence(
    ports: Ports,
    project: Project,
    environment: Environment,
    loaded: Loaded[Model],
    candidate: Candidate,
    release: Release,
    before: Folder | None,
    found: Champions,
) -> Evidence:
    value: Mapping[str, Any] = loaded.source.value
    spec = resolve.effective(project, value, environment.metadata.name)
    same_data = judged.comparable(spec, candidate.data, found)
    champion = found.own
    tried = judged.Tried(candidate.inputs, candidate.metrics, candidate.data, release.spec.pin.model.digest)
    results = judged.judge(spec, tried, found)
    judged.require(project, loaded, environment.metadata.name, tried, found)
    risk = spec.governance.risk_class
    needed = facts.approvals_needed(environment, risk, same_data)
    author = actor.name(ports)
    digest = release.digest
    proof = Evidence(
        environment=environment.metadata.name,
        team=candidate.team,
        model_name=candidate.model_name,
        release=digest,
        movement="release",
        render_digest=releases.UNSEALED,
        approvals_needed=needed,
        author=author,
        gates=results,
        champion=champion.digest if champion else None,
        metrics=candidate.metrics,
        champion_metrics=champion.spec.metrics if champion else {},
        rivals=found.digests,
        checks=(
            facts.gate_check(judged.summary(results), same_data),
            facts.data_check(candidate.data),
            facts.change_check(before, digest, release.spec.generation),
            facts.approvals_check(needed, environment, risk, author, same_data),
        ),
        trained=facts.trained(candidate),
        tool=__version__,
    )
    rendered = permitted(ports, project, environment, Held(release, spec, proof, {}))
    return proof.model_copy(update={"render_digest": rendered.digest})


def _locks(ports: Ports, project: Project, environment: Environment, candidate: Candidate) -> dict[str, bytes]:
    """The run's dvc.lock of the model and of its datasets, which a release proposal carries."""
    found: dict[str, bytes] = {}
    if candidate.dvc_lock is not None:
        lock = ports.store(environment.metadata.name).get(candidate.dvc_lock)
        found[f"{layout.SPECS}/{candidate.slug}/dvc.lock"] = lock
    work = ports.root / layout.state(environment.metadata.name, "work", candidate.slug)
    for pin in candidate.data:
        path = f"{project.datasets[pin.dataset].source.folder}/dvc.lock"
        data = ports.files.read(work / path) or b""
        # The work folder may have gone on to newer data; the candidate's own revision is what is released.
        if pin.md5.encode() in data:
            found[path] = data
    return found
