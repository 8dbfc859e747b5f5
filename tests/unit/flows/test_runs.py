"""Runs are compared from the store's records, with what the registry and the machine say of them."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from tests import repositories
from tests.fakes.registry import BookRegistry
from windlass.adapters.files import DiskFiles
from windlass.adapters.git import CommandGit
from windlass.adapters.ledger import BranchLedger
from windlass.adapters.servers import LocalServers
from windlass.adapters.store import FolderStore
from windlass.engine import resolve
from windlass.flows.runs import runs
from windlass.model import layout
from windlass.model.candidate import Candidate, DataPin, ModelPin
from windlass.model.project import Project
from windlass.model.receipt import Receipt, Served
from windlass.ports import Ports
from windlass.runtime import launch
from windlass.views import runs as view

MODEL, OTHER, LAST, RELEASE = ("sha256:" + character * 64 for character in "abcd")


@dataclass
class Some:
    folder: Path
    registry: BookRegistry
    servers: LocalServers
    git: CommandGit
    files: DiskFiles
    ledger: BranchLedger
    root: Path

    def store(self, environment: str) -> FolderStore:
        return FolderStore(self.folder / environment)


def ports(folder: Path) -> Ports:
    """A registry whose third version is MODEL, which `prod` has, and a service that runs it: this very process. The ledger
    tells that the release which it carries is of the inputs of run 1."""
    registry = BookRegistry()
    (folder / "model.skops").write_text("a model")
    for digest in (OTHER, LAST, MODEL):
        registry.ensure(made(1), pin(digest), folder, {})
    registry.set_alias("vision-digits", "prod", MODEL)
    registry.set_alias("vision-digits", "mine", OTHER)
    service = {"name": "vision-digits", "pid": os.getpid(), "birth": launch.birth(os.getpid()), "startedAt": "now"}
    path = folder / layout.state("local", "run", "vision", "digits.json")
    path.parent.mkdir(parents=True)
    launch.write(path, {**service, "runs": {"model": MODEL}, "carries": {"release": RELEASE}})
    git, files = CommandGit(repositories.new(folder).folder), DiskFiles()
    ledger = BranchLedger(git, files)
    ledger.append(receipt(Served(release=LAST, generation=1, model=MODEL, inputs=made(2).inputs, healthy=True)))
    ledger.append(receipt(Served(release=RELEASE, generation=1, model=MODEL, inputs=made(1).inputs, healthy=True)))
    return cast("Ports", Some(folder, registry, LocalServers(folder), git, files, ledger, folder))


def receipt(served: Served) -> Receipt:
    told = {"plan": OTHER, "renderDigest": OTHER, "actor": "Ada", "tool": "0", "outcome": "succeeded"}
    times = {"startedAt": "2026-01-01T10:00:00+00:00", "finishedAt": "2026-01-01T10:00:01+00:00"}
    value = {"number": 0, "environment": "local", "served": {"vision/digits": served.plain()}}
    return Receipt.model_validate({**told, **times, **value})


LOCAL = resolve.environment(Project(), "local", rehearse=False)


def pin(digest: str) -> ModelPin:
    return ModelPin(registry="vision-digits", digest=digest, format="sklearn-skops")


def made(number: int, **more: Any) -> Candidate:
    facts: dict[str, Any] = {
        "team": "vision",
        "model_name": "digits",
        "inputs": "sha256:" + str(number) * 64,
        "inputs_record": {},
        "outcome": "passed",
        "python": "3.11",
        "tool": "0.1.0",
        "started_at": f"2026-01-0{number}T10:00:00+00:00",
        "finished_at": f"2026-01-0{number}T10:01:00+00:00",
        "params": {"max_depth": number},
        "metrics": {"f1": 0.9 + number / 100, "slices": {"digit": {"7": {"f1": 0.5}}}},
        "data": (DataPin(name="scans", dataset="vision/digits", md5="9a3f00aa", sha256=MODEL),),
        "commit": "c" * 40,
    }
    return Candidate(**{**facts, **more})


def record(folder: Path, number: int, **more: Any) -> None:
    one = made(number, **more)
    name = layout.candidate_record("vision/digits", one.inputs)
    FolderStore(folder / "local").write_record(name, one.model_dump_json(by_alias=True).encode())


def test_a_table_of_runs_newest_first(tmp_path: Path) -> None:
    record(tmp_path, 1, model=pin(MODEL), dirty=True)
    record(tmp_path, 2, outcome="refused", reason="f1 0.920 is below 0.950", params={"max_depth": 2, "trees": 9})
    text = view.as_text("vision/digits", LOCAL, runs(ports(tmp_path), LOCAL, "vision/digits"))
    assert text.splitlines() == [
        "inputs            finished          outcome  max_depth  trees  f1     data    commit     version  now",
        "----------------  ----------------  -------  ---------  -----  -----  ------  ---------  -------  -------------",
        "sha256:22222222…  2026-01-02 10:01  refused  2          9      0.920  9a3f00  cccccccc   -        -",
        "sha256:11111111…  2026-01-01 10:01  passed   1          -      0.910  9a3f00  cccccccc+  3        served, @prod",
        "sha256:22222222…: f1 0.920 is below 0.950",
    ]


def test_the_json_holds_everything(tmp_path: Path) -> None:
    record(tmp_path, 1)
    (one,) = json.loads(view.as_json(runs(ports(tmp_path), LOCAL, "vision/digits")))
    assert one["metrics"]["slices"] == {"digit": {"7": {"f1": 0.5}}}
    assert (one["served"], one["aliases"], one["version"]) == (True, [], None)


def test_equal_bytes_of_another_run_are_not_what_serves(tmp_path: Path) -> None:
    record(tmp_path, 1, model=pin(MODEL))
    record(tmp_path, 2, model=pin(MODEL))
    found = runs(ports(tmp_path), LOCAL, "vision/digits")
    assert [(one.inputs[7], one.version, one.served) for one in found] == [("2", "3", False), ("1", "3", True)]


def test_no_run_yet(tmp_path: Path) -> None:
    assert runs(ports(tmp_path), LOCAL, "vision/digits") == ()
    assert "windlass up vision/digits" in view.as_text("vision/digits", LOCAL, ())
    dev = LOCAL.model_copy(update={"metadata": LOCAL.metadata.model_copy(update={"name": "dev"})})
    rehearsed = dev.model_copy(update={"spec": dev.spec.model_copy(update={"rehearsed": True})})
    told = view.as_text("vision/digits", rehearsed, ())
    assert "`windlass train vision/digits --env dev --rehearse`" in told
