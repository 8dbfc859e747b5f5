"""The verb `train`: train one model where training happens, and propose what came of it as a release."""

from dataclasses import dataclass

from windlass.engine import commands
from windlass.flows import clean, train
from windlass.flows.releasing import release, releases
from windlass.model.candidate import Candidate
from windlass.model.failure import Usage
from windlass.model.project import Loaded, Project
from windlass.model.proposal import Proposal
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Trained:
    """What the verb did. ``fresh`` says whether anything had to be trained; ``seconds`` is how long all of it took."""

    candidate: Candidate
    proposal: Proposal
    fresh: bool
    seconds: float


def propose_trained(ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment) -> Trained:
    """Train and propose. Raises `Usage` (WL611) where the environment takes its releases from another one, and whatever
    training and proposing have against it."""
    began, name, slug = ports.clock.monotonic(), environment.metadata.name, loaded.spec.metadata.slug
    before = environment.spec.promotes_from
    if name != LOCAL and before is not None:
        hint = f"{commands.windlass(environment, f'promote {slug} --to {name}')} brings what `{before}` serves"
        raise Usage.one(
            "WL611", f"`{name}` does not train: what it serves was trained once, in the head of the chain", hint
        )
    with ports.locks.hold(name, ports.progress):
        base = None if name == LOCAL else ports.git.head()
        found = releases.compared(project, environment, releases.current(ports, project, environment, base), loaded)
        known = train.settled(ports, project, loaded, environment, found)
        if known is None and name != LOCAL:
            clean.require(ports, name, ("specs",))
            release.merged(ports, loaded, environment)
        if known is None:
            ports.progress.note(f"{slug} in {name}")
        candidate = known or train.train(ports, project, loaded, environment, found)
        proposal = release.propose(ports, project, candidate, environment)
    return Trained(candidate, proposal, known is None, ports.clock.monotonic() - began)
