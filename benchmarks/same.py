"""Whether a peer makes the objects that Windlass makes: the same names everywhere, and for some models the same values.

Comments and the order of keys do not count; JSON within an object (a dashboard) is compared parsed, too.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

Name = tuple[str, str, str]
"""Kind, namespace and name of an object."""
Value = Mapping[str, object]
SHOWN = 5
"""How many differences are told."""


def differences(tree: Path, peer: Iterable[Value], models: Iterable[str]) -> list[str]:
    """What differs between the tree that Windlass wrote and a peer's objects, values only for the ``models`` by name
    (`team-000-model-00003`)."""
    made = {named(one): one for one in peer}
    files = {(path.parent.name, path.stem): path for path in tree.glob("*/ml-*/*.yaml")}
    names = {(namespace, f"{kind.lower()}-{name}"): (kind, namespace, name) for kind, namespace, name in made}
    found = [f"only Windlass has {'/'.join(one)}" for one in sorted(files.keys() - names.keys())]
    found += [f"only the peer has {'/'.join(one)}" for one in sorted(names.keys() - files.keys())]
    asked = set(models)
    for one in sorted(files.keys() & names.keys()):
        if any(model in one[1] for model in asked):
            ours = plain(yaml.load(files[one].read_bytes(), yaml.CSafeLoader))
            found += unlike(ours, plain(made[names[one]]), "/".join(one))
    return found


def named(one: Value) -> Name:
    """What an object is called."""
    metadata = one["metadata"]
    assert isinstance(metadata, Mapping)
    return str(one["kind"]), str(metadata["namespace"]), str(metadata["name"])


def plain(one: object) -> object:
    """An object with the JSON within it parsed."""
    if isinstance(one, Mapping):
        return {
            key: json.loads(value) if key.endswith(".json") and isinstance(value, str) else plain(value)
            for key, value in one.items()
        }
    if isinstance(one, list):
        return [plain(value) for value in one]
    # a text of several lines says YAML: comments in it do not count
    return yaml.load(one, yaml.CSafeLoader) if isinstance(one, str) and "\n" in one else one


def unlike(ours: object, theirs: object, place: str) -> list[str]:
    """Each place where two values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        keys = sorted(ours.keys() | theirs.keys())
        return [told for key in keys for told in unlike(ours.get(key), theirs.get(key), f"{place}.{key}")]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        pairs = zip(ours, theirs, strict=True)
        return [told for index, pair in enumerate(pairs) for told in unlike(*pair, f"{place}[{index}]")]
    return [] if ours == theirs else [f"{place}: {ours!r} here, {theirs!r} there"]
