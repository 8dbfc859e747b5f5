"""The base that images are built on: this machine's Python, the libraries that it and wheels need, a shell, and little else."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

PROGRAMS = {
    "bin/sh": "/bin/dash",
    **{f"usr/bin/{name}": f"/usr/bin/{name}" for name in ("cat", "env", "install", "ls", "rm")},
}
LEFT_OUT = shutil.ignore_patterns("__pycache__", "test", "tests", "idlelib", "tkinter", "turtledemo", "lib2to3")
BESIDE = (
    "libstdc++.so.6",
    "libgcc_s.so.1",
    "libz.so.1",
    *(
        f"lib{name}"
        for name in (
            "nss_files.so.2",
            "nss_dns.so.2",
            "resolv.so.2",
            "pthread.so.0",
            "rt.so.1",
            "dl.so.2",
            "m.so.6",
            "util.so.1",
        )
    ),
)
"""What wheels and name look-ups load, which no program here is linked to: any distribution's Python image has it."""
FILES = {
    "etc/passwd": "root:x:0:0::/root:/bin/sh\n",
    "etc/group": "root:x:0:\n",
    "etc/nsswitch.conf": "hosts: files dns\n",
    "etc/hosts": "127.0.0.1 localhost\n",
}


def make(kept: Path) -> Path:
    """The folder; made once for a Python."""
    python = Path(sys.base_prefix)
    made = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:12]
    folder = kept / f"base-{sys.version.split()[0]}-{made}"
    if folder.exists():
        return folder
    new = folder.with_suffix(".new")
    shutil.rmtree(new, ignore_errors=True)
    for name in ("tmp", "etc", "root", "proc", "sys", "dev", "bin", "usr/bin", "usr/local/bin", "lib64", "var/tmp"):
        (new / name).mkdir(parents=True)
    (new / "tmp").chmod(0o1777)
    (new / "var/tmp").chmod(0o1777)
    for name, text in FILES.items():
        (new / name).write_text(text)
    _python(python, new)
    for inside, program in PROGRAMS.items():
        shutil.copy2(program, new / inside)
    _libraries(new)
    new.rename(folder)
    return folder


def _python(python: Path, new: Path) -> None:
    """Where the official images have it: a Python looks for its library beside itself."""
    library = python / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    inside = new / "usr/local/lib" / library.name
    shutil.copytree(library, inside, symlinks=True, ignore=lambda at, names: {*LEFT_OUT(at, names), "site-packages"})
    packages = inside / "site-packages"
    packages.mkdir()
    for one in (library / "site-packages").iterdir():
        if re.match(r"pip\b", one.name):
            shutil.copytree(one, packages / one.name, ignore=shutil.ignore_patterns("__pycache__"))
    for one in python.glob("lib/libpython*"):
        shutil.copy2(one, new / "usr/local/lib" / one.name, follow_symlinks=False)
    program = Path(sys.executable).resolve()
    shutil.copy2(program, new / "usr/local/bin" / program.name)
    for name in ("python", "python3"):
        (new / "usr/local/bin" / name).symlink_to(program.name)


def _libraries(new: Path) -> None:
    linked = [one for one in new.rglob("*") if one.is_file() and (".so" in one.name or os.access(one, os.X_OK))]
    said = subprocess.run(["ldd", *(str(one) for one in linked)], capture_output=True, text=True, check=False)
    needed = set(re.findall(r"(?:=> )?(/\S+) \(0x", said.stdout))
    known = subprocess.run(["/sbin/ldconfig", "-p"], capture_output=True, text=True, check=True).stdout
    needed |= {
        found.group(1) for one in BESIDE if (found := re.search(rf"{re.escape(one)} \(.*x86-64.*=> (\S+)", known))
    }
    for path in sorted(needed):
        place = new / path.lstrip("/")
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, place)
