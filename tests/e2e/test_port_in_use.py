"""A port that somebody else has: said at once, by name, before anything is trained or loaded."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.e2e.orchard import SLUG, Orchard

pytestmark = pytest.mark.slow
AT_ONCE = 0.5
"""Seconds after start-up."""


@contextmanager
def taken(port: int) -> Iterator[None]:
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", port))
        holder.listen()
        yield


def test_before_anything_is_trained(orchard: Orchard) -> None:
    command = ("up", SLUG, "--port", str(orchard.port))
    with taken(orchard.port):
        told = [orchard.says(*command) for _ in range(3)]
        # what it costs to start Windlass and to read the specs, on this machine in this moment
        start = min(orchard.does("render", "local").seconds for _ in range(3))
    for said in told:
        assert said.exit == 5, said.text
        assert said.text.count("WL530") == 1, said.text
        assert f"port {orchard.port} is in use by pid {os.getpid()} (" in said.text
        assert f"--port {orchard.port + 1}" in said.text, "says where it would work"
        assert said.out == ""
    assert min(said.seconds for said in told) - start < AT_ONCE
    assert orchard.ran() == []
    assert not (orchard.state / "mlflow.db").exists()
    orchard.up()


def test_before_a_released_model_is_loaded_again(orchard: Orchard) -> None:
    orchard.up()
    orchard.does("down")
    with taken(orchard.port):
        said = orchard.says("up", SLUG, "--port", str(orchard.port))
        assert (said.exit, said.text.count("WL530")) == (5, 1), said.text
        assert orchard.services() == []
        assert orchard.strays() == []
    orchard.up()
    assert orchard.predicts() == 4


def test_one_that_serves_goes_on_where_it_is(orchard: Orchard) -> None:
    orchard.up()
    before = orchard.pids()
    with taken(orchard.port + 5):
        said = orchard.says("up", SLUG, "--port", str(orchard.port + 5))
        assert (said.exit, said.text.count("WL530")) == (5, 1), said.text
    assert orchard.pids() == before
    assert orchard.predicts() == 4


def test_json_names_it_too(orchard: Orchard) -> None:
    with taken(orchard.port):
        said = orchard.says("up", SLUG, "--port", str(orchard.port), "--output", "json")
    assert said.exit == 5
    assert '"WL530"' in said.out


def test_a_rehearsed_environment_says_it_too_and_serves_once_the_port_is_free(orchard: Orchard) -> None:
    apply = ("apply", "dev", "--rehearse", "--yes")
    orchard.does(*apply)
    orchard.clone.merge(f"windlass/release/dev/{SLUG}")
    orchard.ran()
    with taken(orchard.port + 1):
        said = orchard.says(*apply)
        assert said.exit == 5, said.text
        assert said.text.count("WL530") == 1, said.text
        assert f"pid {os.getpid()}" in said.text
    orchard.does(*apply)
    assert orchard.predicts(orchard.port + 1) == 4
    assert orchard.ran() == []
