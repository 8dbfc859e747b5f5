"""Rights, one by one: put together as rules, and looked for among those that somebody has."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from windlass.model.workload import Right

One = tuple[str, str, str, str]
"""API group, resource, the name of an object or nothing where it is of all, and verb."""
Words = tuple[str, ...]


def each(rights: Iterable[Right]) -> set[One]:
    """The same, one by one."""
    return {
        one for right in rights for one in product(right.api_groups, right.resources, right.names or ("",), right.verbs)
    }


def rules(ones: Iterable[One]) -> tuple[Right, ...]:
    """As few rules as say exactly this, in one order. What is of all objects is not said again of one by its name."""
    every = set(ones)
    verbs: dict[tuple[str, str, str], set[str]] = {}
    for group, resource, name, verb in every:
        if not name or (group, resource, "", verb) not in every:
            verbs.setdefault((group, resource, name), set()).add(verb)
    names: dict[tuple[str, str, Words, bool], set[str]] = {}
    for (group, resource, name), several in verbs.items():
        names.setdefault((group, resource, tuple(sorted(several)), bool(name)), set()).add(name)
    resources: dict[tuple[str, Words, Words], set[str]] = {}
    for (group, resource, may, _), several in names.items():
        resources.setdefault((group, tuple(sorted(several - {""})), may), set()).add(resource)
    found = sorted((group, tuple(sorted(several)), named, may) for (group, named, may), several in resources.items())
    return tuple(
        Right(api_groups=(group,), resources=several, names=named, verbs=may) for group, several, named, may in found
    )


def missing(wanted: Iterable[Right], held: Sequence[Mapping[str, Any]]) -> tuple[Right, ...]:
    """What is not among the rules that somebody has, as the API server lists them."""
    return rules(one for one in each(wanted) if not any(_covers(rule, one) for rule in held))


def _covers(rule: Mapping[str, Any], one: One) -> bool:
    group, resource, name, verb = one
    names = rule.get("resourceNames") or ()
    part = resource.partition("/")[2]
    return (
        any(word in (rule.get("apiGroups") or ()) for word in ("*", group))
        and any(word in (rule.get("resources") or ()) for word in ("*", resource, f"*/{part}" if part else resource))
        and any(word in (rule.get("verbs") or ()) for word in ("*", verb))
        and (not names or (bool(name) and name in names))
    )
