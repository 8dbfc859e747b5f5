"""Who counts as agreeing to a release: everybody who says so, each person once, and never its author."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from windlass.engine import evidence as facts
from windlass.model.plan import Verdict
from windlass.model.receipt import Approval
from windlass.model.release import Evidence
from windlass.model.specs.environment import Environment

TRAILER = "Windlass-Approves"
"""The trailer of a later commit that approves a release which is merged already: it names the seal."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One approval as git tells it. ``people`` are all who may stand behind it: the committer, and who signed."""

    approval: Approval
    people: tuple[str, ...]


def counted(claims: Iterable[Claim], authors: Sequence[str], signed: bool = False) -> tuple[Approval, ...]:
    """The claims that count: of nobody who proposed, of each person one, with ``signed`` only those that are proven."""
    seen: list[str] = [author for author in authors if author]
    found: list[Approval] = []
    for claim in claims:
        if signed and claim.approval.proof == "claimed":
            continue
        if not any(same(one, other) for one in claim.people for other in seen):
            found.append(claim.approval)
            seen += claim.people
    return tuple(found)


def same(one: str, other: str) -> bool:
    """Whether two names mean one person: by address, whatever its case; by name where an address is missing."""
    (name, address), (other_name, other_address) = _parts(one), _parts(other)
    if address and other_address:
        return address == other_address
    return bool(name) and name == other_name


def needed(evidence: Evidence, environment: Environment, risk: str) -> int:
    """How many must agree: what the evidence said when it was proposed, and never less than what is asked for now."""
    return max(evidence.approvals_needed, facts.approvals_needed(environment, risk, comparable=True))


def verdict(
    environment: Environment, slug: str, generation: int, seal: str, wanted: int, had: Sequence[Approval], author: str
) -> Verdict:
    """The guard's word on one release that an environment does not serve yet. A rehearsal is one person's laptop: there too
    few approvals are a warning that says what the environment itself would do."""
    name = environment.metadata.name
    told = ", ".join(f"{one.login} ({one.proof})" for one in had) or "nobody but its author"
    reason = f"generation {generation} of {slug} has {len(had)} of {wanted} approvals: {told}"
    if len(had) >= wanted:
        return Verdict(guard="approvals", allowed=True, subject=slug, reason=reason)
    commit = f'git commit --allow-empty -m "approve {slug} in {name}" -m "{TRAILER}: {seal}"'
    signed = ", signed" if asks_for_signatures(environment) else ""
    hint = (
        f"somebody other than {author or 'the one who proposed'} commits{signed} `{commit}`; next time another person "
        "merges, or the merge says `Reviewed-by: Name <email>`"
    )
    if environment.spec.rehearsed:
        hint = f"this rehearsal goes on, {name} itself would refuse until {hint}"
    return Verdict(
        guard="approvals",
        allowed=environment.spec.rehearsed,
        subject=slug,
        reason=reason,
        hint=hint,
        code="WL413",
        warning=environment.spec.rehearsed,
    )


def asks_for_signatures(environment: Environment) -> bool:
    """Whether only proven approvals count here."""
    return "signature" in environment.spec.promotion.requires


def _parts(who: str) -> tuple[str, str]:
    name, bracket, rest = who.strip().partition("<")
    if not bracket and "@" in name and " " not in name:
        return "", name.casefold()
    return name.strip().casefold(), rest.partition(">")[0].strip().casefold()
