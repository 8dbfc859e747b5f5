"""What the docker backend renders keeps what it promises: read instruction by instruction, without a daemon."""

import json
import re
from pathlib import Path

import pytest

from tests.backends.test_backends import ROOT, example, named

CASES = sorted((ROOT / "images" / "docker" / "examples").iterdir())
KNOWN = ("FROM", "LABEL", "ENV", "RUN", "WORKDIR", "USER", "ENTRYPOINT")
"""No ADD or COPY: what a build needs is mounted and leaves no layer."""


def context(case: Path) -> Path:
    return case / "expected" / "images" / case.name


def instructions(case: Path) -> list[tuple[str, str]]:
    """Each instruction with its words, on one line."""
    text = re.sub(r"^#.*\n", "", (context(case) / "Dockerfile").read_text("utf-8"), flags=re.M)
    lines = [line for line in re.sub(r"\\\n", " ", text).splitlines() if line.strip()]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def ran(case: Path) -> list[str]:
    return [words for instruction, words in instructions(case) if instruction == "RUN"]


@pytest.mark.parametrize("case", named(CASES))
def test_only_what_is_known_in_its_order(case):
    order = [instruction for instruction, _ in instructions(case)]
    assert sorted(order, key=KNOWN.index) == order
    assert [order.count(once) for once in ("FROM", "WORKDIR", "USER", "ENTRYPOINT")] == [1, 1, 1, 1]


@pytest.mark.parametrize("case", named(CASES))
def test_it_stands_on_a_digest_and_is_not_root(case):
    told = dict(instructions(case))
    assert re.fullmatch(r"[a-z0-9./_-]+@sha256:[0-9a-f]{64}", told["FROM"])
    user, _, group = told["USER"].partition(":")
    assert user == group == str(example(case).uid)
    assert int(user) > 0, "a number, so that Kubernetes can tell"
    assert json.loads(told["ENTRYPOINT"]), "exec form: a signal reaches the program itself"


@pytest.mark.parametrize("case", named(CASES))
def test_what_is_installed_is_pinned_and_leaves_nothing(case):
    installs = [command for step in ran(case) for command in step.split("&&") if "pip install" in command]
    assert len(installs) == 2 * (example(case).requirements is not None) + (example(case).wheel is not None)
    for command in installs:
        assert {"--no-cache-dir", "--no-compile"} <= set(command.split())
        assert "--require-hashes" in command or {"--no-index", "--no-deps"} <= set(command.split())
        assert "build.lock" in command or "--no-build-isolation" in command or "--no-index" in command
    assert all("--mount=type=bind" in step for step in ran(case) if "/context" in step)
    assert not re.search(r"apt|apk|curl|wget|useradd|https?:|latest", " ".join(ran(case)))


@pytest.mark.parametrize("case", named(CASES))
def test_a_build_sees_what_it_mounts_and_nothing_else(case):
    seen = [line[1:] for line in (context(case) / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    used = re.findall(r" /context/(\S+)", " ".join(ran(case)))
    assert (context(case) / ".dockerignore").read_text().splitlines()[1] == "*"
    assert sorted(seen) == sorted(used)
    locks = sorted(path.name for path in context(case).glob("*.lock"))
    assert locks == sorted(name for name in used if name.endswith(".lock"))


def test_what_packages_are_built_with_is_part_of_the_lock():
    (case,) = [one for one in CASES if one.name == "step"]
    whole, part = ((context(case) / name).read_text() for name in ("requirements.lock", "build.lock"))
    assert part in whole
    assert part.startswith("setuptools==")
    assert "--hash=sha256:" in part
