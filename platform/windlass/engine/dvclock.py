"""`dvc.lock`: what each stage read and wrote when it last ran. Read, chosen from and written without DVC.

The file is DVC's. Windlass writes it only to put entries of two files together, in the spelling that DVC itself has.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

SCHEMA = "2.0"
EXPONENT = re.compile(r"[-+]?[0-9]+(\.[0-9]*)?[eE][-+]?[0-9]+$")
"""A number to DVC, which reads YAML 1.2 (`1e-05`), and a text to PyYAML, which reads 1.1."""
FLOAT = "tag:yaml.org,2002:float"


class _Loader(yaml.CSafeLoader):
    """Reads numbers as DVC does."""


class _Dumper(yaml.CSafeDumper):
    """Quotes what DVC would take for a number."""


for _one in (_Loader, _Dumper):
    _one.add_implicit_resolver(FLOAT, EXPONENT, list("-+0123456789"))


@dataclass(frozen=True, slots=True)
class StageLock:
    """One stage's entry: md5 by path (``….dir`` for folders), parameters by file and name. ``raw`` is the entry itself."""

    cmd: str
    deps: Mapping[str, str]
    outs: Mapping[str, str]
    params: Mapping[str, Mapping[str, Any]]
    raw: Mapping[str, Any] = field(compare=False, repr=False)


def parse(data: bytes | None) -> dict[str, StageLock]:
    """The entries by stage; none of None. Raises ValueError, with the line where it is known, for a file that is not a
    `dvc.lock` of this schema (one with conflict markers, for instance)."""
    if not data:
        return {}
    try:
        document = yaml.load(data, _Loader)  # noqa: S506 -- a safe one with one more number
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ValueError(f"line {mark.line + 1} is no YAML" if mark else "it is no YAML") from error
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        raise ValueError(f"it has no `schema: '{SCHEMA}'`")
    try:
        return {name: _entry(raw) for name, raw in (document.get("stages") or {}).items()}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("its stages are not as DVC writes them") from error


def dump(stages: Mapping[str, StageLock]) -> bytes:
    """The file as DVC spells it, stages in the order given."""
    document = {"schema": SCHEMA, "stages": {name: dict(stage.raw) for name, stage in stages.items()}}
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000).encode()


def _entry(raw: Mapping[str, Any]) -> StageLock:
    return StageLock(
        cmd=raw["cmd"],
        deps=_hashes(raw.get("deps") or ()),
        outs=_hashes(raw.get("outs") or ()),
        params=raw.get("params") or {},
        raw=raw,
    )


def _hashes(entries: Any) -> dict[str, str]:
    # An entry without md5 is of a remote or an uncached thing; Windlass renders none, so it never matches.
    return {entry["path"]: entry.get("md5", "") for entry in entries}
