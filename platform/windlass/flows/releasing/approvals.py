"""Who agreed to a release, as git tells it: who committed the merge that brought it in, whom that merge names as reviewers, and
who approved it by a commit of their own. A name is claimed; a good signature proves it."""

from collections.abc import Iterator, Mapping, Sequence

from windlass.engine import approvals as rules
from windlass.engine import evidence as facts
from windlass.engine import release as releases
from windlass.engine.approvals import Claim
from windlass.engine.release import Folder
from windlass.flows.releasing import history, shelf
from windlass.flows.releasing.releases import Held
from windlass.model import layout
from windlass.model.plan import Change, Verdict
from windlass.model.project import Project
from windlass.model.receipt import Approval, Receipt
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Commit, Ports

REVIEWED = "Reviewed-by"
MOVING = ("create", "update", "replace")


def of(ports: Ports, environment: Environment, slug: str, base: str | None) -> tuple[Approval, ...]:
    """The approvals of the release that an environment has at a commit. `local` needs nobody's."""
    if base is None or environment.metadata.name == LOCAL:
        return ()
    return counted(ports, environment.metadata.name, slug, base, rules.asks_for_signatures(environment))


def counted(
    ports: Ports, environment: str, slug: str, base: str, signed: bool = False, until: str | None = None
) -> tuple[Approval, ...]:
    """The approvals, without its author's, of the release that a folder holds at ``base``. Later commits count up to
    ``until``. Where a shallow clone has cut the merge off, nobody is known to have agreed."""
    merge = history.brought(ports, environment, slug, base)
    folder, _ = releases.examine(shelf.at(ports, environment, slug, base))
    if merge is None or folder is None or (not merge.parents and ports.git.shallow()):
        return ()
    place = layout.release_folder(environment, slug)
    proposal = history.proposal(ports, merge, place)
    authors = [folder.evidence.author]
    if proposal is not None and proposal.sha != merge.sha:
        authors.append(f"{proposal.author} <{proposal.author_email}>")
    claims = [*_merged(ports, merge, proposal, folder, authors), *_later(ports, folder, merge.sha, until or base)]
    return rules.counted(claims, authors, signed)


def verdicts(
    ports: Ports,
    project: Project,
    environment: Environment,
    held: Mapping[str, Held],
    changes: Sequence[Change],
    last: Receipt | None,
    base: str | None,
) -> tuple[Verdict, ...]:
    """The guard's word on every release that would change something here and that the last receipt does not tell. What is
    only repaired was agreed to before, and is not asked again."""
    if environment.metadata.name == LOCAL or base is None:
        return ()
    served = {slug: (one.release, one.generation) for slug, one in last.served.items()} if last else {}
    moving = {
        change.identity.owner for change in changes if change.identity.kind != "PipelineRun" and change.action in MOVING
    }
    asked = [
        slug
        for slug in sorted(moving & held.keys())
        if served.get(slug) != (held[slug].release.digest, held[slug].release.spec.generation)
    ]
    return tuple(_verdict(ports, project, environment, slug, held[slug], base) for slug in asked)


def needed(project: Project, environment: Environment, slug: str, one: Held) -> int:
    """How many must agree to a release that is held; the riskier of the promoted spec and of today's counts."""
    now = project.models.get(slug)
    risks = [one.spec.governance.risk_class, *([now.spec.spec.governance.risk_class] if now else [])]
    return rules.needed(one.evidence, environment, facts.riskier(*risks))


def approval(merge: Commit) -> Approval:
    """What a commit says of who made it: the signer where that is proven, else the committer's name."""
    proven = merge.signature == "G" and bool(merge.signer)
    return Approval(
        login=merge.signer if proven else committer(merge),
        proof="signature" if merge.signature == "G" else "claimed",
        commit=merge.sha,
        subject=merge.subject,
    )


def committer(commit: Commit) -> str:
    """Name and address of who committed."""
    return f"{commit.committer} <{commit.committer_email}>"


def _verdict(ports: Ports, project: Project, environment: Environment, slug: str, one: Held, base: str) -> Verdict:
    spec = one.release.spec
    had = of(ports, environment, slug, base)
    wanted = needed(project, environment, slug, one)
    return rules.verdict(environment, slug, spec.generation, spec.seal, wanted, had, one.evidence.author)


def _merged(
    ports: Ports, merge: Commit, proposal: Commit | None, folder: Folder, authors: Sequence[str]
) -> Iterator[Claim]:
    """What the merge says, and what commits say that it brought on top of the proposal. In a commit of their own nobody who
    proposed can name reviewers; a merge is no proposal, whoever makes it."""
    yield _by(merge)
    if len(merge.parents) > 1 or not any(rules.same(committer(merge), author) for author in authors):
        yield from _reviewers(merge)
    if len(merge.parents) < 2 or proposal is None:
        return
    for commit in ports.git.log(f"{merge.parents[0]}..{merge.sha}"):
        told = commit.trailers.keys() & {REVIEWED, rules.TRAILER}
        if not told or commit.sha == merge.sha or _mine(commit, authors):
            continue
        if ports.git.is_ancestor(proposal.sha, commit.sha):
            yield from _reviewers(commit)
            yield from _approving(ports, commit, folder)


def _later(ports: Ports, folder: Folder, merge: str, until: str) -> Iterator[Claim]:
    """Commits after the merge that name the seal of what it brought."""
    for commit in ports.git.log(f"{merge}..{until}"):
        yield from _approving(ports, commit, folder)


def _approving(ports: Ports, commit: Commit, folder: Folder) -> Iterator[Claim]:
    if folder.release.spec.seal in commit.trailers.get(rules.TRAILER, ()):
        (checked,) = ports.git.log(commit.sha, limit=1, signatures=True)
        yield _by(checked)


def _by(commit: Commit) -> Claim:
    told = approval(commit)
    return Claim(told, (committer(commit), *([told.login] if told.proof == "signature" else [])))


def _reviewers(commit: Commit) -> Iterator[Claim]:
    """A commit's signature proves who wrote it, not whom it names."""
    for who in commit.trailers.get(REVIEWED, ()):
        if who.strip(" <>"):
            yield Claim(Approval(login=who, proof="claimed", commit=commit.sha, subject=commit.subject), (who,))


def _mine(commit: Commit, authors: Sequence[str]) -> bool:
    people = (f"{commit.author} <{commit.author_email}>", committer(commit))
    return any(rules.same(one, author) for one in people for author in authors)
