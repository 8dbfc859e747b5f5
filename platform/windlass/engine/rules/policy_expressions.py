"""WL280: an expression of a policy is CEL, gives what is asked of it, and stays within bounds."""

from collections.abc import Iterator
from dataclasses import replace

from windlass.engine import cel
from windlass.engine.finding import at
from windlass.engine.inside_text import inside_text
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Source
from windlass.model.specs.policy import SUBJECTS

Path = tuple[str | int, ...]


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`expression` and `messageExpression` of every validation."""
    for loaded in tree.project.policies.values():
        variables = SUBJECTS[loaded.spec.spec.subject]
        for number, validation in enumerate(loaded.spec.spec.validations):
            path: Path = ("spec", "validations", number)
            yield from _expression(loaded.source, (*path, "expression"), validation.expression, variables, "bool")
            if validation.message_expression is not None:
                more = validation.message_expression
                yield from _expression(loaded.source, (*path, "messageExpression"), more, variables, "string")


def _expression(
    source: Source, path: Path, text: str, variables: tuple[str, ...], wanted: cel.Wanted
) -> Iterator[Diagnostic]:
    fault = cel.compiled(text, variables, wanted)
    if not isinstance(fault, cel.Fault):
        return
    hint = meant(fault.unknown, variables, "there are") if fault.unknown else fault.hint
    finding = at(source, path, "WL280", f"no expression: {fault.message}", hint)
    if fault.line and finding.place:
        place = inside_text(source.text, finding.place, text, fault.line, fault.column, len(fault.unknown) or 1)
        finding = replace(finding, place=place)
    yield finding
