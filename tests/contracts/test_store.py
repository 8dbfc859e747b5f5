"""The contract of `ports.Store`, over every store there is."""

import stat
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bucket import Server
from windlass.adapters import stores
from windlass.adapters.store import FolderStore
from windlass.model import digests
from windlass.model.failure import Findings, Refused, World
from windlass.ports import Store

Make = Callable[[str], Store]
Damage = Callable[[Store, str, bytes | None], str]
NAME = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\"), min_size=1, max_size=12)
TREES = st.dictionaries(NAME.filter(lambda name: name not in (".", "..")), st.binary(max_size=200), max_size=6)


@pytest.fixture(params=["folder", "bucket"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    if request.param == "folder":
        return lambda name: FolderStore(tmp_path / "stores" / name)
    server: Server = request.getfixturevalue("s3")
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    top = server.bucket(f"a-{uuid.uuid4()}")
    return lambda name: stores.at(f"{top}/stores/{name}")


@pytest.fixture
def damage(request: pytest.FixtureRequest) -> Damage:
    """Puts other bytes in a blob's place, or nothing; says where that is."""

    def hurt(store: Store, digest: str, data: bytes | None) -> str:
        name = f"blobs/sha256/{digest[7:9]}/{digest[7:]}"
        if isinstance(store, FolderStore):
            path = store.path / name
            path.unlink()
            if data is not None:
                path.write_bytes(data)
            return str(path)
        bucket, _, prefix = store.uri.removeprefix("s3://").partition("/")
        client = request.getfixturevalue("s3").client()
        if data is None:
            client.delete_object(Bucket=bucket, Key=f"{prefix}/{name}")
        else:
            client.put_object(Bucket=bucket, Key=f"{prefix}/{name}", Body=data)
        return f"{store.uri}/{name}"

    return hurt


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(data=st.binary(max_size=4096))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back_under_their_own_digest(make: Make, data: bytes) -> None:
    store = make("a")
    digest = store.put(data)
    assert digest == digests.of_bytes(data)
    assert store.has(digest)
    assert store.get(digest) == data


@given(files=TREES)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_folder_comes_back_whole(
    make: Make, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    store, place = make("a"), tmp_path_factory.mktemp("tree")
    digest = store.put_folder(write(place / "in", {f"deep/{name}": data for name, data in files.items()}))
    store.get_folder(digest, place / "out")
    assert read(place / "out") == read(place / "in")
    assert digest == digests.of_tree({name: digests.of_bytes(data) for name, data in read(place / "in").items()})
    assert store.has(digest)


def test_an_unknown_digest_is_the_worlds_fault(make: Make, tmp_path: Path) -> None:
    store, digest = make("a"), digests.of_bytes(b"never")
    assert not store.has(digest)
    for ask in (store.get, store.verify_folder, lambda it: store.get_folder(it, tmp_path / "out")):
        with pytest.raises(World) as caught:
            ask(digest)
        assert caught.value.diagnostics[0].code == "WL552"
    assert not (tmp_path / "out").exists()


def test_has_says_no_when_a_file_of_a_folder_is_gone(make: Make, damage: Damage, tmp_path: Path) -> None:
    store = make("a")
    digest = store.put_folder(write(tmp_path / "in", {"a": b"1", "b": b"2"}))
    damage(store, digests.of_bytes(b"2"), None)
    assert not store.has(digest)


def test_a_corrupt_file_is_refused_by_name_and_making_it_again_repairs_it(
    make: Make, damage: Damage, tmp_path: Path
) -> None:
    store = make("a")
    digest = store.put_folder(write(tmp_path / "in", {"model.skops": b"weights"}))
    path = damage(store, digests.of_bytes(b"weights"), b"weighty")
    for ask in (store.verify_folder, lambda it: store.get_folder(it, tmp_path / "out")):
        with pytest.raises(Refused) as caught:
            ask(digest)
        found = caught.value.diagnostics[0]
        assert found.code == "WL421"
        assert path in found.hint
    assert not (tmp_path / "out").exists()
    store.put_folder(tmp_path / "in")
    store.verify_folder(digest)


def test_records_are_named_and_listed(make: Make) -> None:
    store = make("a")
    assert store.record("candidates/a/b/1.json") is None
    store.write_record("candidates/a/b/1.json", b"one")
    store.write_record("candidates/a/b/1.json", b"two")
    store.write_record("candidates/a/c/2.json", b"three")
    assert store.record("candidates/a/b/1.json") == b"two"
    assert store.records("candidates/a/b") == ("candidates/a/b/1.json",)
    assert store.records("candidates") == ("candidates/a/b/1.json", "candidates/a/c/2.json")
    assert store.records("candidates/a/") == ("candidates/a/b/1.json", "candidates/a/c/2.json")
    assert store.records("cand") == store.records("nothing") == ()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", "a//b", ""])
def test_a_record_cannot_leave_the_store(make: Make, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a record"):
        make("a").write_record(name, b"x")


def test_a_copy_is_verified_and_not_made_twice(make: Make, damage: Damage, tmp_path: Path) -> None:
    one, two = make("a"), make("b")
    digest = one.put_folder(write(tmp_path / "in", {"x/y": b"1", "z": b"2"}))
    two.copy_from(one, digest)
    two.get_folder(digest, tmp_path / "out")
    assert read(tmp_path / "out") == {"x/y": b"1", "z": b"2"}
    single = one.put(b"alone")
    two.copy_from(one, single)
    assert two.get(single) == b"alone"
    damage(one, digests.of_bytes(b"1"), None)
    two.copy_from(one, digest)


def test_a_copy_of_rotten_bytes_is_refused_and_keeps_nothing(make: Make, damage: Damage, tmp_path: Path) -> None:
    one, two = make("a"), make("b")
    digest = one.put_folder(write(tmp_path / "in", {"x": b"right"}))
    damage(one, digests.of_bytes(b"right"), b"wrong")
    with pytest.raises(Refused, match="holds other bytes"):
        two.copy_from(one, digest)
    assert not two.has(digest)
    assert not two.has(digests.of_bytes(b"wrong"))


def test_a_link_is_no_file_to_store(make: Make, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a": b"1"})
    (folder / "b").symlink_to("/etc/hostname")
    with pytest.raises(Findings) as caught:
        make("a").put_folder(folder)
    assert caught.value.diagnostics[0].code == "WL423"


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../b"])
def test_a_listing_that_leaves_the_folder_is_no_folder(make: Make, tmp_path: Path, name: str) -> None:
    store = make("a")
    digest = store.put(digests.canonical({name: store.put(b"x")}))
    with pytest.raises(World, match="is no folder"):
        store.get_folder(digest, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()


def test_what_is_taken_out_cannot_be_edited_by_accident(make: Make, tmp_path: Path) -> None:
    store = make("a")
    digest = store.put_folder(write(tmp_path / "in", {"a": b"1"}))
    store.get_folder(digest, tmp_path / "out")
    assert not stat.S_IMODE((tmp_path / "out" / "a").stat().st_mode) & 0o222
    (tmp_path / "in" / "a").write_bytes(b"the writer goes on writing")
    store.verify_folder(digest)


def test_two_stores_copy_from_each_other(make: Make, tmp_path: Path) -> None:
    ours, folder = make("a"), FolderStore(tmp_path / "folder")
    digest = ours.put_folder(write(tmp_path / "in", {"x/y": b"1", "z": b"2"}))
    folder.copy_from(ours, digest)
    other = make("b")
    other.copy_from(folder, digest)
    other.get_folder(digest, tmp_path / "out")
    assert read(tmp_path / "out") == {"x/y": b"1", "z": b"2"}


def test_many_write_the_same_at_once(make: Make, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {str(number): bytes([number]) * 5000 for number in range(6)})

    def one(number: int) -> str:
        store = make("a")
        store.write_record("who/came", bytes([number]) * 5000)
        return store.put_folder(folder)

    with ThreadPoolExecutor(6) as pool:
        (digest,) = set(pool.map(one, range(6)))
    store = make("a")
    store.verify_folder(digest)
    assert store.record("who/came") in {bytes([number]) * 5000 for number in range(6)}


def test_what_is_large_travels_in_parts(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("windlass.adapters.bucket_depot.WHOLE", 6 << 20)
    monkeypatch.setattr("windlass.adapters.bucket_depot.SMALL", 1 << 20)
    store, data = make("a"), bytes(range(256)) * (1 << 16)
    digest = store.put_folder(write(tmp_path / "in", {"model": data}))
    assert store.has(digest)
    store.get_folder(digest, tmp_path / "out")
    assert (tmp_path / "out" / "model").read_bytes() == data
