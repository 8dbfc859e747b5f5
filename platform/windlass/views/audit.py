"""An audit in words: the timeline, and for what serves (or served then) the way back to data and code."""

from collections.abc import Sequence

from windlass.engine import commands
from windlass.model.audit import Audit, Chain, Entry, Moved
from windlass.model.candidate import DataPin
from windlass.model.receipt import Approval
from windlass.views.words import columns, instant, number, plural, short, table

HEAD = (
    "since",
    "until",
    "environment",
    "model",
    "generation",
    "version",
    "release",
    "moved by",
    "let in by",
    "receipt",
)
PROOFS = {"forge": "verified by the forge", "signature": "verified by signature", "claimed": "claimed"}


def as_text(audit: Audit, rehearsed: bool = False) -> str:
    """The whole answer."""
    blocks = []
    if audit.at is None:
        blocks.append(_timeline(audit.entries, rehearsed))
    shown = audit.entries if audit.at is not None else [entry for entry in audit.entries if entry.until is None]
    if audit.at is not None and not shown:
        blocks.append(f"{instant(audit.at)}   nothing was served yet, by the ledgers that were read")
    blocks += [_entry(entry, audit) for entry in shown]
    blocks += [
        f"{receipt.environment} was changing then: receipt {receipt.number:06d} was at work from "
        f"{instant(receipt.started_at)} to {instant(receipt.finished_at)}"
        for receipt in audit.under_way
    ]
    wrong = [
        f"{chain.environment}: the ledger does not verify: {chain.problem}  WL422"
        for chain in audit.chains
        if chain.problem
    ]
    return "\n\n".join([*blocks, *wrong])


def _timeline(entries: Sequence[Entry], rehearsed: bool) -> str:
    if not entries:
        apply, audit = commands.plain(rehearsed, "apply ENV"), commands.plain(True, "audit")
        other = "" if rehearsed else f"; `{audit}` reads what was rehearsed"
        return f"no ledger has a receipt yet: `{apply}` writes the first{other}"
    return table(HEAD, [_row(entry) for entry in entries])


def _row(entry: Entry) -> list[str]:
    moved = entry.way[0] if entry.way else None
    return [
        instant(entry.since),
        instant(entry.until) if entry.until else "now",
        entry.environment,
        entry.slug,
        f"{entry.served.generation}{'' if entry.served.healthy else ' unhealthy'}",
        entry.version or "-",
        short(entry.served.release),
        f"{moved.movement} of {_name(moved.proposer)}"
        if moved and moved.proposer
        else moved.movement
        if moved
        else "-",
        f"{_name(moved.merged.login)} ({PROOFS[moved.merged.proof]})" if moved else "-",
        f"{entry.began.number:06d}",
    ]


def _entry(entry: Entry, audit: Audit) -> str:
    health = "healthy" if entry.served.healthy else "NOT healthy"
    head = (
        f"{instant(audit.at) if audit.at else 'now'}   {entry.environment} {entry.slug}   generation "
        f"{entry.served.generation}, serving since {instant(entry.since)} (receipt {entry.began.number:06d}, {health})"
    )
    rows = [*_lineage(entry), *_moves(entry.way), *_applied(entry), ["verify", _verified(entry, audit.chains)]]
    return f"{head}\n{columns(rows)}"


