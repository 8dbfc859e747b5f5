"""A proposal in words: the evidence as a reviewer reads it, where it waits, and what to do with it."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from windlass.engine import commands
from windlass.model.proposal import Proposal, Remote, Waiting
from windlass.model.release import Check
from windlass.views.words import columns, plural, short


def as_text(proposal: Proposal, remote: Remote, rehearsed: bool = False) -> str:
    """The end of ``promote`` and ``rollback``."""
    if proposal.branch is None:
        spec = proposal.release.spec
        return (
            f"nothing to propose: {proposal.environment} has release {short(proposal.release.digest)} of {proposal.slug} "
            f"already, as generation {spec.generation}"
        )
    lines = [f"evidence   {_counts(proposal.evidence.checks)}"]
    lines.append(columns([[check.name, check.detail] for check in proposal.evidence.checks], indent=3))
    state = "pushed to origin" if proposal.pushed else "on this machine alone: there is no remote"
    lines.append(f"branch     {proposal.branch}   {(proposal.commit or '')[:10]}, {state}")
    if proposal.replaces:
        lines.append(f"           instead of {proposal.replaces}; approvals of that one lapse")
    elif not proposal.changed:
        lines.append("           it was proposed before: nothing new was written")
    lines.append(next_steps(proposal, remote, rehearsed))
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


def next_steps(proposal: Proposal, remote: Remote, rehearsed: bool) -> str:
    """What to do with a proposal: how it is read, merged and applied. Nothing where there is none."""
    if proposal.branch is None:
        return ""
    needed = proposal.evidence.approvals_needed
    who = f", by somebody other than {proposal.evidence.author}" if needed else ""
    return _steps(proposal.environment, proposal.branch, remote, rehearsed, who)


def waiting(found: Sequence[Waiting], remote: Remote, rehearsed: bool) -> str:
    """Every proposal that waits for its merge, with what to do."""
    blocks = [
        f"waits      {one.slug}: generation {one.generation} of {one.environment} on {remote.ref(one.branch)}\n"
        + _steps(one.environment, one.branch, remote, rehearsed)
        for one in found
    ]
    return "\n".join(blocks)


def waiting_plain(found: Sequence[Waiting]) -> list[dict[str, Any]]:
    """The same as data."""
    return [asdict(one) for one in found]


def _steps(environment: str, branch: str, remote: Remote, rehearsed: bool, who: str = "") -> str:
    """The commands, each in a line of its own so that it can be copied."""
    ref = remote.ref(branch)
    pull, push = (" && git pull", f" && git push origin {remote.main}") if remote.origin else ("", "")
    lines = [
        f"git show {ref}   (the evidence; merging is the approval{who})",
        f"git switch {remote.main}{pull} && git merge --no-ff {ref}{push}",
        commands.plain(rehearsed, f"apply {environment}"),
    ]
    return "next       " + "\n           ".join(lines)
