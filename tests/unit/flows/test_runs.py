"""Runs are compared from the store's records, with what the registry and the machine say of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from windlass.adapters.store import FolderStore
from windlass.flows.runs import runs
from windlass.model import layout
from windlass.model.candidate import Candidate, DataPin, ModelPin
from windlass.model.plan import Identity, Observed
from windlass.ports import Ports
from windlass.views import runs as view

MODEL, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@dataclass
class Registry:
    def versions(self, name: str) -> dict[str, str]:
        return {MODEL: "3"}

    def aliases(self, names: list[str]) -> dict[str, dict[str, tuple[str, str]]]:
        return {"vision-digits": {"prod": ("3", MODEL), "mine": ("1", "")}}


@dataclass
class Servers:
    def observe(self, environment: str) -> tuple[Observed, ...]:
        identity = Identity(kind="Process", name="vision-digits", owner="vision/digits")
        return (Observed(identity=identity, present=True, fields={"runs": {"model": MODEL}}),)


@dataclass
class Some:
    folder: Path
    registry: Registry
    servers: Servers

    def store(self, environment: str) -> FolderStore:
        return FolderStore(self.folder / environment)


def ports(folder: Path) -> Ports:
    return cast("Ports", Some(folder, Registry(), Servers()))


def record(folder: Path, number: int, **more: Any) -> None:
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
    made = Candidate(**{**facts, **more})
    FolderStore(folder / "local").write_record(
        layout.candidate_record("vision/digits", made.inputs), made.model_dump_json(by_alias=True).encode()
    )


def test_a_table_of_runs_newest_first(tmp_path: Path) -> None:
    pin = ModelPin(registry="vision-digits", digest=MODEL, format="sklearn-skops")
    record(tmp_path, 1, model=pin, dirty=True)
    record(tmp_path, 2, outcome="refused", reason="f1 0.920 is below 0.950", params={"max_depth": 2, "trees": 9})
    text = view.as_text("vision/digits", "local", runs(ports(tmp_path), "local", "vision/digits"))
    assert text.splitlines() == [
        "inputs            finished          outcome  max_depth  trees  f1     data    commit     version  now",
        "----------------  ----------------  -------  ---------  -----  -----  ------  ---------  -------  -------------",
        "sha256:22222222…  2026-01-02 10:01  refused  2          9      0.920  9a3f00  cccccccc   -        -",
        "sha256:11111111…  2026-01-01 10:01  passed   1          -      0.910  9a3f00  cccccccc+  3        served, @prod",
        "sha256:22222222…: f1 0.920 is below 0.950",
    ]


def test_the_json_holds_everything(tmp_path: Path) -> None:
    record(tmp_path, 1)
    (one,) = json.loads(view.as_json(runs(ports(tmp_path), "local", "vision/digits")))
    assert one["metrics"]["slices"] == {"digit": {"7": {"f1": 0.5}}}
    assert (one["served"], one["aliases"], one["version"]) == (False, [], "")


def test_no_run_yet(tmp_path: Path) -> None:
    assert runs(ports(tmp_path), "local", "vision/digits") == ()
    assert "windlass up vision/digits" in view.as_text("vision/digits", "local", ())