def _lineage(entry: Entry) -> list[list[str]]:
    release, evidence, served = entry.release, entry.evidence, entry.served
    if release is None:
        known = f"{entry.registry} version {entry.version or '-'}   " if entry.registry else ""
        made = [["", f"trained {instant(entry.trained)}, inputs {short(served.inputs)}"]] if entry.trained else []
        inputs = "" if made else f"   inputs {short(served.inputs)}"
        return [["model", f"{known}{served.model}{inputs}"], *made, ["bento", served.bento or "none"]]
    pin, source = release.spec.pin, release.spec.source
    when = f"trained {instant(entry.trained)} " if entry.trained else ""
    where = f"from commit {source.commit}" if source.commit else "from no commit"
    dirty = ", with changes that were never committed" if source.dirty else ""
    rows = [
        ["model", f"{pin.model.registry} version {entry.version or '-'}   {pin.model.digest}"],
        ["", f"{when}{where}{dirty}, inputs {short(pin.inputs)}"],
    ]
    rows += [["data", _data(one)] for one in pin.data]
    if evidence is not None and evidence.trained is not None and evidence.trained.params:
        rows.append(
            ["params", "  ".join(f"{key} {number(value)}" for key, value in sorted(evidence.trained.params.items()))]
        )
    flat = {key: value for key, value in release.spec.metrics.items() if not isinstance(value, dict)}
    if flat:
        rows.append(["metrics", "  ".join(f"{key} {number(value)}" for key, value in sorted(flat.items()))])
    if pin.bento is not None:
        rows.append(["bento", f"{pin.bento.tag}   {pin.bento.digest}"])
    return rows


def _data(one: DataPin) -> str:
    words = [f"{one.dataset} @ md5:{one.md5}"]
    words += [f"{one.rows:,} rows"] if one.rows is not None else []
    words += [f"licence {one.licence}"] if one.licence else []
    words += [f"personal data: {one.personal_data}"] if one.personal_data else []
    return ", ".join(words)


def _moves(way: Sequence[Moved]) -> list[list[str]]:
    rows = []
    for index, moved in enumerate(way):
        verb = {"release": "released", "promote": "promoted", "rollback": "rolled back"}[moved.movement]
        proposer = f", proposed by {moved.proposer}" if moved.proposer else ", proposed by nobody: committed directly"
        alone = "; the same person proposed and merged" if moved.alone else ""
        where = f"in {moved.environment} as generation {moved.generation}, {instant(moved.when)}"
        rows.append([verb, where] if index == 0 else ["", f"{verb} {where}"])
        rows.append(["", f"  merged by {_approval(moved.merged)} in {moved.commit[:10]}{proposer}{alone}"])
        rows.append(["", f"  {_approved(moved)}"])
        rows.append(
            ["", f"  evidence {short(moved.evidence)}" + (f", because: {moved.reason}" if moved.reason else "")]
        )
        if index > 0 and moved.served_since:
            rows.append(["", f"  served there since {instant(moved.served_since)}"])
    return rows


def _approved(moved: Moved) -> str:
    """Who agreed besides the author, against how many had to."""
    count, needed = len(moved.approvals), moved.needed
    asked = f"{count} of {needed} needed" if needed else "none needed"
    short_of = "; TOO FEW" if count < needed else ""
    who = ", ".join(_approval(one) for one in moved.approvals)
    if not who:
        who = "nobody but its author (claimed)" if moved.alone else "nobody but its author, as far as git tells"
    return f"approved by {who}: {asked}{short_of}"


def _approval(one: Approval) -> str:
    return f"{one.login} ({PROOFS[one.proof]})"


def _applied(entry: Entry) -> list[list[str]]:
    receipt = entry.began
    span = f"{instant(receipt.started_at)} to {instant(receipt.finished_at)}"
    commit = f", commit {receipt.commit[:10]}" if receipt.commit else ""
    return [["applied", f"plan {short(receipt.plan)} by {receipt.actor}{commit}, {span}"]]


def _verified(entry: Entry, chains: Sequence[Chain]) -> str:
    mine = [chain for chain in chains if chain.environment == entry.environment]
    told = [f"ledger chain ok ({plural(chain.receipts, 'receipt')})" for chain in mine if not chain.problem]
    if entry.release is not None and not entry.problems:
        told.append("release, seal and evidence ok")
    told += [f"NOT ok: {problem}" for problem in entry.problems]
    return " · ".join(told) or "nothing could be verified"


def _name(who: str) -> str:
    return who.partition(" <")[0]
