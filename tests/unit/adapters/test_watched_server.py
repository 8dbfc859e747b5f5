"""A real server with the configuration that a cluster would give it: what Prometheus reads, and what its request log says."""

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import ROOT, example, files
from tests.fixtures.model_env import Trained
from tests.unit.adapters.test_servers import free_port, service
from tests.upstream import ecs
from windlass.adapters.bento_packager import BentoPackager
from windlass.adapters.servers import LocalServers
from windlass.engine import render
from windlass.engine.backend import declared
from windlass.engine.lower.promql import bound
from windlass.model.workload import EnvEntry, LogStream, Service

SERVING = ROOT / "serving/bentoml"
ECS = ROOT / "logging/ecs"
ROW = {f"x{number}": 0.5 for number in range(10)} | {"x3": 31415.926}
HIDDEN = "31415.926"
ROUTES = ("/predict", "/predict_batch")
TRACE = "0af7651916cd43dd8448eb211c80319c"


def configmap(rendered: dict[str, bytes], name: str) -> str:
    (text,) = (yaml.safe_load(data)["data"][name] for path, data in rendered.items() if "configmap" in path)
    return str(text)


@pytest.fixture(scope="module")
def placed() -> Service:
    found = example(SERVING / "examples/fetched")
    assert isinstance(found, Service)
    return found


@pytest.fixture(scope="module")
def running(
    placed: Service, model_python: Path, models: dict[str, Trained], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[LocalServers, Service]]:
    """A server that was told how to measure and what to log, by the files of the two backends."""
    root, model = tmp_path_factory.mktemp("watched"), models["sugar"]
    stream = example(ECS / "examples/values")
    assert isinstance(stream, LogStream)
    stream = stream.model_copy(update={"percent": 100.0, "redact": ("x3",)})
    (root / "bentoml.yaml").write_text(configmap(render.render(files(SERVING), placed), "bentoml.yaml"))
    (root / "request-log.json").write_text(configmap(render.render(files(ECS), stream), "request-log.json"))
    packager, servers = BentoPackager(root), LocalServers(root)
    bento = packager.build(model_python, "vision-sugar", model.folder, model.contract, b"")[1]
    packager.close()
    told = {"BENTOML_CONFIG": "bentoml.yaml", "WINDLASS_REQUEST_LOG": "request-log.json"}
    env = tuple(EnvEntry(name=name, value=str(root / file)) for name, file in told.items())
    one = service("sugar", free_port()).model_copy(update={"env": env})
    servers.start(one, bento, model_python)
    servers.wait_ready(one, 60)
    yield servers, one
    servers.stop("local", one.slug)


def ask(running: tuple[LocalServers, Service], body: Any, path: str = "/predict", **headers: str) -> int:
    """The status of an answer, whose line then stands in the log, if it gets one."""
    before = len(lines(running))
    connection = HTTPConnection("127.0.0.1", running[1].port)
    connection.request("POST", path, json.dumps(body), headers)
    status = connection.getresponse().status
    connection.close()
    lines(running, before + (path in ROUTES))
    return status


def lines(running: tuple[LocalServers, Service], expected: int = 0) -> list[dict[str, Any]]:
    """The request log, as soon as it has so many lines: a line is written once the answer is out."""
    limit = time.monotonic() + 10
    while True:
        # the last one may be half written
        found = [
            json.loads(line) for line in whole(running).splitlines() if line.startswith("{") and line.endswith("}")
        ]
        if len(found) >= expected or time.monotonic() > limit:
            return found
        time.sleep(0.05)


def whole(running: tuple[LocalServers, Service]) -> str:
    return running[0].tail("local", running[1].slug, 1000) or ""


