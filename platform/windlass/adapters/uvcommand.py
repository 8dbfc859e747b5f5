"""uv, run on a leash: what it is asked, and what its failures mean. It comes from our own environment."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from windlass.adapters import leash
from windlass.model.failure import World

NETWORK = re.compile(r"error sending request|dns error|network|connect|timed? ?out|offline", re.IGNORECASE)
TAIL = 12


def install(
    pins: bytes, where: Sequence[str], wheels: Path | None, held: int | None = None
) -> "subprocess.CompletedProcess[str]":
    """Install pins by their hashes. ``where`` is uv's word for the place."""
    with tempfile.TemporaryDirectory(prefix="windlass-") as folder:
        lock = Path(folder, "requirements.lock")
        lock.write_bytes(pins)
        options = ["--quiet", *where, "--require-hashes", "--compile-bytecode", "-r", str(lock)]
        command = ["pip", "install", *options]
        if wheels is not None:
            # a cache of its own: what other machines left in theirs is not what the store has
            own = ["--cache-dir", str(Path(folder, "cache"))]
            return run([*command, *own, "--offline", "--no-index", "--find-links", str(wheels)], held)
        # What is in uv's cache needs no network, and asking for it first takes well under a second.
        ended = run([*command, "--offline"], held)
        return ended if ended.returncode == 0 else run(command, held)


def online_then_offline(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    """Run uv, and where it misses the network once more with what its cache has."""
    ended = run(command)
    if ended.returncode and NETWORK.search(words(ended)):
        cached = run([*command, "--offline"])
        return cached if cached.returncode == 0 else ended
    return ended


def run(command: Sequence[str], held: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Run uv on a leash. ``held`` is a descriptor that it inherits."""
    import uv

    argv = [sys.executable, "-S", str(Path(leash.__file__)), uv.find_uv_bin(), *command]
    handles = () if held is None else (held,)
    with subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(),
        pass_fds=handles,
        start_new_session=True,
    ) as process:
        try:
            # communicate() would close its input at once, and with it the leash.
            assert process.stdout is not None
            said = process.stdout.read()
            process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(argv, process.returncode, said)


def require(ended: "subprocess.CompletedProcess[str]", wheels: Path | None = None) -> None:
    """Raise `World` where uv could not install: WL561 without network, WL562. With ``wheels`` no network was wanted."""
    if ended.returncode == 0:
        return
    told = words(ended)
    if wheels is None and NETWORK.search(told):
        raise no_network(told)
    hint = "see what uv says; `windlass lock` makes a lock that does not fit any more anew"
    if wheels is not None:
        hint = "see what uv says; `windlass step upload` with `--wheels` brings what the store lacks"
    raise World.one("WL562", "an interpreter could not be made from its lock", hint, output=told)


def no_network(told: str) -> World:
    """The failure of an index that cannot be reached."""
    message = "packages are needed that are not in uv's cache, and the package index cannot be reached"
    return World.one(
        "WL561", message, "connect once and run the same command again; later it works offline", output=told
    )


def words(ended: "subprocess.CompletedProcess[str]") -> str:
    """The last lines that uv said."""
    return "\n".join(ended.stdout.strip().splitlines()[-TAIL:])


def _environment() -> Mapping[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}
