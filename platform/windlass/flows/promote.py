"""Propose for one environment what the environment before it serves: the same digest, with evidence, after every refusal
that a promotion can meet."""

from collections.abc import Mapping
from dataclasses import replace

from windlass import __version__
from windlass.engine import commands, gates, resolve
from windlass.engine import evidence as facts
from windlass.engine import release as releases
from windlass.engine.release import Folder
from windlass.flows import actor, load
from windlass.flows.releasing import proposing, witness
from windlass.flows.releasing.becomes import Becoming, becomes, permitted
from windlass.flows.releasing.proposing import Draft
from windlass.flows.releasing.releases import Held
from windlass.flows.training import judged
from windlass.flows.training.champions import champions
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Refused, Usage
from windlass.model.gates import GateResult
from windlass.model.project import Project
from windlass.model.proposal import Proposal
from windlass.model.release import Check, Evidence, PromotedFrom, Release
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import ModelSpec
from windlass.ports import Ports

GATE_HINT = "nothing is promoted: judged by the gates of the promoted spec, against the release that is there now"


def at_tip(ports: Ports, environment: str, rehearse: bool) -> tuple[str, Project, Environment]:
    """The default branch's tip, and what stands there: a promotion reads nothing of the work tree. A mistake in some other
    spec there keeps nobody from promoting or rolling back; one in the environment makes it unknown."""
    tip = proposing.default_tip(ports)
    project, _ = load.load(replace(ports, files=ports.git.tree(tip)))
    if environment == LOCAL:
        message = "`local` is outside the chain: nothing is promoted to it or rolled back in it"
        raise Usage.one("WL643", message, "`windlass up` serves here what the specs say")
    return tip, project, resolve.environment(project, environment, rehearse)


def slug_of(project: Project, text: str, environment: str) -> str:
    """The model that is meant, also one whose spec is gone while its release is still there. Raises `Usage`."""
    if (environment, text) in project.releases:
        return text
    return resolve.model(project, text).spec.metadata.slug


def promote(
    ports: Ports, project: Project, environment: Environment, slug: str, tip: str, lift_hold: str | None = None
) -> Proposal:
    """Propose. Raises `Refused`: WL401 gate, WL421 and WL422 what does not verify, WL430 the chain, WL431 hold, WL433 not
    served well, WL434 soak."""
    name = environment.metadata.name
    before = proposing.present(ports, name, slug, tip)
    if environment.spec.promotes_from is None:
        return _lifted_at_head(ports, project, environment, slug, tip, before, lift_hold)
    source = _source(ports, project, environment, slug, tip)
    soak = witness.soaked(ports, environment, slug, source)
    if lift_hold is None:
        proposing.refuse_hold(environment, before)
    promoted = PromotedFrom(environment=source.evidence.environment, release=source.release.digest)
    draft = _draft(
        ports, project, environment, source, before, promoted, (soak, witness.same_bytes(ports, source)), lift_hold, tip
    )
    if _nothing_to_do(before, draft):
        assert before is not None
        folder = layout.release_folder(name, slug)
        return Proposal(name, slug, before.release, before.evidence, folder, changed=False)
    trailers = {"Windlass-Lift-Hold": lift_hold} if lift_hold else {}
    return proposing.propose(ports, "promote", tip, replace(draft, trailers=trailers))


def _lifted_at_head(
    ports: Ports,
    project: Project,
    environment: Environment,
    slug: str,
    tip: str,
    before: Folder | None,
    lift_hold: str | None,
) -> Proposal:
    """Nothing is promoted to the head, but a hold there must be liftable too: the same pin without it."""
    name = environment.metadata.name
    if lift_hold is None or before is None or before.release.spec.hold is None:
        message = f"`{name}` is the head of the chain: its releases come from training, not from another environment"
        raise Usage.one("WL643", message, commands.windlass(environment, f"train {slug} --env {name}"))
    draft = _draft(ports, project, environment, before, before, None, (), lift_hold, tip)
    return proposing.propose(ports, "promote", tip, replace(draft, trailers={"Windlass-Lift-Hold": lift_hold}))


def _serves(ports: Ports, environment: str, slug: str, tip: str) -> Release | None:
    folder = proposing.present(ports, environment, slug, tip)
    return folder.release if folder else None


def _source(ports: Ports, project: Project, environment: Environment, slug: str, tip: str) -> Folder:
    before = str(environment.spec.promotes_from)
    found = proposing.present(ports, before, slug, tip)
    if found is None:
        name = environment.metadata.name
        way = " -> ".join(_way(project, name))
        message = f"{before} has no release of {slug}, so {name} cannot get one: the chain is {way}"
        verb = f"promote {slug} --to" if before != resolve.head(project) else f"train {slug} --env"
        first = commands.windlass(environment, f"{verb} {before}")
        raise Refused.one("WL430", message, f"first {first}, and merge it")
    return found


