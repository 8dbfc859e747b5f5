"""Submit one model's training by hand, as apply would."""

from dataclasses import replace

from windlass.engine.evidence import seconds
from windlass.flows import actor, clean
from windlass.flows.cluster import runs
from windlass.flows.cluster.reach import Reach, inventory
from windlass.flows.cluster.runs import Run
from windlass.flows.cluster.wanted import trainings
from windlass.flows.releasing import release
from windlass.model.failure import Findings
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def train(ports: Ports, reach: Reach, project: Project, environment: Environment, slug: str) -> Run:
    """The run that the specs now ask for, submitted if nobody has its result and none goes on. Raises `Findings` (WL552) where its
    data was never collected, `Refused` where what stands here is not merged (WL436)."""
    name = environment.metadata.name
    clean.require(ports, name, ("specs", "environments"))
    release.merged(ports, project.models[slug], environment)
    every = runs.look(ports, reach, environment, trainings(ports, reach, environment))
    mine = [one for one in every.every if one.change.identity.owner == slug]
    if not mine:
        hint = "collect it once where it can be: train it on a laptop, then commit the lock that this writes beside the dataset"
        raise Findings.one(
            "WL552", f"nothing can be named that {slug} is trained with: its data was never collected", hint
        )
    (run,) = mine
    if run.given_up:  # whoever asks by name wants another attempt
        run = replace(run, change=run.change.model_copy(update={"action": "create"}))
    if run.change.action == "create":
        holder, patience = f"{actor.name(ports)} (train {slug})", seconds(environment.spec.target.wait)
        with reach.cluster.hold(inventory(environment), holder, patience):
            runs.submit(ports, reach, project, environment, run)
    return run
