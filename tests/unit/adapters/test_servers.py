"""Real servers on this machine: what they answer, how they are found again, and what is left when someone is killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.fixtures.model_env import Trained
from windlass.adapters.bento_packager import BentoPackager
from windlass.adapters.servers import LocalServers
from windlass.engine.lower.service import PROBES
from windlass.model.failure import World
from windlass.model.workload import Contract, EnvEntry, Scale, Service, Variant

D = "sha256:" + "0" * 64
ROW = {"scan": [[0.0, 8, 16, 0, 0, 0, 0, 0]] * 8}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def service(model: str, port: int, generation: int = 1) -> Service:
    variant = Variant(
        name="g1", role="stable", weight=100, release=D, generation=generation, model=D, bento=D, bento_tag=f"{model}:1"
    )
    return Service(
        name=f"vision-{model}",
        team="vision",
        model=model,
        environment="local",
        port=port,
        variants=(variant,),
        scale=Scale(min=1, max=1),
        probes=PROBES,
        contract=Contract(input=(), output=(), model_format="sklearn-skops", digest=D),
        env=(EnvEntry(name="GREETING", value="hello"),),
    )


@pytest.fixture(scope="module")
def bentos(model_python: Path, models: dict[str, Trained], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    packager = BentoPackager(tmp_path_factory.mktemp("bentos"))
    built = {
        name: packager.build(model_python, f"vision-{name}", one.folder, one.contract, b"")[1]
        for name, one in models.items()
    }
    packager.close()
    return built


@pytest.fixture(scope="module")
def running(
    bentos: dict[str, Path], model_python: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocalServers, Service]]:
    """One server for all tests that only ask."""
    servers, one = LocalServers(tmp_path_factory.mktemp("root")), service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    servers.wait_ready(one, 60)
    yield servers, one
    servers.stop("local", one.slug)


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[LocalServers]:
    """Servers of a test's own; whatever it leaves is stopped."""
    made = LocalServers(tmp_path)
    yield made
    for seen in made.observe("local"):
        made.stop("local", seen.identity.owner)


def ask(running: tuple[LocalServers, Service], body: Any, path: str = "/predict") -> tuple[int, dict[str, Any]]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    status, answer, _ = running[0].ask(running[1], path, raw)
    return status, json.loads(answer)


def test_one_row_and_several(running: tuple[LocalServers, Service]) -> None:
    status, one = ask(running, ROW)
    assert status == 200
    assert set(one) == {"digit", "confidence"}
    assert isinstance(one["digit"], int)
    assert 0 < one["confidence"] <= 1
    assert ask(running, {"rows": [ROW, ROW]}, "/predict_batch") == (200, {"rows": [one, one]})


BAD: list[tuple[str, Any, str]] = [
    ("wrong shape", {"scan": [[0] * 8] * 7}, "scan has 7 items, 8 are needed"),
    ("wrong inner shape", {"scan": [[0] * 7] * 8}, "scan.0 has 7 items, 8 are needed"),
    ("text", {"scan": [["SECRET"] * 8] * 8}, "scan.0.0 must be a number"),
    ("NaN", {"scan": [[float("nan")] * 8] * 8}, "scan.0.0 must be a finite number"),
    ("infinity", {"scan": [[float("inf")] * 8] * 8}, "scan.0.0 must be a finite number"),
    ("too large", {"scan": [[17] * 8] * 8}, "scan.0.0 must be at most 16"),
    ("missing", {}, "scan is missing"),
    ("extra", {**ROW, "SECRETKEY": 1}, "SECRETKEY is not in the contract"),
    ("list", [1, 2], "body must be an object"),
    ("no JSON", b"{nope", "body is not valid JSON"),
    ("not UTF-8", b"\xff\xfe", "body is not valid JSON"),
    ("nested", b'{"scan":' + b"[" * 100_000, "body is not valid JSON"),
    ("empty", b"", "the body is empty"),
]


