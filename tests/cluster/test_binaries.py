"""Where the server's programs come from, and what is said where they come from nowhere. Asks no server."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cluster import binaries
from tests.cluster.binaries import APISERVER, ETCD, TOOLS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """A user without a cache and with two programs of every kind."""
    monkeypatch.delenv("KUBEBUILDER_ASSETS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def said(bare):
    done = subprocess.run(
        [sys.executable, "-m", binaries.__name__], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stderr


def test_the_pins():
    assert (APISERVER.version, ETCD.version) == ("1.34.4", "3.6.16")


def test_a_folder_of_somebody_elses(bare, monkeypatch):
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(bare / "assets"))
    with pytest.raises(binaries.Missing, match="which has no program etcd"):
        binaries.find()
    for tool in TOOLS:
        program(bare / "assets" / tool.name, "exit 1")
    assert binaries.find() == bare / "assets"


def test_without_go(bare):
    with pytest.raises(binaries.Missing, match=r"etcd 3.6.16 is not at hand: `make test-cluster` builds it once"):
        binaries.find()
    assert said(bare).endswith("NO CLUSTER TESTS: etcd 3.6.16 is built with Go, which is not here\n")


def test_a_build_that_fails(bare):
    program(bare / "bin/go", "echo a/package >&2; echo 'dial tcp: no such host' >&2; echo b/package >&2; exit 1")
    assert said(bare).endswith("NO CLUSTER TESTS: etcd 3.6.16 could not be built: dial tcp: no such host\n")
    assert [path.name for path in binaries.cache().iterdir()] == [".lock"]


def test_what_is_built_is_built_once_and_again_for_another_version(bare):
    """This Go copies a program that says its version, instead of the one that is there in another version."""
    for tool, words in ((ETCD, "etcd Version: 3.6.16"), (APISERVER, "Kubernetes v1.34.4")):
        program(bare / tool.name, f"echo '{words}'")
        program(binaries.cache() / tool.name, f"echo '{words}1'")
    find = f"case $last in */etcd/*) from=etcd;; *) from=kube-apiserver;; esac; /bin/cp {bare}/$from $to"
    program(bare / "bin/go", 'while [ $# -gt 1 ]; do [ "$1" = -o ] && to=$2; shift; done; last=$1; ' + find)
    with pytest.raises(binaries.Missing, match=r"etcd 3.6.16 is not at hand"):
        binaries.find()
    assert said(bare).count("building") == 2
    assert binaries.find() == binaries.cache()
    assert said(bare) == ""
