"""Whether the audit's answers are what really happened: the story's own notes against `windlass audit --output json`."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from stage import Person
from story import MODEL, Story


def checked(story: Story) -> Iterator[tuple[str, bool]]:
    """Each question with whether its answer is right."""
    notes, olga = story.notes, story.olga
    first, second = notes.releases["first"], notes.releases["second"]
    began = [when for name, when in notes.served if name == "prod"]
    then = [_at(olga, when) for when in began]
    yield "prod served nothing before the first apply", _at(olga, began[0] - timedelta(hours=1)) is None
    yield "what ran in prod after each apply", [_get(one, "release") for one in then] == [first, second, first]
    yield "generations count 1, 2, 3", [_get(one, "generation") for one in then] == [1, 2, 3]
    yield "the instant before the rollback still tells the second model", _before(olga, then[2], second)
    last: dict[str, Any] = then[2] or {}
    yield "trained from the commit that was merged", _get(last.get("source"), "commit") == notes.trained_from["first"]
    yield "trained on the data that git's dvc.lock names", _data(olga, last)
    proof = "signature" if notes.signed else "claimed"
    yield f"who let it in is {'verified by a signature' if notes.signed else 'only claimed'}", _proofs(last) == [proof]
    yield "every move to prod was approved by as many as it needed", _enough(olga)
    yield "Grace alone released to dev, where nobody else is asked", _dev_alone(olga)
    yield "who proposed is not who merged", all(not move["samePerson"] for move in _prod(olga))
    yield "the rollback and its reason are told", _rollback(last)
    yield "the same bytes in every environment", len({_get(one, "modelDigest") for one in _firsts(olga, first)}) == 1
    yield "the way of the second model: prod, staging, dev", _way(then[1]) == ["prod", "staging", "dev"]
    yield "what had to be refused was refused", notes.refusals == ["WL430", "WL401", "WL431"]
    yield "every service read the seven as a seven", all(answer["digit"] == 7 for answer in notes.answers.values())
    yield "the ledgers hold", json.loads(olga.asks("windlass audit --rehearse --output json"))["sound"] is True


def _audit(olga: Person, words: str) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(olga.asks(f"windlass audit {words} --rehearse --output json"))
    return answer


def _at(olga: Person, when: datetime) -> dict[str, Any] | None:
    entries = _audit(olga, f"prod {MODEL} --at {when.strftime('%Y-%m-%dT%H:%M:%SZ')}")["entries"]
    return entries[0] if entries else None


def _before(olga: Person, entry: dict[str, Any] | None, release: str) -> bool:
    since = datetime.fromisoformat(str(_get(entry, "since")))
    return _get(_at(olga, since - timedelta(seconds=1)), "release") == release


def _data(olga: Person, entry: dict[str, Any]) -> bool:
    lock = olga.asks("git show HEAD:specs/vision/datasets/digits/dvc.lock")
    return bool(entry.get("data")) and all(one["md5"] in lock for one in entry["data"])


def _proofs(entry: dict[str, Any]) -> list[str]:
    return [one["proof"] for one in entry["way"][0]["approvals"]]


def _enough(olga: Person) -> bool:
    return all((move["approvalsNeeded"], move["approvalsHad"]) == (1, 1) for move in _prod(olga))


def _dev_alone(olga: Person) -> bool:
    (first, *_) = _audit(olga, f"dev {MODEL}")["entries"]
    move = first["way"][0]
    merged = (move["mergedBy"]["login"], move["mergedBy"]["proof"])
    return merged == ("Grace <grace@example.org>", "claimed") and (move["approvals"], move["approvalsNeeded"]) == (
        [],
        0,
    )


def _prod(olga: Person) -> list[dict[str, Any]]:
    return [entry["way"][0] for entry in _audit(olga, f"prod {MODEL}")["entries"]]


def _rollback(entry: dict[str, Any]) -> bool:
    moved = entry["way"][0]
    return (moved["movement"], moved["reason"]) == ("rollback", "sevens are read as ones")


def _firsts(olga: Person, release: str) -> list[dict[str, Any]]:
    return [entry for entry in _audit(olga, MODEL)["entries"] if entry["release"] == release]


def _way(entry: dict[str, Any] | None) -> list[str]:
    return [moved["environment"] for moved in (entry or {}).get("way", [])]


def _get(value: dict[str, Any] | None, key: str) -> Any:
    return None if value is None else value.get(key)