def _way(project: Project, environment: str) -> list[str]:
    """The environments that a release passes on its way, the head first. A circle, a finding of its own, ends it too."""
    way = [environment]
    while (loaded := project.environments.get(way[0])) and (before := loaded.spec.spec.promotes_from):
        if before in way:
            break
        way.insert(0, before)
    return way


def _draft(
    ports: Ports,
    project: Project,
    environment: Environment,
    source: Folder,
    before: Folder | None,
    promoted: PromotedFrom | None,
    checks: tuple[Check, ...],
    lift_hold: str | None,
    tip: str,
) -> Draft:
    name, pin = environment.metadata.name, source.release.spec.pin
    slug = source.release.metadata.slug
    spec = resolve.effective(project, source.spec, name)
    found = champions(slug, spec, lambda one: _serves(ports, name, one, tip))
    same_data = judged.comparable(spec, pin.data, found)
    tried = judged.Tried(pin.inputs, source.release.spec.metrics, pin.data, pin.model.digest)
    results = judged.judge(spec, tried, found)
    if wrong := [gates.sentence(result) for result in results if not result.passed]:
        refused = [Diagnostic("WL401", f"{slug} in {name}: {told}") for told in wrong]
        raise Refused([*refused[:-1], replace(refused[-1], hint=GATE_HINT)])
    release = releases.draft(
        slug,
        pin,
        before.release if before else None,
        source.release.spec.source,
        version=source.release.spec.version,
        metrics=source.release.spec.metrics,
        promoted_from=promoted,
    )
    lifted = (Check(name="hold", outcome="asks", detail=f"lifted: {lift_hold}"),) if lift_hold else ()
    checks = (facts.gate_check(judged.summary(results), same_data), *checks, *lifted)
    proof = _evidence(ports, project, environment, source, before, release, spec, results, checks, same_data)
    proof = proof.model_copy(update={"reason": lift_hold or "", "rivals": found.digests})
    return Draft(name, slug, release, proof, source.files[releases.MODEL], {}, {})


def _evidence(
    ports: Ports,
    project: Project,
    environment: Environment,
    source: Folder,
    before: Folder | None,
    release: Release,
    spec: ModelSpec,
    results: tuple[GateResult, ...],
    checks: tuple[Check, ...],
    same_data: bool,
) -> Evidence:
    name, slug = environment.metadata.name, release.metadata.slug
    now = project.models.get(slug)
    risk = facts.riskier(spec.governance.risk_class, *([now.spec.spec.governance.risk_class] if now else []))
    needed = facts.approvals_needed(environment, risk, same_data)
    author = actor.name(ports)
    proof = source.evidence.model_copy(
        update={
            "environment": name,
            "movement": "promote",
            "approvals_needed": needed,
            "author": author,
            "gates": results,
            "champion": before.release.digest if before else None,
            "champion_metrics": before.release.spec.metrics if before else {},
            "tool": __version__,
        }
    )
    after = permitted(ports, project, environment, Held(release, spec, proof, {}))
    change = _change(ports, project, environment, release, after, before)
    checks = (*checks, change, facts.approvals_check(needed, environment, risk, author, same_data))
    return proof.model_copy(update={"checks": checks, "render_digest": after.digest})


def _change(
    ports: Ports,
    project: Project,
    environment: Environment,
    release: Release,
    after: Becoming,
    before: Folder | None,
) -> Check:
    """What would be rendered now against what was before, in objects."""
    name, new = environment.metadata.name, after.objects
    old: Mapping[str, str] = {}
    if before is not None:
        was = resolve.effective(project, before.spec, name)
        old = becomes(ports, project, environment, Held(before.release, was, before.evidence, {})).objects
    counts = (
        f"+{len(new.keys() - old.keys())}",
        f"~{sum(1 for key in new.keys() & old.keys() if new[key] != old[key])}",
        f"-{len(old.keys() - new.keys())}",
    )
    generations = f"generation {before.release.spec.generation if before else 0} -> {release.spec.generation}"
    return Check(name="change", outcome="passed", detail=f"{' '.join(counts)} objects in {name}, {generations}")


def _nothing_to_do(before: Folder | None, draft: Draft) -> bool:
    """Whether the environment has this release already, with evidence that still holds."""
    return (
        before is not None
        and before.release.digest == draft.release.digest
        and before.release.spec.hold is None
        and before.evidence.render_digest == draft.evidence.render_digest
    )
