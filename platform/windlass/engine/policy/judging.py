"""One policy against one subject: the same whether a spec is judged or what was rendered from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from windlass.engine import cel
from windlass.model.diagnostic import Diagnostic, Place, Related, Severity
from windlass.model.project import Loaded, Source
from windlass.model.specs.policy import SUBJECTS, Exemption, Policy, Validation


@dataclass(frozen=True, slots=True)
class Subject:
    """What is judged. ``owner`` is ``team/name``, ``file`` where it stands; ``sources`` are the documents behind the variables.
    The answer is the same for all ``environments``; findings name them where they are not ``everywhere``."""

    owner: str
    labels: Mapping[str, str]
    values: Mapping[str, Any]
    file: str
    environments: tuple[str, ...]
    everywhere: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    pointed: str | None = None
    """The path where findings point that say none; else it is the start of the file."""
    called: str = ""
    """How findings call it where they do not stand in its own file."""

    @property
    def team(self) -> str:
        """Who owns it."""
        return self.owner.partition("/")[0]


def concerns(policy: Policy, team: str, labels: Mapping[str, str]) -> bool:
    """Whether a policy's selector fits."""
    wanted = policy.spec.selector
    fits = all(labels.get(key) == value for key, value in wanted.labels.items())
    return fits and (not wanted.teams or team in wanted.teams)


def exempting(policy: Policy, owner: str, environment: str) -> Iterator[tuple[int, Exemption]]:
    """The exemptions that are about a subject in an environment, ended or not."""
    for number, one in enumerate(policy.spec.exemptions):
        named = owner in one.subjects or owner.partition("/")[0] in one.subjects
        if named and (not one.environments or environment in one.environments):
            yield number, one


def exempt(policy: Policy, owner: str, environment: str, today: str) -> bool:
    """Whether a subject need not hold a policy today."""
    return any(one.until >= today for _, one in exempting(policy, owner, environment))


def findings(loaded: Loaded[Policy], subject: Subject, broken: str) -> Iterator[Diagnostic]:
    """What of a policy a subject does not hold, with the code ``broken``; or that this cannot be said (WL281)."""
    policy = loaded.spec
    for number, validation in enumerate(policy.spec.validations):
        program = cel.compiled(validation.expression, SUBJECTS[policy.spec.subject], "bool")
        # What is no expression is told where the policy is read.
        result = True if isinstance(program, cel.Fault) else program.run(subject.values)
        if result is not True:
            yield _finding(loaded, subject, number, result, broken)


def _finding(
    loaded: Loaded[Policy], subject: Subject, number: int, result: bool | str | cel.Failed, broken: str
) -> Diagnostic:
    policy, validation = loaded.spec, loaded.spec.spec.validations[number]
    place = _place(subject, validation.path)
    where = "" if subject.everywhere else f" in {', '.join(subject.environments)}"
    hint = f"policy `{policy.metadata.name}`{where}"
    written = loaded.source.place("spec", "validations", number, "expression")
    related = [Related("the expression stands", written)]
    ended = {at: one for name in subject.environments for at, one in exempting(policy, subject.owner, name)}
    for at, one in ended.items():
        gone = loaded.source.place("spec", "exemptions", at, "until")
        related.append(Related(f"an exemption by {one.owner} ended on {one.until}", gone))
    called, severity = subject.called or subject.owner, Severity(policy.spec.severity)
    if isinstance(result, cel.Failed):
        message = f"policy `{policy.metadata.name}` cannot judge {called}{where}: {result.message}"
        hint = "ask `has(...)` before what may be absent"
        return _diagnostic("WL281", message, place, hint, severity, related, subject)
    said = _said(policy, validation, subject)
    message = f"{called}: {said}" if subject.called or place.path != subject.file else said
    return _diagnostic(broken, message, place, hint, severity, related, subject)


def _diagnostic(
    code: str, message: str, place: Place, hint: str, severity: Severity, related: list[Related], subject: Subject
) -> Diagnostic:
    return Diagnostic(code, message, place, hint, severity, tuple(related), environments=subject.environments)


def _said(policy: Policy, validation: Validation, subject: Subject) -> str:
    """The message, by its expression where it has one that has a value here."""
    if validation.message_expression is None:
        return validation.message
    program = cel.compiled(validation.message_expression, SUBJECTS[policy.spec.subject], "string")
    made = validation.message if isinstance(program, cel.Fault) else program.run(subject.values)
    return made if isinstance(made, str) and made.strip() else validation.message


def _place(subject: Subject, path: str | None) -> Place:
    variable, *keys = (path or subject.pointed or "").split(".")
    source = subject.sources.get(variable)
    if source is None:
        return Place(subject.file)
    wanted = tuple(int(key) if key.isdigit() else key for key in keys)
    there = wanted
    while there and there not in source.places:
        there = there[:-1]
    # What is not written is missing below a key that is.
    return source.place(*wanted) if there == wanted else source.keys.get(there) or source.place(*there)
