"""The log of a service that never was is a wrong question, not an empty answer."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from windlass.adapters.servers import LocalServers
from windlass.flows import logs
from windlass.model.failure import Usage
from windlass.ports import Ports


@dataclass
class Some:
    servers: LocalServers


def ports(root: Path) -> Ports:
    return cast("Ports", Some(LocalServers(root)))


def write(root: Path, text: str) -> None:
    log = root / ".windlass/prod/run/vision/digits.log"
    log.parent.mkdir(parents=True)
    log.write_text(text)


def test_the_last_lines(tmp_path: Path) -> None:
    write(tmp_path, "".join(f"line {number} ü\n" for number in range(1000)))
    assert logs.tail(ports(tmp_path), "prod", "vision/digits", 2) == "line 998 ü\nline 999 ü"


def test_the_end_of_a_log_that_is_longer_than_memory_should_hold(tmp_path: Path) -> None:
    write(tmp_path, "x" * 100_000 + "\nlast\n")
    assert logs.tail(ports(tmp_path), "prod", "vision/digits", 1) == "last"


def test_a_service_that_was_never_here(tmp_path: Path) -> None:
    with pytest.raises(Usage) as caught:
        logs.tail(ports(tmp_path), "prod", "vision/digits", 5)
    assert caught.value.diagnostics[0].code == "WL620"


def test_following_a_service_that_ended_ends(tmp_path: Path) -> None:
    write(tmp_path, "old\n")
    told: list[str] = []
    logs.follow(ports(tmp_path), "prod", "vision/digits", told.append)
    assert told == []
