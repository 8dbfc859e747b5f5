"""Verdicts remembered: what policies found nothing against, they find nothing against where all that they read is the same.

Which texts of a shape policies read is asked of the sample that the shape's mould makes, once. Findings are never remembered:
an object that has some is judged anew, and told by its own name.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from windlass.engine import cel
from windlass.engine.cast import WORD, Document, Form, might_be
from windlass.engine.policy.pods import NAMES, pods
from windlass.engine.policy.reads import leaves, reads
from windlass.model.project import Loaded
from windlass.model.specs.policy import SUBJECTS, Policy

Key = tuple[object, ...]


class Verdicts:
    """What is known of the objects of one environment under its policies."""

    def __init__(self, policies: list[Loaded[Policy]]) -> None:
        self._paths = [path for loaded in policies for path in _read(loaded.spec)]
        self._texts: dict[Form, tuple[int, ...]] = {}
        self._fine: set[Key] = set()

    def key(self, document: Document, concerned: tuple[bool, ...]) -> Key | None:
        """What a verdict on a document depends on; ``concerned`` says which policies hold for it. None where nobody knows."""
        if document.form is None or not isinstance(document.sample, dict):
            return None
        if document.form not in self._texts:
            self._texts[document.form] = self._numbers(document.sample)
        return (document.form, concerned, *(document.texts[number] for number in self._texts[document.form]))

    def fine(self, key: Key | None) -> bool:
        """Whether nothing was found against such an object."""
        return key in self._fine

    def found_nothing(self, key: Key | None) -> None:
        """Nothing was found against an object."""
        if key is not None:
            self._fine.add(key)

    def _numbers(self, sample: dict[str, Any]) -> tuple[int, ...]:
        values: Mapping[str, Any] = {"object": sample, "pods": pods(sample)}
        texts = {text for path in self._paths for text in leaves(values.get(str(path[0])), path[1:])}
        # a key that could be one of those makes pods of what is none here
        texts |= {key for key in _unsure(sample) for name in NAMES if might_be(key, name)}
        return tuple(sorted({int(number) for text in texts for number in WORD.findall(text)}))


def _unsure(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from (key for key in value if isinstance(key, str) and WORD.search(key))
    for one in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ():
        yield from _unsure(one)


def _read(policy: Policy) -> frozenset[tuple[str | None, ...]]:
    found: frozenset[tuple[str | None, ...]] = frozenset()
    for validation in policy.spec.validations:
        program = cel.compiled(validation.expression, SUBJECTS[policy.spec.subject], "bool")
        if isinstance(program, cel.Program):
            found |= reads(program.compiled.serialize(), SUBJECTS[policy.spec.subject])
    return found