def test_it_measures_under_the_names_that_its_backend_says(
    running: tuple[LocalServers, Service], placed: Service
) -> None:
    metrics = declared((SERVING / "backend.yaml").read_text()).metrics
    assert metrics is not None
    assert [ask(running, ROW), ask(running, {}), ask(running, ROW, "/nothing")] == [200, 400, 404]
    connection = HTTPConnection("127.0.0.1", running[1].port)
    connection.request("GET", metrics.path)
    text = connection.getresponse().read().decode()
    connection.close()
    answered = [line for line in text.splitlines() if f'{metrics.endpoint}="/predict"' in line]
    for code, name in (("200", metrics.requests), ("400", metrics.requests), ("200", f"{metrics.durations}_count")):
        assert any(line.startswith(name) and f'{metrics.code}="{code}"' in line for line in answered), name
    assert any(line.startswith(metrics.in_flight) for line in answered)
    bounds = [line for line in answered if line.startswith(f"{metrics.durations}_bucket") and '"200"' in line]
    assert [f'le="{bound(one)}"' in line for one, line in zip(placed.duration_buckets, bounds, strict=False)] == [
        True
    ] * len(placed.duration_buckets)
    assert metrics.endpoints == ROUTES


def test_every_request_is_a_line_in_the_words_of_the_schema(running: tuple[LocalServers, Service]) -> None:
    before = len(lines(running))
    assert ask(running, ROW, traceparent=f"00-{TRACE}-b7ad6b7169203331-01") == 200
    assert ask(running, {"rows": [ROW, ROW]}, "/predict_batch") == 200
    assert ask(running, {**ROW, f"key {HIDDEN}": 1}) == 400
    assert ask(running, dict.fromkeys(ROW, 1.7e308)) == 500
    one, many, refused, failed = lines(running)[before:]
    for line in (one, many, refused, failed):
        assert wrong(line) == []
    assert one["trace.id"] == TRACE
    assert one["windlass.input"] == {name: value for name, value in ROW.items() if name != "x3"}
    assert one["windlass.output"].keys() == {"progression"}
    assert [row.keys() for row in many["windlass.input"]] == [one["windlass.input"].keys()] * 2
    assert (refused["log.level"], refused["error.message"]) == ("warn", "body extra_forbidden")
    assert "windlass.input" not in refused
    assert (failed["log.level"], failed["error.type"]) == ("error", "ValueError")
    assert failed["error.message"].startswith("service.py:")
    assert "x3" not in failed["windlass.input"]
    assert {one["event.outcome"], failed["event.outcome"]} == {"success", "failure"}


def test_what_is_redacted_is_nowhere_in_the_log(running: tuple[LocalServers, Service]) -> None:
    before = len(lines(running))
    for path, body in (
        ("/predict", ROW),
        ("/predict_batch", {"rows": [ROW]}),
        ("/predict", {**ROW, "x3": HIDDEN}),
        ("/predict", {**ROW, HIDDEN: 1}),
        ("/predict", dict.fromkeys(ROW, 1.7e308) | {"x3": float(HIDDEN)}),
    ):
        ask(running, body, path)
    seen = [line["http.response.status_code"] for line in lines(running, before + 5)[before:]]
    assert sorted(seen) == [200, 200, 400, 400, 500]
    assert HIDDEN not in whole(running)


def wrong(line: dict[str, Any]) -> list[str]:
    """What Elasticsearch would not take as the schema has it; `windlass.` is our own name, as the schema asks of its users."""
    types = {"keyword": str, "match_only_text": str, "wildcard": str, "date": str, "long": int, "object": dict}
    found = []
    for name, value in line.items():
        if name.startswith("windlass."):
            continue
        field = ecs().get(name)
        if field is None:
            found.append(f"{name} is no field")
            continue
        many = value if isinstance(value, list) else [value]
        if isinstance(value, list) != field.get("array", False):
            found.append(f"{name}: one or many?")
        found += [f"{name}: {one!r}" for one in many if not isinstance(one, types[field["type"]])]
        found += [f"{name}: {one!r}" for one in many if one not in field.get("allowed", [one])]
    return found


def test_the_schema_would_find_a_mistake() -> None:
    assert wrong({"event.durations": 1, "event.outcome": "fine", "event.category": "web", "event.duration": "1 s"}) == [
        "event.durations is no field",
        "event.outcome: 'fine'",
        "event.category: one or many?",
        "event.duration: '1 s'",
    ]
