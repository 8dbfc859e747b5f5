"""What ``windlass up`` says at the end: the table, one real question and its answer, and what to try next."""

import json
from collections.abc import Mapping
from typing import Any

from windlass.model.served import Asked, Up
from windlass.views.words import columns, instant, number, short


def as_text(result: Up) -> str:
    """The end of a first run, or the one line of a run that found nothing to do."""
    if result.idle:
        return _idle(result)
    blocks = [_table(result)]
    if result.asked:
        blocks.append(_asked(result.asked))
    blocks.append(_next(result))
    return "\n\n".join(blocks)


def as_json(result: Up) -> str:
    """One object: what is served, where, and what it answered."""
    return json.dumps(_plain(result), sort_keys=True, indent=2)


def _plain(result: Up) -> Mapping[str, Any]:
    spec = result.release.spec
    return {
        "model": result.slug,
        "changed": not result.idle,
        "version": spec.version,
        "release": result.release.digest,
        "generation": spec.generation,
        "modelDigest": spec.pin.model.digest,
        "bento": {"tag": spec.pin.bento.tag, "digest": spec.pin.bento.digest} if spec.pin.bento else None,
        "inputs": spec.pin.inputs,
        "metrics": spec.metrics,
        "gates": [gate.plain() for gate in result.candidate.gates] if result.candidate else [],
        "url": result.url,
        "pid": result.pid,
        "answer": json.loads(result.asked.answer) if result.asked and result.asked.status == 200 else None,
        "seconds": round(result.seconds, 3),
    }


def _idle(result: Up) -> str:
    served = f"served since {instant(result.since)} at {result.url}, " if result.url else ""
    version = result.release.spec.version
    return (
        f"{result.slug} in local   nothing to do: {served}version {version}, all {result.inputs} inputs unchanged"
        f"   {result.seconds:.1f} s"
    )


def _table(result: Up) -> str:
    spec = result.release.spec
    gates = result.candidate.gates if result.candidate else ()
    rows = [
        ["model", f"{spec.pin.model.registry} version {spec.version}", short(spec.pin.model.digest)],
        *([["bento", spec.pin.bento.tag, short(spec.pin.bento.digest)]] if spec.pin.bento else []),
        ["release", f"generation {spec.generation}", short(result.release.digest)],
    ]
    rows += [
        ["gate", f"{gate.metric} {number(gate.value)}", _verdict(gate.comparison, gate.limit, gate.note)]
        for gate in gates
        if gate.slice is None
    ]
    if result.url:
        rows.append(["serves", result.url, f"pid {result.pid}"])
    return columns(rows)


def _verdict(comparison: str, limit: float | None, note: str) -> str:
    return note if limit is None else f"{comparison} {number(limit)}" + (f" ({note})" if note else "")


def _asked(asked: Asked) -> str:
    outcome = asked.answer if asked.status == 200 else f"HTTP {asked.status} {asked.answer}"
    return f"  asked     POST {asked.path}  {asked.about}\n  answered  {outcome}   in {1000 * asked.seconds:.0f} ms"


def _next(result: Up) -> str:
    lines = []
    if result.url and result.asked:
        lines.append(
            f"curl -s {result.url}{result.asked.path} -H 'content-type: application/json' -d @{result.asked.file}"
        )
    lines.append(f"windlass logs {result.slug} -f · windlass status · windlass down · make tour")
    return "next   " + "\n       ".join(lines)
