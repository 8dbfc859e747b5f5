"""Put a proposal on its branch: one commit from the default branch's tip, never through the work tree, pushed if there is a
remote. A newer proposal takes the place of an older one, the same one is left alone."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass import __version__
from windlass.engine import commands
from windlass.engine import evidence as facts
from windlass.engine import release as releases
from windlass.engine.release import Folder
from windlass.flows.releasing import shelf
from windlass.model import digests, layout
from windlass.model.failure import Refused, Usage
from windlass.model.proposal import Proposal
from windlass.model.release import Evidence, Pin, Release
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be proposed. ``extra`` are files beside the release folder (locks), ``trailers`` further facts."""

    environment: str
    slug: str
    release: Release
    evidence: Evidence
    model: bytes
    extra: Mapping[str, bytes]
    trailers: Mapping[str, str]


def default_tip(ports: Ports) -> str:
    """The commit that proposals start from: the default branch, as the remote has it where there is one."""
    branch = ports.git.default_branch()
    tip = ports.git.fetch(branch) or ports.git.tip(branch)
    if tip is None:
        raise Usage.one("WL644", f"branch `{branch}` has no commit yet", "commit your specs and environments first")
    return tip


def present(ports: Ports, environment: str, slug: str, tip: str) -> Folder | None:
    """The release that an environment has at a commit. Raises `Refused` (WL421) where it does not verify."""
    files = shelf.at(ports, environment, slug, tip)
    return releases.parse(files, layout.release_folder(environment, slug)) if files else None


def refuse_hold(environment: Environment, before: Folder | None) -> None:
    """A rolled-back release stays until somebody lifts its hold. Raises `Refused` (WL431)."""
    hold = before.release.spec.hold if before else None
    if before is None or hold is None:
        return
    slug, name = before.release.metadata.slug, environment.metadata.name
    raise Refused.one(
        "WL431",
        f"{slug} in {name} is on hold: release {digests.brief(hold.release)} was rolled back by {hold.by} because "
        f"{hold.reason}",
        f"{commands.windlass(environment, f'promote {slug} --to {name} --lift-hold REASON')} once that is solved",
    )


def waiting(ports: Ports, environment: str, slug: str) -> Pin | None:
    """The pin of the release proposal that waits for its merge, where others see it; `local` has no branches."""
    if environment == LOCAL:
        return None
    branch = layout.proposal_branch("release", environment, slug)
    commit = ports.git.fetch(branch)
    found = releases.examine(shelf.at(ports, environment, slug, commit))[0] if commit else None
    return found.release.spec.pin if found else None


def propose(ports: Ports, movement: str, tip: str, draft: Draft) -> Proposal:
    """Commit and push. The branch is the proposal: whoever merges it agrees."""
    branch = layout.proposal_branch(movement, draft.environment, draft.slug)
    folder = layout.release_folder(draft.environment, draft.slug)
    files = releases.render_files(draft.release, draft.evidence, draft.model)
    there, here = ports.git.fetch(branch), ports.git.tip(branch)
    waiting = _waiting(ports, draft, there or here, tip)
    commit = there or here
    same = waiting is not None and _same(waiting, draft) and commit is not None
    if not same:
        changed = {f"{folder}/{name}": data for name, data in files.items()} | dict(draft.extra)
        commit = ports.git.write_commit(tip, changed, _message(movement, tip, draft, files))
        ports.progress.point("release.commit")
    if commit != here and commit is not None:
        ports.git.move_branch(branch, commit, here)
        ports.progress.point("release.branch")
    pushed = ports.git.push(branch, expected=there) if commit != there else ports.git.has_remote()
    shown = waiting if same and waiting else releases.parse(files, folder)
    return Proposal(
        environment=draft.environment,
        slug=draft.slug,
        release=shown.release,
        evidence=draft.evidence,
        folder=folder,
        changed=not same,
        branch=branch,
        commit=commit,
        pushed=pushed,
        replaces=_words(waiting) if waiting and not same else "",
    )


def _waiting(ports: Ports, draft: Draft, commit: str | None, tip: str) -> Folder | None:
    """The proposal on the branch, unless it was merged already (a squash leaves the branch where it was)."""
    if commit is None or ports.git.is_ancestor(commit, tip):
        return None
    files = shelf.at(ports, draft.environment, draft.slug, commit)
    found, wrong = releases.examine(files)
    late = found is not None and found.release.spec.generation < draft.release.spec.generation
    return None if wrong or late else found


def _same(waiting: Folder, draft: Draft) -> bool:
    mine = draft.release.model_copy(update={"spec": draft.release.spec.model_copy(update={"seal": releases.UNSEALED})})
    theirs = waiting.release
    theirs = theirs.model_copy(update={"spec": theirs.spec.model_copy(update={"seal": releases.UNSEALED})})
    return mine.plain() == theirs.plain() and facts.same(waiting.evidence, draft.evidence)


def _words(folder: Folder) -> str:
    spec = folder.release.spec
    return f"release {digests.brief(folder.release.digest)} (generation {spec.generation})"


def _message(movement: str, tip: str, draft: Draft, files: Mapping[str, bytes]) -> str:
    release = draft.release
    source = release.spec.promoted_from
    verb = {"release": "release", "promote": "promote", "rollback": "roll back"}[movement]
    subject = f"{verb} {draft.slug} in {draft.environment}: generation {release.spec.generation}"
    trailers = {
        "Windlass-Change": movement,
        "Windlass-Environment": draft.environment,
        "Windlass-Model": draft.slug,
        "Windlass-Release": release.digest,
        "Windlass-Generation": str(release.spec.generation),
        "Windlass-Evidence": releases.evidence_digest(files),
        "Windlass-Render": draft.evidence.render_digest,
        "Windlass-Approvals": str(draft.evidence.approvals_needed),
        **({"Windlass-Promoted-From": f"{source.environment} {tip}"} if movement == "promote" and source else {}),
        **draft.trailers,
        "Windlass-Tool": __version__,
    }
    reason = f"{draft.evidence.reason}\n\n" if draft.evidence.reason else ""
    told = "\n".join(f"{check.name}: {check.detail}" for check in draft.evidence.checks)
    return f"{subject}\n\n{reason}{told}\n\n" + "".join(
        f"{key}: {' '.join(value.split())}\n" for key, value in trailers.items()
    )
