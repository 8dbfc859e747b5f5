"""The verb `affected`: what a branch concerns, from what it changed since it left its base."""

from dataclasses import replace

from windlass.engine import affected as judging
from windlass.engine.affected import Affected
from windlass.flows import load
from windlass.model.failure import Usage
from windlass.ports import Ports


def affected(ports: Ports, base: str) -> Affected:
    """What is committed here against a base; what lies here uncommitted does not count. Raises `Usage` (WL647) for a base that
    names no commit, `World` where git knows nothing that both have in common."""
    head, commit = ports.git.head(), ports.git.resolve(base)
    if head is None or commit is None:
        hint = (
            "name a branch or a commit that is here: --base origin/main; a CI's clone must fetch it, with its history"
        )
        raise Usage.one("WL647", f"`{base}` names no commit here", hint)
    before, after = (load.load(replace(ports, files=ports.git.tree(one)))[0] for one in (commit, head))
    return judging.affected(before, after, ports.git.changed(commit, head))
