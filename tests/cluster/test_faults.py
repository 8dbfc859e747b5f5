"""The way to the server on which things go wrong: each fault does what it says, and the record is true."""

import http.client
import json
import ssl
import threading
import time

import pytest

BROKEN = (OSError, http.client.HTTPException)


def configmap(name, **data):
    return {"metadata": {"name": name}, "data": data}


@pytest.fixture
def maps(namespace):
    """The path of the namespace's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


@pytest.fixture
def client(faulty):
    return faulty.client("admin")


def test_without_rules_it_is_the_server(faulty, client, maps, admin):
    assert client.request("POST", maps, configmap("a", word="hoist"))[0] == 201
    assert client.request("GET", f"{maps}/a") == admin.request("GET", f"{maps}/a")
    assert client.request("GET", f"{maps}/nothing")[0] == 404
    status, answer = faulty.client("nobody").request("GET", f"{maps}/a")
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert [(one.method, one.path, one.status) for one in faulty.requests] == [
        ("POST", maps, 201),
        ("GET", f"{maps}/a", 200),
        ("GET", f"{maps}/nothing", 404),
        ("GET", f"{maps}/a", 403),
    ]


@pytest.mark.parametrize("status", [409, 422, 429, 500, 503])
def test_a_made_up_answer(faulty, client, maps, admin, status):
    faulty.on("POST", "/configmaps", nth=2).answer(status, "not today", retry_after=1)
    assert client.request("POST", maps, configmap("a"))[0] == 201
    said, answer = client.request("POST", maps, configmap("b"))
    assert (said, answer["kind"], answer["code"], answer["message"]) == (status, "Status", status, "not today")
    assert client.request("POST", maps, configmap("c"))[0] == 201
    assert [item["metadata"]["name"] for item in admin.request("GET", maps)[1]["items"]] == ["a", "c"]
    assert [one.reached for one in faulty.requests] == [True, False, True]


def test_retry_after_is_a_header(faulty, server, client):
    faulty.on("GET").answer(429, retry_after=7)
    trusted = ssl.create_default_context(cafile=str(server.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", client.port, context=trusted)
    connection.request("GET", "/api")
    answer = connection.getresponse()
    assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    answer.read()
    faulty.clear()
    connection.request("GET", "/api", headers={"Authorization": f"Bearer {client.token}"})  # the same connection
    assert connection.getresponse().status == 200
    connection.close()


def test_a_cut_before_the_server_is_asked(faulty, client, maps, admin):
    faulty.on("POST").cut()
    with pytest.raises(BROKEN):
        client.request("POST", maps, configmap("a"))
    assert admin.request("GET", f"{maps}/a")[0] == 404
    assert [(one.reached, one.status) for one in faulty.requests] == [(False, None)]


def test_an_answer_that_is_lost(faulty, client, maps, admin):
    faulty.on("POST").lose()
    with pytest.raises(BROKEN):
        client.request("POST", maps, configmap("a"))
    assert admin.request("GET", f"{maps}/a")[0] == 200
    assert [(one.reached, one.status) for one in faulty.requests] == [(True, None)]


def test_a_request_that_hangs(faulty, client, maps, admin):
    faulty.on("POST").hang()
    with pytest.raises(TimeoutError):
        client.request("POST", maps, configmap("a"), timeout=0.3)
    assert client.request("GET", maps)[0] == 200
    assert admin.request("GET", f"{maps}/a")[0] == 404


def test_a_delay(faulty, client, maps):
    faulty.on("POST").delay(0.3)
    began = time.monotonic()
    assert client.request("POST", maps, configmap("a"))[0] == 201
    assert time.monotonic() - began >= 0.3


def test_something_that_happens_meanwhile(faulty, client, maps, admin):
    faulty.on("POST").meanwhile(lambda: admin.request("POST", maps, configmap("a", by="another")))
    assert client.request("POST", maps, configmap("a"))[0] == 409


def test_a_watch_that_is_torn(faulty, client, server, maps):
    faulty.on("GET", "watch=true", nth=1).tear(2)
    for name in ("a", "b", "c"):
        client.request("POST", maps, configmap(name))
    assert len(_watched(client, server, f"{maps}?watch=true&resourceVersion=0")) == 2
    assert len(_watched(client, server, f"{maps}?watch=true&resourceVersion=0&timeoutSeconds=1")) == 3


def test_a_watch_passes_events_as_they_come(faulty, client, server, maps):
    seen = []
    watching = threading.Thread(
        target=lambda: seen.extend(_watched(client, server, f"{maps}?watch=true&timeoutSeconds=2", 1))
    )
    watching.start()
    time.sleep(0.3)
    client.request("POST", maps, configmap("late"))
    watching.join(5)
    assert [(one["type"], one["object"]["metadata"]["name"]) for one in seen] == [("ADDED", "late")]


def _watched(client, server, path, count=10):
    """Up to so many events of a watch, until it ends."""
    trusted = ssl.create_default_context(cafile=str(server.certificate))
    connection = http.client.HTTPSConnection("127.0.0.1", client.port, context=trusted, timeout=10)
    connection.request("GET", path, headers={"Authorization": f"Bearer {client.token}"})
    answer, seen = connection.getresponse(), []
    try:
        while len(seen) < count and (line := answer.readline()):
            seen.append(json.loads(line))
    except BROKEN:
        pass
    finally:
        connection.close()
    return seen


def test_what_counts_as_a_write(faulty, client, maps):
    faulty.on(".*").answer(503)
    client.request("POST", f"{maps}?dryRun=All", configmap("a"))
    client.request("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {})
    client.request("GET", maps)
    client.request("DELETE", f"{maps}/a")
    client.request("PATCH", f"{maps}/a?fieldManager=x", {})
    assert [(one.method, one.query) for one in faulty.writes] == [("DELETE", {}), ("PATCH", {"fieldManager": ["x"]})]


def test_a_server_that_is_gone(faulty, client, server):
    server.apiserver.kill()
    with pytest.raises(BROKEN):
        client.request("GET", "/api")
    server.revive()
    assert client.request("GET", "/api")[0] == 200
