"""Images without a container engine: a rendered Dockerfile is played step by step, each RUN in a root of its own, kept as a layer.

Only what our Dockerfiles say is understood; anything else is refused, so that nothing is passed over in silence.
"""

import contextlib
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import stat
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
MOUNT = "--mount=type=bind,target=/context "
HOST = "host"
"""Where the machine lies during a RUN, for what a package client needs of it: its certificates and settings."""


@dataclass
class Image:
    """Layers, the lowest first, each a folder as overlayfs leaves it; and how a container of it is started."""

    layers: tuple[Path, ...]
    env: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    user: str = ""
    folder: str = "/"
    entrypoint: Sequence[str] = ()

    def save(self, name: str, path: Path) -> None:
        """As an archive that container engines read, under a name."""
        with tarfile.open(path, "w") as archive:
            diffs = []
            for number, layer in enumerate(self.layers):
                packed = path.with_name(f"{path.name}.{number}")
                diffs.append(_pack(layer, packed))
                archive.add(packed, f"{number}.tar")
                packed.unlink()
            told = {"Env": [f"PATH={PATH}", *(f"{key}={value}" for key, value in self.env.items())]}
            told |= {"User": self.user, "WorkingDir": self.folder, "Entrypoint": self.entrypoint, "Labels": self.labels}
            rootfs = {"type": "layers", "diff_ids": [f"sha256:{one}" for one in diffs]}
            _add(archive, "config.json", {"architecture": "amd64", "os": "linux", "config": told, "rootfs": rootfs})
            layers = [f"{number}.tar" for number in range(len(diffs))]
            _add(archive, "manifest.json", [{"Config": "config.json", "RepoTags": [name], "Layers": layers}])


def build(context: Path, base: Path, kept: Path) -> Image:
    """What the Dockerfile of a folder makes of a base. Layers stay in ``kept`` and are made once for what goes into them."""
    image, key = Image((base,)), base.name
    for word, rest in _instructions((context / "Dockerfile").read_text()):
        match word:
            case "FROM":
                assert "@sha256:" in rest, "a base that is not named by digest"
            case "LABEL" | "ENV":
                pairs = dict(one.split("=", 1) for one in shlex.split(rest))
                (image.env if word == "ENV" else image.labels).update(pairs)
            case "RUN":
                mounted = rest.startswith(MOUNT)
                key = _key(key, image.env, rest, context if mounted else None)
                if not (kept / key).exists():
                    _run(rest.removeprefix(MOUNT), image, context if mounted else None, kept / key)
                image.layers = (*image.layers, kept / key)
            case "WORKDIR":
                image.folder = rest
            case "USER":
                image.user = rest
            case "ENTRYPOINT":
                image.entrypoint = json.loads(rest)
            case _:
                raise AssertionError(f"a Dockerfile says {word}, which is not played here")
    return image


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        word, _, rest = line.partition(" ")
        yield word, re.sub(r"\s+", " ", rest.strip()) if word in ("LABEL", "RUN") else rest.strip()


def _key(before: str, env: Mapping[str, str], command: str, context: Path | None) -> str:
    """What a layer is made of: all before it, the command, and the files of the context that it names."""
    named = [one for one in sorted(context.iterdir()) if one.name in command] if context else []
    files = [hashlib.sha256(one.read_bytes()).hexdigest() for one in named]
    parts = [before, json.dumps(env, sort_keys=True), command, *files]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _run(command: str, image: Image, context: Path | None, layer: Path) -> None:
    """Play a command over the layers below. What is mounted of this machine can only be read, and no folder is ever emptied
    in which something might be mounted."""
    folder = Path(tempfile.mkdtemp(prefix=f".{layer.name}-", dir=layer.parent))
    upper, work, root = (folder / word for word in ("new", "work", "root"))
    for one in (upper, work, root):
        one.mkdir()
    lower = ":".join(str(one) for one in reversed(image.layers))
    with contextlib.ExitStack() as mounts:
        _mount(mounts, root, "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}")
        _mount(mounts, root / "proc", "-t", "proc", "proc")
        _read_only(mounts, Path("/dev"), root / "dev")
        _read_only(mounts, Path("/"), root / HOST)
        if context is not None:
            _read_only(mounts, context, root / "context")
        resolver = root / "etc/resolv.conf"
        shutil.copyfile("/etc/resolv.conf", resolver)
        command = f"{command}\nended=$?; rm -rf /tmp/* /tmp/.[!.]*; exit $ended"
        try:
            subprocess.run(["chroot", root, "/bin/sh", "-c", command], env=_surroundings(image.env), check=True)
        finally:
            resolver.unlink()
    upper.rename(layer)
    shutil.rmtree(work)
    root.rmdir()
    folder.rmdir()


def _mount(mounts: contextlib.ExitStack, place: Path, *words: str) -> None:
    made = not place.exists()
    place.mkdir(exist_ok=True)
    if made:
        mounts.callback(place.rmdir)
    subprocess.run(["mount", *words, place], check=True)
    mounts.callback(subprocess.run, ["umount", place], check=True)


def _read_only(mounts: contextlib.ExitStack, source: Path, place: Path) -> None:
    _mount(mounts, place, "--bind", str(source))
    subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)


def _surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """The image's own, and how packages are asked for here: files named there are found below `HOST`."""
    named = re.compile(r"PIP_|.*(CERT|CA_BUNDLE|CA_CERTS|_PROXY)", re.IGNORECASE)
    found = {name: value for name, value in os.environ.items() if named.match(name)}
    for name, value in found.items():
        if value.startswith("/") and Path(value).exists():
            found[name] = f"/{HOST}{Path(value).resolve()}"
    if Path("/etc/pip.conf").exists():
        found.setdefault("PIP_CONFIG_FILE", f"/{HOST}/etc/pip.conf")
    return {"PATH": PATH, "PIP_ROOT_USER_ACTION": "ignore", "PIP_QUIET": "1", **found, **env}


def _pack(layer: Path, path: Path) -> str:
    """A layer as a tar, what was removed in it as container engines write it; the digest of the tar."""
    with tarfile.open(path, "w") as archive:
        for folder, folders, files in os.walk(layer):
            for name in sorted([*folders, *files]):
                place = Path(folder, name)
                inner = str(place.relative_to(layer))
                if stat.S_ISCHR(place.lstat().st_mode):
                    gone = place.relative_to(layer)
                    archive.addfile(tarfile.TarInfo(str(gone.with_name(f".wh.{gone.name}"))))
                else:
                    archive.add(place, inner, recursive=False)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _add(archive: tarfile.TarFile, name: str, value: Any) -> None:
    data = json.dumps(value).encode()
    info = tarfile.TarInfo(name)
    info.size = len(data)
    archive.addfile(info, io.BytesIO(data))