@pytest.mark.parametrize(("body", "reason"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_bad_request_gets_400_and_its_reason(running: tuple[LocalServers, Service], body: Any, reason: str) -> None:
    status, answer = ask(running, body)
    assert (status, answer["error"]) == (400, reason)
    assert answer["problems"]
    assert len(answer["problems"]) <= 10


def test_a_bad_row_among_many_is_named(running: tuple[LocalServers, Service]) -> None:
    status, answer = ask(running, {"rows": [ROW, {"scan": 3}]}, "/predict_batch")
    assert (status, answer["error"]) == (400, "rows.1.scan must be an array")


@pytest.mark.parametrize(("method", "path", "status"), [("GET", "/predict", 405), ("POST", "/nothing", 404)])
def test_other_doors_are_shut(running: tuple[LocalServers, Service], method: str, path: str, status: int) -> None:
    connection = HTTPConnection("127.0.0.1", running[1].port)
    connection.request(method, path, b"{}")
    assert connection.getresponse().status == status
    connection.close()


def test_a_body_without_a_json_content_type_is_read_all_the_same(running: tuple[LocalServers, Service]) -> None:
    connection = HTTPConnection("127.0.0.1", running[1].port)
    connection.request("POST", "/predict", json.dumps(ROW), {"Content-Type": "application/x-www-form-urlencoded"})
    assert connection.getresponse().status == 200
    connection.close()


def test_a_huge_body_is_refused_unread(running: tuple[LocalServers, Service]) -> None:
    status, answer = ask(running, b'{"scan": "' + b"x" * (33 << 20) + b'"}')
    assert status == 413
    assert "larger than" in answer["error"]


def test_no_value_of_a_request_is_in_the_log(running: tuple[LocalServers, Service]) -> None:
    for _, body, _ in BAD:
        ask(running, body)
    log = running[0].tail("local", running[1].slug, 200) or ""
    assert "400 /predict: scan too_short" in log
    assert "SECRET" not in log
    assert "Traceback" not in log


def test_a_taken_port_is_said_at_once_and_by_whom(
    running: tuple[LocalServers, Service], bentos: dict[str, Path], model_python: Path
) -> None:
    servers, one = running
    began = time.monotonic()
    with pytest.raises(World) as caught:
        servers.start(service("sugar", one.port), bentos["sugar"], model_python)
    assert time.monotonic() - began < 0.5
    found = caught.value.diagnostics[0]
    assert found.code == "WL530"
    assert f"port {one.port} is in use by pid " in found.message
    assert "--port" in found.hint
    assert servers.tail("local", "vision/sugar", 5) is None
    with pytest.raises(World, match="is in use by pid"):
        servers.start(one, bentos["digits"], model_python)
    assert servers.observe("local")[0].present, "a service that lives is not started over"


def test_it_is_observed_by_pid_and_birth_and_can_be_relabelled(running: tuple[LocalServers, Service]) -> None:
    servers, one = running
    (before,) = servers.observe("local")
    assert before.present
    assert before.identity.owner == "vision/digits"
    assert before.fields["runs"]["port"] == one.port
    servers.relabel(service("digits", one.port, generation=2))
    (after,) = servers.observe("local")
    assert after.uid == before.uid
    assert after.fields["carries"]["generation"] == 2
    assert servers.environments() == ("local",)


@pytest.mark.slow
def test_two_models_run_side_by_side_and_stop_by_name(
    servers: LocalServers, bentos: dict[str, Path], model_python: Path
) -> None:
    both = [service("digits", free_port()), service("sugar", free_port())]
    for one in both:
        servers.start(one, bentos[one.model], model_python)
    for one in both:
        servers.wait_ready(one, 60)
    pids = {seen.identity.owner: int((seen.uid or "").partition("/")[0]) for seen in servers.observe("local")}
    family = {slug: [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)] for slug, pid in pids.items()}
    assert family["vision/digits"][0].environ()["GREETING"] == "hello"
    status, answer, _ = servers.ask(both[1], "/predict", json.dumps({f"x{n}": 0.1 for n in range(10)}).encode())
    assert status == 200
    assert set(json.loads(answer)) == {"progression"}
    assert servers.stop("local", "vision/digits")
    assert not servers.stop("local", "vision/digits")
    assert not any(alive(process) for process in family["vision/digits"])
    assert [seen.identity.owner for seen in servers.observe("local")] == ["vision/sugar"]
    assert servers.stop("local", "vision/sugar")
    assert not any(alive(process) for process in family["vision/sugar"])


def test_a_killed_server_is_seen_and_leaves_nothing_on_its_port(
    servers: LocalServers, bentos: dict[str, Path], model_python: Path, tmp_path: Path
) -> None:
    one = service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    servers.wait_ready(one, 60)
    server = process_of(servers)
    assert server.children(recursive=True) == []
    server.kill()
    assert eventually(lambda: not servers.observe("local")[0].present)
    assert LocalServers(tmp_path / "elsewhere").port_holder(one.port) is None


@pytest.mark.slow
def test_a_server_whose_record_was_lost_is_ended_by_the_next_start(
    servers: LocalServers, bentos: dict[str, Path], model_python: Path, tmp_path: Path
) -> None:
    one = service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    servers.wait_ready(one, 60)
    lost = process_of(servers)
    (tmp_path / ".windlass/local/run/vision/digits.json").write_text("a damaged record")
    assert servers.port_holder(one.port) is None, "what our lost service holds does not count"
    assert LocalServers(tmp_path / "elsewhere").port_holder(one.port) is not None
    assert servers.lost("local") == (one.slug,)
    servers.start(one, bentos["digits"], model_python)
    assert not alive(lost)
    servers.wait_ready(one, 60)
    assert servers.lost("local") == ()
    (tmp_path / ".windlass/local/run/vision/digits.json").unlink()
    assert servers.stop("local", one.slug), "also without a record"


def test_a_server_that_hangs_does_not_answer(
    servers: LocalServers, bentos: dict[str, Path], model_python: Path
) -> None:
    one = service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    servers.wait_ready(one, 60)
    assert servers.answers("local", one.slug)
    hung = process_of(servers)
    hung.suspend()
    assert not servers.answers("local", one.slug)
    hung.resume()
    assert servers.answers("local", one.slug)


def test_another_process_with_the_recorded_pid_is_left_alone(tmp_path: Path) -> None:
    servers = LocalServers(tmp_path)
    record = tmp_path / ".windlass/local/run/vision/digits.json"
    record.parent.mkdir(parents=True)
    fields = {"name": "vision-digits", "startedAt": "then", "runs": {"port": 1}, "carries": {}}
    record.write_text(json.dumps({**fields, "pid": os.getpid(), "birth": "1@another-boot"}))
    (seen,) = servers.observe("local")
    assert not seen.present
    assert not servers.stop("local", "vision/digits")
    assert not record.exists()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_broken_record_counts_as_none(tmp_path: Path, text: str) -> None:
    record = tmp_path / ".windlass/local/run/vision/digits.json"
    record.parent.mkdir(parents=True)
    record.write_text(text)
    assert LocalServers(tmp_path).observe("local") == ()


def test_a_service_that_dies_is_told_with_its_last_words(
    servers: LocalServers, model_python: Path, tmp_path: Path
) -> None:
    one = service("digits", free_port())
    servers.start(one, tmp_path, model_python)
    began = time.monotonic()
    with pytest.raises(World) as caught:
        servers.wait_ready(one, 60)
    assert time.monotonic() - began < 20
    assert caught.value.diagnostics[0].code == "WL531"
    assert caught.value.output
    assert servers.observe("local") == (), "no record of what did not start"
    assert servers.started("local") == ("vision/digits",), "its log stays"


def test_a_service_that_does_not_get_ready_in_time_is_stopped(
    servers: LocalServers, bentos: dict[str, Path], model_python: Path
) -> None:
    one = service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    leader = process_of(servers)
    family = [leader, *leader.children(recursive=True)]
    with pytest.raises(World, match="did not answer on port"):
        servers.wait_ready(one, 0.1)
    assert not any(alive(process) for process in family)
    assert servers.observe("local") == ()
    assert servers.port_holder(one.port) is None


def test_nothing_answers_is_the_worlds_fault(tmp_path: Path) -> None:
    with pytest.raises(World) as caught:
        LocalServers(tmp_path).ask(service("digits", free_port()), "/predict", b"{}")
    assert caught.value.diagnostics[0].code == "WL532"


@pytest.mark.parametrize("point", ["serve.launched", "serve.recorded"])
def test_a_kill_while_starting_leaves_a_server_that_is_known(
    point: str, servers: LocalServers, bentos: dict[str, Path], model_python: Path, tmp_path: Path
) -> None:
    one = service("digits", free_port())
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.servers import LocalServers\n"
        "from windlass.model.workload import Service\n"
        f"def point(name):\n    if name == {point!r}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "root, bento, python = map(Path, sys.argv[1:4])\n"
        "LocalServers(root, point).start(Service.model_validate_json(sys.argv[4]), bento, python)\n"
    )
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = [
        sys.executable,
        "-c",
        program,
        tmp_path,
        bentos["digits"],
        model_python,
        one.model_dump_json(by_alias=True),
    ]
    assert subprocess.run(words, env=paths, check=False).returncode == -signal.SIGKILL
    assert eventually(lambda: any(seen.present for seen in servers.observe("local")))
    servers.wait_ready(one, 60)
    assert servers.stop("local", one.slug)


def test_the_log_is_followed_until_the_end(servers: LocalServers, bentos: dict[str, Path], model_python: Path) -> None:
    one = service("digits", free_port())
    servers.start(one, bentos["digits"], model_python)
    servers.wait_ready(one, 60)
    told = servers.follow("local", one.slug)
    servers.ask(one, "/predict", b"{}")
    first = next(told)
    servers.stop("local", one.slug)
    assert "scan missing" in first + "".join(told)


def process_of(servers: LocalServers) -> psutil.Process:
    """The process of the one service that runs."""
    return psutil.Process(int((servers.observe("local")[0].uid or "").partition("/")[0]))


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def eventually(true: Any, seconds: float = 5.0) -> bool:
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True
