"""What ``windlass up`` says at the end: the table, one real question and its answer, and what to try next."""

import json
import shlex
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from windlass.model.served import Asked, Up
from windlass.views.words import columns, instant, number, short, whole


def as_text(result: Up, near: Callable[[str], str] = str, tour: bool = False) -> str:
    """The end of a first run, or the one line of a run that found nothing to do. ``near`` says how a path of the repository
    is written where the person stands: what to try next must work there. ``tour`` says whether the repository has one."""
    if result.idle:
        return _idle(result)
    blocks = [_table(result)]
    if result.asked:
        blocks.append(_asked(result.asked))
    blocks.append(_next(result, near, tour))
    return "\n\n".join(blocks)


def as_json(result: Up) -> str:
    """One object: what is served, where, and what it answered."""
    return json.dumps(_plain(result), sort_keys=True, indent=2)


def _plain(result: Up) -> Mapping[str, Any]:
    spec = result.release.spec
    return {
        "model": result.slug,
        "changed": not result.idle,
        "version": whole(spec.version),
        "release": result.release.digest,
        "generation": spec.generation,
        "modelDigest": spec.pin.model.digest,
        "bento": {"tag": spec.pin.bento.tag, "digest": spec.pin.bento.digest} if spec.pin.bento else None,
        "inputs": spec.pin.inputs,
        "metrics": spec.metrics,
        "gates": [gate.plain() for gate in result.candidate.gates] if result.candidate else [],
        "url": result.url,
        "port": urlsplit(result.url).port if result.url else None,
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


def _next(result: Up, near: Callable[[str], str], tour: bool) -> str:
    lines, root = [], near(".")
    if result.url and result.asked:
        body = shlex.quote(f"@{near(result.asked.file)}")
        lines.append(f"curl -s {result.url}{result.asked.path} -H 'content-type: application/json' -d {body}")
    inside = set(root.split("/")) <= {".", ".."}
    windlass = "windlass" if inside else f"windlass -C {shlex.quote(root)}"
    words = [f"{windlass} logs {result.slug} -f", f"{windlass} status", f"{windlass} down"]
    if tour:
        words.append("make tour" if root == "." else f"make -C {shlex.quote(root)} tour")
    lines.append(" · ".join(words))
    return "next   " + "\n       ".join(lines)
