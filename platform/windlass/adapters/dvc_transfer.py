"""What moves between DVC's cache and its remote, in the worker's own process: contents, and what DVC remembers of one stage's runs.

DVC's own push and pull believe that a folder whose list is there is there whole, and move what it remembers of every run of
everybody; here each file is looked for, and only what one stage needs is moved.
"""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import yaml


def troubles() -> tuple[type[Exception], ...]:
    """What DVC raises where its remote is in trouble; what it asks a bucket with has exceptions of its own."""
    from dvc.exceptions import DvcException
    from dvc_objects.errors import ObjectDBError

    if find_spec("botocore") is None:
        return DvcException, ObjectDBError, OSError
    from botocore.exceptions import BotoCoreError, ClientError

    return DvcException, ObjectDBError, OSError, BotoCoreError, ClientError


def fetch(repo: Any, md5s: Iterable[str]) -> str:
    """Bring contents that the remote has into the cache, each verified. What is lost on the way, in words; else nothing. What
    the remote does not have is not brought, and no error."""
    from dvc_data.hashfile.transfer import transfer

    cache, remote, contents = repo.cache.local, repo.cloud.get_remote_odb(None, "fetch"), set(_named(md5s))
    transfer(remote, cache, contents, verify=True)
    return _told(transfer(remote, cache, _members(cache, contents), verify=True).failed)


def push(repo: Any, md5s: Iterable[str]) -> str:
    """Copy contents of the cache to the remote, the files of a folder before its list. Answers like `fetch`."""
    from dvc_data.hashfile.transfer import transfer

    remote = repo.cloud.get_remote_odb(None, "push")
    return _told(transfer(repo.cache.local, remote, set(_named(md5s)), shallow=False).failed)


def recall(repo: Any, target: str) -> None:
    """Bring what DVC remembers of runs of just this stage on just what it reads now, and what they made."""
    key = _key(repo, target)
    if key is None:
        return
    remote, here = _runs(repo, "fetch"), Path(repo.stage_cache.cache_dir, key)
    theirs = remote.fs.join(remote.path, "runs", key)
    made: set[str] = set()
    for path in remote.fs.find(theirs) if remote.fs.exists(theirs) else ():
        here.mkdir(parents=True, exist_ok=True)
        remote.fs.get(path, str(here / remote.fs.name(path)))
        made |= _made(here / remote.fs.name(path))
    fetch(repo, made)


def remember(repo: Any, target: str) -> None:
    """Let the remote have what DVC remembers of the run that it did last. An entry that is there stays."""
    key = _key(repo, target)
    here = Path(repo.stage_cache.cache_dir, key or "none")
    if key is None or not here.is_dir():
        return
    remote = _runs(repo, "push")
    for path in sorted(here.iterdir()):
        theirs = remote.fs.join(remote.path, "runs", key, path.name)
        if not remote.fs.exists(theirs):
            remote.fs.put(str(path), theirs)


def _runs(repo: Any, command: str) -> Any:
    # DVC keeps its memory of runs at the top of a remote, where its older layout was
    return repo.cloud.get_remote_odb(None, command, hash_name="md5-dos2unix")


def _key(repo: Any, target: str) -> str | None:
    """Where DVC's memory has a stage as it is now (dvc 3.67, `StageCache._get_cache_dir`); None for one that it keeps none of."""
    from dvc.stage.cache import _can_hash, _get_stage_hash

    stage = repo.stage.get_target(target)
    stage.save_deps()
    if not _can_hash(stage):
        return None
    key = str(_get_stage_hash(stage))
    return f"{key[:2]}/{key}"


def _made(entry: Path) -> set[str]:
    """The outs of one remembered run; none where the entry cannot be read: DVC takes it out then."""
    try:
        return {str(out["md5"]) for out in yaml.safe_load(entry.read_bytes())["outs"]}
    except (yaml.YAMLError, UnicodeDecodeError, KeyError, TypeError):
        return set()


def _named(md5s: Iterable[str]) -> Iterator[Any]:
    from dvc_data.hashfile.hash_info import HashInfo

    return (HashInfo("md5", md5) for md5 in md5s)


def _members(cache: Any, contents: set[Any]) -> set[Any]:
    """The files of those folders whose lists are in the cache."""
    from dvc_data.hashfile.tree import Tree

    lists = (one for one in contents if one.isdir and cache.exists(one.value))
    return {file for one in lists for _, _, file in Tree.load(cache, one)}


def _told(failed: Iterable[Any]) -> str:
    return ", ".join(sorted(str(one.value) for one in failed)[:3])
