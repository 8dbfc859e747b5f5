"""How git is asked for commits, and how its answer is read: fields between NUL bytes, which no commit can contain."""

from datetime import datetime

from windlass.ports import Commit

FIELDS = ("%H", "%P", "%an", "%ae", "%cn", "%ce", "%cI", "%s", "%(trailers:only=true,unfold=true)")
SIGNATURE = ("%G?", "%GS")
COUNT = len(FIELDS) + len(SIGNATURE)


def form(signatures: bool) -> str:
    """The option that asks for the fields. Unasked signatures are empty: checking one starts gpg or ssh-keygen."""
    return "--format=tformat:" + "%x00".join((*FIELDS, *(SIGNATURE if signatures else ("", ""))))


def parse(out: bytes) -> tuple[Commit, ...]:
    """The commits of an answer, in its order."""
    words = out.decode("utf-8", "replace").split("\0")
    return tuple(_commit(words[start : start + COUNT]) for start in range(0, len(words) - 1, COUNT))


def _commit(words: list[str]) -> Commit:
    sha, parents, author, author_email, committer, committer_email, time, subject, trailers, signature, signer = words
    return Commit(
        sha=sha,
        parents=tuple(parents.split()),
        author=author,
        author_email=author_email,
        committer=committer,
        committer_email=committer_email,
        time=datetime.fromisoformat(time),
        subject=subject,
        trailers=_trailers(trailers),
        signature=signature,
        signer=signer.strip(),
    )


def _trailers(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.splitlines():
        key, _, value = line.partition(":")
        found[key.strip()] = (*found.get(key.strip(), ()), value.strip())
    return found
