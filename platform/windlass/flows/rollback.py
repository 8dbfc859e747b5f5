"""Propose the release before, with a hold on the one that is left, so that nothing is promoted over it by accident."""

from windlass import __version__
from windlass.engine import commands, resolve
from windlass.engine import evidence as facts
from windlass.engine import release as releases
from windlass.engine.release import Folder
from windlass.flows import actor
from windlass.flows.releasing import history, proposing, witness
from windlass.flows.releasing.becomes import becomes, judged
from windlass.flows.releasing.proposing import Draft
from windlass.flows.releasing.releases import Held
from windlass.model import digests, layout
from windlass.model.failure import Refused, Usage
from windlass.model.project import Project
from windlass.model.proposal import Proposal
from windlass.model.release import Check, Hold
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def rollback(
    ports: Ports, project: Project, environment: Environment, slug: str, tip: str, reason: str, to: int | None = None
) -> Proposal:
    """Propose the newest earlier release that was not itself rolled back, or generation ``to``. Raises `Usage` (WL642) where
    there is none to leave or no such generation, `Refused` (WL435) where there is nothing to go back to."""
    name = environment.metadata.name
    before = proposing.present(ports, name, slug, tip)
    if before is None:
        hint = f"{commands.windlass(environment, 'audit')} lists what every environment had"
        raise Usage.one("WL642", f"{name} has no release of {slug}", hint)
    target = _target(ports, name, slug, tip, before, to)
    author = actor.name(ports)
    old = target.release.spec
    release = releases.draft(
        slug,
        old.pin,
        before.release,
        old.source,
        version=old.version,
        metrics=old.metrics,
        promoted_from=old.promoted_from,
        hold=Hold(release=before.release.digest, reason=reason, by=author),
    )
    spec = resolve.effective(project, target.spec, name)
    risk = spec.governance.risk_class
    needed = facts.approvals_needed(environment, risk, comparable=True)
    proof = target.evidence.model_copy(
        update={
            "environment": name,
            "movement": "rollback",
            "approvals_needed": needed,
            "author": author,
            "champion": before.release.digest,
            "champion_metrics": before.release.spec.metrics,
            "reason": reason,
            "tool": __version__,
            "checks": (
                witness.served(ports, environment, slug, target),
                witness.same_bytes(ports, target),
                facts.change_check(before, release.digest, release.spec.generation),
                Check(
                    name="hold", outcome="passed", detail=f"on release {digests.brief(before.release.digest)}: {reason}"
                ),
                facts.approvals_check(needed, environment, risk, author, same_data=True),
            ),
        }
    )
    rendered = becomes(ports, project, environment, Held(release, spec, proof, {}))
    checks = (*proof.checks, *facts.policy_checks(judged(ports, project, environment, rendered)))
    proof = proof.model_copy(update={"checks": checks, "render_digest": rendered.digest})
    draft = Draft(name, slug, release, proof, target.files[releases.MODEL], {}, {})
    return proposing.propose(ports, "rollback", tip, draft)


def _target(ports: Ports, environment: str, slug: str, tip: str, before: Folder, to: int | None) -> Folder:
    moves = list(history.moves(ports, environment, slug, tip))
    if to is not None:
        found = next((move.folder for move in moves if move.folder.release.spec.generation == to), None)
        if found is None:
            known = ", ".join(str(move.folder.release.spec.generation) for move in reversed(moves))
            raise Usage.one("WL642", f"{slug} never had a generation {to} in {environment}", f"there were {known}")
        if found.release.digest == before.release.digest:
            message = f"generation {to} of {slug} is the release that {environment} has now"
            raise Refused.one("WL435", message, "name another one with --to")
        return releases.parse(found.files, layout.release_folder(environment, slug))
    left = {move.folder.release.spec.hold.release for move in moves if move.folder.release.spec.hold}
    for move in moves:
        if move.folder.release.digest not in {before.release.digest, *left}:
            return releases.parse(move.folder.files, layout.release_folder(environment, slug))
    raise Refused.one(
        "WL435",
        f"{environment} had no other release of {slug} to go back to",
        f"to take it away, remove its folder in a commit that says `Windlass-Delete: {slug}`",
    )
