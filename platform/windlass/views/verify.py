"""What was recomputed, as a table or JSON: one row per release while all is well, each bad proof by itself."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from windlass.model.proof import Proof
from windlass.views.words import columns, plural

LEDGER = "ledger"


def as_text(proofs: Sequence[Proof]) -> str:
    """A row per release and ledger; what does not verify stands below, with what to do."""
    if not proofs:
        return "there is nothing to verify: no release and no receipt yet"
    subjects = list(dict.fromkeys((proof.environment, proof.slug) for proof in proofs))
    rows = [
        _row(subject, [proof for proof in proofs if (proof.environment, proof.slug) == subject]) for subject in subjects
    ]
    bad = [proof for proof in proofs if proof.outcome == "bad"]
    lines = [columns(rows, indent=0)]
    lines += [f"  bad  {_about(proof)}  {proof.check}: {proof.detail}  WL421" for proof in bad]
    lines += [
        f"  warning  {_about(proof)}  {proof.check}: {proof.detail}" for proof in proofs if proof.outcome == "warns"
    ]
    ok = sum(1 for proof in proofs if proof.outcome == "ok")
    absent = sum(1 for proof in proofs if proof.outcome == "absent")
    told = f"{plural(ok, 'proof')} ok"
    told += f", {absent} not on this machine" if absent else ""
    told += f", {len(bad)} bad" if bad else ""
    return "\n".join([*lines, told])


def as_json(proofs: Sequence[Proof]) -> str:
    """Every proof."""
    bad = any(proof.outcome == "bad" for proof in proofs)
    return json.dumps({"verified": not bad, "proofs": [asdict(proof) for proof in proofs]}, sort_keys=True, indent=2)


def _row(subject: tuple[str, str], proofs: Sequence[Proof]) -> list[str]:
    by_outcome = {word: [proof.check for proof in proofs if proof.outcome == word] for word in ("ok", "absent", "bad")}
    verdict = "BAD" if by_outcome["bad"] else "ok"
    told = " ".join(dict.fromkeys(by_outcome["ok"]))
    if by_outcome["absent"]:
        told += f"   not here: {' '.join(dict.fromkeys(by_outcome['absent']))}"
    return [subject[0], subject[1] or LEDGER, verdict, told]


def _about(proof: Proof) -> str:
    return f"{proof.environment} {proof.slug}".strip()
