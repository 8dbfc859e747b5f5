"""Real git repositories for tests: people with names of their own, a bare remote between them, no settings of yours."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest


class Clone:
    """A work tree of one person. Its identity stands in its own configuration, so nothing outside has a say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", "-C", str(self.folder), *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"git {' '.join(words)}: {done.stderr}"
        return done.stdout.rstrip("\n")

    def write(self, files: Mapping[str, str | bytes | None]) -> None:
        for path, text in files.items():
            target = self.folder / path
            if text is None:
                target.unlink()
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, subject: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        self.write(files or {})
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def merge(self, branch: str, subject: str = "") -> str:
        """Bring a branch into the one checked out, by a merge commit; git knows remote branches too."""
        self.git("merge", "-q", "--no-ff", "-m", subject or f"Merge {branch}", branch)
        return self.git("rev-parse", "HEAD")

    def person(self, name: str) -> "Clone":
        self.git("config", "user.name", name)
        self.git("config", "user.email", f"{name.split()[0].lower()}@example.org")
        self.git("config", "commit.gpgsign", "false")
        return self


def new(folder: Path, name: str = "Ada") -> Clone:
    """An empty repository on branch main."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    return Clone(folder).person(name)


def remote(folder: Path) -> Path:
    """An empty bare repository."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(folder)], check=True)
    return folder


def clone(source: Path, folder: Path, name: str, *options: str) -> Clone:
    """Somebody's clone of a remote."""
    words = ["git", "clone", "-q", *options, source.as_uri(), str(folder)]
    subprocess.run(words, check=True, capture_output=True)
    return Clone(folder).person(name)


def sign(clone: Clone, keys: Path, trusted: bool = True) -> None:
    """Let a clone sign its commits with a new SSH key, and trust it (or not) where signatures are checked."""
    if shutil.which("ssh-keygen") is None:
        pytest.skip("there is no ssh-keygen here")
    who = clone.git("config", "user.email")
    key = keys / who
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who, "-f", str(key)], check=True)
    signers = keys / "allowed_signers"
    known = signers.read_text() if signers.exists() else ""
    public = Path(f"{key}.pub").read_text()
    signers.write_text(known + (f"{who} {public}" if trusted else ""))
    clone.git("config", "gpg.format", "ssh")
    clone.git("config", "user.signingkey", str(key))
    clone.git("config", "gpg.ssh.allowedSignersFile", str(signers))
    clone.git("config", "commit.gpgsign", "true")
