"""A proposal in words: the evidence as a reviewer reads it, where it waits, and what to do with it."""

import json
from typing import Any

from windlass.model.proposal import Proposal
from windlass.model.release import Check
from windlass.views.words import columns, plural, short


def as_text(proposal: Proposal, remote: bool, rehearsed: bool = False) -> str:
    """The end of ``promote`` and ``rollback``."""
    if proposal.branch is None:
        spec = proposal.release.spec
        return (
            f"nothing to propose: {proposal.environment} has release {short(proposal.release.digest)} of {proposal.slug} "
            f"already, as generation {spec.generation}"
        )
    lines = [f"evidence   {_counts(proposal.evidence.checks)}"]
    lines.append(columns([[check.name, check.detail] for check in proposal.evidence.checks], indent=3))
    state = "pushed" if proposal.pushed else "on this machine alone: there is no remote"
    lines.append(f"branch     {proposal.branch}   {(proposal.commit or '')[:10]}, {state}")
    if proposal.replaces:
        lines.append(f"           instead of {proposal.replaces}; approvals of that one lapse")
    elif not proposal.changed:
        lines.append("           it was proposed before: nothing new was written")
    lines.append(_next(proposal, remote, rehearsed))
    return "\n".join(lines)


def as_json(proposal: Proposal) -> str:
    """One object: what, where, why."""
    value: dict[str, Any] = {
        "environment": proposal.environment,
        "model": proposal.slug,
        "changed": proposal.changed,
        "release": proposal.release.digest,
        "generation": proposal.release.spec.generation,
        "folder": proposal.folder,
        "branch": proposal.branch,
        "commit": proposal.commit,
        "pushed": proposal.pushed,
        "replaces": proposal.replaces,
        "evidence": proposal.evidence.plain(),
    }
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)


def _counts(checks: tuple[Check, ...]) -> str:
    passed = sum(1 for check in checks if check.outcome == "passed")
    asks = sum(1 for check in checks if check.outcome == "asks")
    told = f"{plural(passed, 'check')} passed"
    return told + (f", {asks} {'asks' if asks == 1 else 'ask'} for a person" if asks else "")


def _next(proposal: Proposal, remote: bool, rehearsed: bool) -> str:
    branch = f"origin/{proposal.branch}" if remote else proposal.branch
    flag = " --rehearse" if rehearsed else ""
    merge = f"git merge --no-ff {branch}" + ("   and push: the merge is the approval" if remote else "")
    return f"next       {merge}\n           windlass apply {proposal.environment}{flag}"
