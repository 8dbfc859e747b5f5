"""What a bucket refuses is told for who must act, without a word of keys, and what is there is not sent again."""

import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.bucket import KEYS, Server
from tests.transcript import ROOT
from windlass.adapters import stores
from windlass.model import digests
from windlass.model.failure import Failure, Findings, World
from windlass.ports import Store

DIGEST = digests.of_bytes(b"never")
ASKED: dict[str, Callable[[Store], object]] = {
    "has": lambda store: store.has(DIGEST),
    "put": lambda store: store.put(b"1"),
    "get": lambda store: store.get(DIGEST),
    "record": lambda store: store.record("a/b"),
    "write": lambda store: store.write_record("a/b", b"1"),
    "records": lambda store: store.records("a"),
}
FETCH = ["step", "fetch", "--digest", DIGEST, "--bento", "bento", "--library", "lib", "--store"]


@pytest.fixture
def known(s3: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """The server, whose keys and address this process knows."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    return s3


def told(uri: str, ask: Callable[[Store], object]) -> Failure:
    with pytest.raises(Failure) as caught:
        ask(stores.at(uri))
    said = f"{caught.value.diagnostics}{caught.value.output}"
    assert "hush" not in said
    assert "known" not in said.replace("that are known", "")
    return caught.value


def test_who_keeps_it_may_be_named(s3: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**s3.keys, "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9"}.items():
        monkeypatch.setenv(name, value)
    store = stores.at(s3.bucket(f"a-{uuid.uuid4()}"), s3.address)
    assert store.get(store.put(b"1")) == b"1"


@pytest.mark.parametrize("asked", [one for one in ASKED if one != "has"])
def test_a_bucket_that_is_not_there(known: Server, asked: str) -> None:
    failure = told("s3://nowhere-at-all/ml", ASKED[asked])
    assert isinstance(failure, World)
    place = known.address.removeprefix("http://")
    assert [(one.code, one.message) for one in failure.diagnostics] == [
        ("WL557", f"there is no bucket `nowhere-at-all` at {place}")
    ]


@pytest.mark.parametrize("asked", ASKED)
def test_keys_that_nobody_knows(known: Server, asked: str) -> None:
    uri = known.bucket(f"a-{uuid.uuid4()}")
    known.trust(0)
    try:
        failure = told(uri, ASKED[asked])
    finally:
        known.trust(None)
    (found,) = failure.diagnostics
    assert (type(failure), found.code, uri in found.message) == (World, "WL558", True)


def test_keys_that_may_do_nothing(known: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    uri = known.bucket(f"a-{uuid.uuid4()}")
    for name, value in known.stranger().items():
        monkeypatch.setenv(name, value)
    known.trust(0)
    try:
        failure = told(uri, ASKED["put"]), told(uri, ASKED["write"])
    finally:
        known.trust(None)
    messages = [one.diagnostics[0].message for one in failure]
    assert messages == [f"the keys to the store `{uri}` do not allow {asked}" for asked in ("HeadObject", "PutObject")]


@pytest.mark.parametrize("asked", ASKED)
def test_no_keys(known: Server, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/keys")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    failure = told("s3://ml-dev", ASKED[asked])
    assert (type(failure), failure.diagnostics[0].code) == (World, "WL558")
    assert failure.diagnostics[0].message == "nothing here gives keys to the store `s3://ml-dev` (NoCredentialsError)"


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"AWS_PROFILE": "nobody"}, "nothing here gives keys to the store `s3://ml-dev` (ProfileNotFound)"),
        ({"AWS_ENDPOINT_URL_S3": "minio"}, "the address of the store `s3://ml-dev` is none"),
        (
            {"AWS_ENDPOINT_URL_S3": "http://someone:hush@127.0.0.1:9"},
            "the store `s3://ml-dev` was not reached at 127.0.0.1:9 (EndpointConnectionError)",
        ),
    ],
    ids=["profile", "address", "nobody there"],
)
def test_what_the_variables_say_is_wrong(
    known: Server, variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    failure = told("s3://ml-dev", ASKED["put"])
    assert (type(failure), failure.diagnostics[0].message) == (World, message)


@pytest.mark.parametrize("uri", ["s3://", "s3:///ml", "s3://Ml_Dev/x", "s3://a", "gs://ml-dev"])
def test_an_address_that_is_no_bucket(uri: str) -> None:
    for ask in (stores.at, stores.remote):
        with pytest.raises(Findings) as caught:
            ask(uri)
        assert caught.value.diagnostics[0].code == "WL554"


def test_what_the_server_has_is_not_sent_again(known: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    store = stores.at(known.bucket(f"a-{uuid.uuid4()}"))
    store.put(b"1")
    monkeypatch.setattr("windlass.adapters.bucket_depot.BucketDepot._send", None)
    store.put(b"1")
    with pytest.raises(TypeError):
        store.put(b"2")


def step(folder: Path, uri: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    own = {"PYTHONPATH": str(ROOT / "platform"), "PATH": os.defpath, **KEYS, **variables}
    return subprocess.run(
        [sys.executable, "-m", "windlass", *FETCH, uri],
        cwd=folder,
        env=own,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_pod_whose_store_is_not_reached_may_be_started_again(tmp_path: Path) -> None:
    done = step(tmp_path, "s3://ml-dev", AWS_ENDPOINT_URL_S3="http://127.0.0.1:9")
    assert (done.returncode, "WL559" in done.stderr, "Traceback" in done.stderr) == (5, True, False), done.stderr


def test_without_what_speaks_to_buckets(tmp_path: Path) -> None:
    without = "import sys\nsys.modules['boto3'] = None\nfrom windlass.cli.main import main\nsys.exit(main())\n"
    command = [sys.executable, "-c", without, *FETCH, "s3://ml-dev"]
    own = {"PYTHONPATH": str(ROOT / "platform")}
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    assert (done.returncode, "WL554" in done.stderr) == (1, True), done.stderr
    assert "pip install 'windlass[s3]'" in done.stderr
