"""Who agreed to a release: the first-parent commit that brought its folder in, and what git can prove of it."""

from windlass.flows.history import brought
from windlass.model.receipt import Approval
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Commit, Ports


def of(ports: Ports, environment: Environment, slug: str, base: str | None) -> tuple[Approval, ...]:
    """The approvals of the release that an environment has at a commit. On plain git that is who committed the merge: a
    name that anybody can write, unless a good signature goes with it. `local` needs nobody's."""
    name = environment.metadata.name
    if base is None or name == LOCAL:
        return ()
    merge = brought(ports, name, slug, base)
    return (approval(merge),) if merge else ()


def approval(merge: Commit) -> Approval:
    """The approval that a merge is."""
    return Approval(
        login=merge.signer
        if merge.signature == "G" and merge.signer
        else f"{merge.committer} <{merge.committer_email}>",
        proof="signature" if merge.signature == "G" else "claimed",
        commit=merge.sha,
        subject=merge.subject,
    )
