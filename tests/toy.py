"""A small world without training: a real repository and real stores, and candidates whose bytes are a line of text.

`train` puts a candidate where training would put it, `apply` writes the receipt that an apply would write.
"""

import json
import shutil
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests import repositories
from tests.repositories import Clone
from windlass.cli import wiring
from windlass.engine import resolve
from windlass.flows import load
from windlass.flows.releasing import approvals, release, releases
from windlass.model import digests, layout
from windlass.model.candidate import BentoPin, Candidate, DataPin, ModelPin
from windlass.model.project import Project
from windlass.model.proposal import Proposal
from windlass.model.receipt import Receipt, Served
from windlass.model.specs.environment import Environment
from windlass.ports import Ports

BASE = Path(__file__).parent / "base"
SLUG = "vision/digits"
ZERO = "sha256:" + "0" * 64
START = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)


def repository(folder: Path, name: str = "Ada") -> Clone:
    """A repository with the specs and environments of `tests/base` on main."""
    made = repositories.new(folder, name)
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    made.commit("specs and environments")
    return made


class World:
    """One person's clone, with everything that flows need. ``now`` is the time that receipts tell; it goes on by itself."""

    def __init__(self, clone: Clone) -> None:
        self.clone = clone
        self.now = START

    @property
    def ports(self) -> Ports:
        """Wired anew each time, as for a new command."""
        return wiring.ports(Namespace(directory=self.clone.folder, verbose=False))

    @property
    def project(self) -> Project:
        return load.load(self.ports)[0]

    def environment(self, name: str, rehearse: bool = False) -> Environment:
        return resolve.environment(self.project, name, rehearse)

    def train(
        self, environment: str, f1: float = 0.9, data: str = "first", seed: str = "", model: str = "digits"
    ) -> Candidate:
        """A candidate that passed, in the environment's store."""
        store = self.ports.store(environment)
        scratch = self.clone.folder / layout.STATE / "toy"
        record = {"f1": f1, "data": data, "seed": seed, "model": model}
        inputs = digests.of_value(record)
        pins = {}
        for kind in ("model", "bento"):
            folder = scratch / kind / inputs[-12:]
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{kind}.txt").write_text(f"{kind} {record}")
            pins[kind] = store.put_folder(folder)
        content = f"data {data}".encode()
        candidate = Candidate(
            team="vision",
            model_name=model,
            inputs=inputs,
            inputs_record=record,
            outcome="passed",
            commit=self.ports.git.head(),
            code=store.put(b"the code"),
            lock=store.put(b"the lock"),
            dvc_lock=store.put(f"schema: '2.0'  # {record}\n".encode()),
            python="3.11",
            tool="0",
            started_at="2026-03-03T08:00:00+00:00",
            finished_at="2026-03-03T08:10:00+00:00",
            params={"max_depth": 8},
            metrics={"f1": f1, "accuracy": f1, "slices": {"digit": {"7": {"f1": f1}, "8": {"f1": f1}}}},
            data=(
                DataPin(
                    name="scans",
                    dataset="vision/digits",
                    md5=digests.of_bytes(content)[7:39],
                    sha256=digests.of_bytes(content),
                    rows=1797,
                    licence="CC-BY-4.0",
                    personal_data="none",
                ),
            ),
            model=ModelPin(registry=f"vision-{model}", digest=pins["model"], format="sklearn-skops"),
            bento=BentoPin(tag=f"vision-{model}:{pins['bento'][7:15]}", digest=pins["bento"]),
        )
        store.write_record(layout.candidate_record(f"vision/{model}", inputs), json.dumps(candidate.plain()).encode())
        return candidate

    def propose(self, environment: str, candidate: Candidate) -> Proposal:
        return release.propose(self.ports, self.project, candidate, self.environment(environment))

    def land(self, proposal: Proposal) -> str:
        """Merge a proposal into main as its reviewer would, and push if there is somewhere to push to."""
        assert proposal.branch is not None
        remote = self.ports.git.has_remote()
        self.clone.git("checkout", "-q", "main")
        if remote:
            self.clone.git("pull", "-q", "--ff-only", "origin", "main")
            self.clone.git("fetch", "-q", "origin")
        merge = self.clone.merge(f"origin/{proposal.branch}" if remote else proposal.branch)
        if remote:
            self.clone.git("push", "-q", "origin", "main")
        return merge

    def apply(self, name: str, healthy: bool = True, rehearse: bool = False) -> Receipt:
        """The receipt of an apply that took a minute. ``now`` is its end; an hour passes afterwards."""
        ports, environment = self.ports, self.environment(name, rehearse)
        base = ports.git.head()
        held = releases.current(ports, self.project, environment, base)
        ends, self.now = self.now, self.now + timedelta(hours=1)
        served = {
            slug: Served(
                release=one.release.digest,
                generation=one.release.spec.generation,
                model=one.release.spec.pin.model.digest,
                bento=one.release.spec.pin.bento.digest,
                inputs=one.release.spec.pin.inputs,
                healthy=healthy,
            )
            for slug, one in held.items()
        }
        receipt = Receipt(
            number=0,
            environment=name,
            rehearsed=rehearse,
            commit=base,
            plan=digests.of_value([name, base]),
            render_digest=ZERO,
            actor=self.clone.git("config", "user.name"),
            tool="0",
            started_at=(ends - timedelta(minutes=1)).isoformat(timespec="seconds"),
            finished_at=ends.isoformat(timespec="seconds"),
            outcome="succeeded" if healthy else "failed",
            served=served,
            approvals={slug: approvals.of(ports, environment, slug, base) for slug in held},
        )
        return ports.ledger.append(receipt)

    def release_to_head(self, **made: float | str) -> Proposal:
        """Train, propose, merge and apply in dev."""
        proposal = self.propose("dev", self.train("dev", **made))  # type: ignore[arg-type]
        self.land(proposal)
        self.apply("dev")
        return proposal
