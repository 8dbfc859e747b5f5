"""An audit as JSON: stable keys, full digests, RFC 3339 times in UTC."""

import json
from datetime import UTC, datetime
from typing import Any

from windlass.model.audit import Audit, Chain, Entry, Moved
from windlass.model.receipt import Receipt


def as_json(audit: Audit) -> str:
    """One object: the instant asked about, the entries, the ledgers that were read."""
    value = {
        "at": _time(audit.at),
        "sound": audit.sound,
        "entries": [_entry(entry) for entry in audit.entries],
        "changing": [_receipt(receipt) for receipt in audit.under_way],
        "ledgers": [_chain(chain) for chain in audit.chains],
    }
    return json.dumps(value, sort_keys=True, indent=2, ensure_ascii=False)


def _entry(entry: Entry) -> dict[str, Any]:
    served, release, evidence = entry.served, entry.release, entry.evidence
    return {
        "environment": entry.environment,
        "model": entry.slug,
        "since": _time(entry.since),
        "until": _time(entry.until),
        "healthy": served.healthy,
        "generation": served.generation,
        "release": served.release,
        "modelDigest": served.model,
        "bento": served.bento,
        "inputs": served.inputs,
        "registry": entry.registry,
        "version": entry.version,
        "data": [one.plain() for one in release.spec.pin.data] if release else [],
        "source": release.spec.source.plain() if release else None,
        "metrics": release.spec.metrics if release else {},
        "trained": evidence.trained.plain() if evidence and evidence.trained else None,
        "way": [_moved(moved) for moved in entry.way],
        "receipt": _receipt(entry.began),
        "problems": list(entry.problems),
    }


def _moved(moved: Moved) -> dict[str, Any]:
    return {
        "environment": moved.environment,
        "movement": moved.movement,
        "generation": moved.generation,
        "commit": moved.commit,
        "mergedAt": _time(moved.when),
        "proposedBy": moved.proposer or None,
        "mergedBy": moved.merged.plain(),
        "approvals": [one.plain() for one in moved.approvals],
        "approvalsNeeded": moved.needed,
        "approvalsHad": len(moved.approvals),
        "samePerson": moved.alone,
        "evidence": moved.evidence,
        "reason": moved.reason or None,
        "servedSince": _time(moved.served_since),
    }


def _receipt(receipt: Receipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "digest": receipt.digest,
        "environment": receipt.environment,
        "commit": receipt.commit,
        "plan": receipt.plan,
        "actor": receipt.actor,
        "startedAt": receipt.started_at,
        "finishedAt": receipt.finished_at,
        "outcome": receipt.outcome,
    }


def _chain(chain: Chain) -> dict[str, Any]:
    return {
        "environment": chain.environment,
        "rehearsed": chain.rehearsed,
        "receipts": chain.receipts,
        "problem": chain.problem or None,
    }


def _time(when: datetime | None) -> str | None:
    return when.astimezone(UTC).isoformat().replace("+00:00", "Z") if when else None
