"""`Policy`: what the organisation asks of models, of datasets and of what is rendered from them, as CEL expressions."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import DAY, Document, Name, Text
from windlass.model.metadata import Api, Metadata

SUBJECTS: dict[str, tuple[str, ...]] = {
    "model": ("model", "environment", "team", "datasets"),
    "dataset": ("dataset", "team"),
    "manifest": ("object", "pods", "environment"),
}
"""The variables that expressions see, by what they judge."""


class Selector(Document):
    """Whom a policy is for: all that fit every key. For manifests the labels are those of the object."""

    teams: tuple[Name, ...] = ()
    """The teams; without it every team."""
    labels: dict[str, str] = {}
    """Labels that must all be there."""


class Validation(Document):
    """One thing that must be true, and what to say where it is not."""

    expression: Text
    """CEL, true where all is well."""
    message: Text
    """What is wrong where it is not true, and what to do."""
    message_expression: Text | None = None
    """CEL that makes a text: it is said instead of `message`."""
    path: Text | None = None
    """Where the finding points: the name of a variable and keys, `model.spec.governance.owners`."""


class Exemption(Document):
    """Who need not hold a policy, for whom that is right, and until when."""

    subjects: Annotated[tuple[Text, ...], Field(min_length=1)]
    """Models or datasets, `team/name`; or whole teams, `team`."""
    environments: tuple[Name, ...] = ()
    """Where; without it everywhere."""
    owner: Text
    """Who answers for it."""
    reason: Text
    """Why it is right."""
    until: Annotated[str, Field(pattern=DAY)]
    """The last day on which it counts, UTC, in quotes: "2026-12-31"."""


class PolicySpec(Document):
    """What is judged, by which expressions, and who is exempt for a while."""

    description: str = ""
    """What the policy is for."""
    subject: Literal["model", "dataset", "manifest"]
    """What expressions judge: a model's effective spec in each environment, a dataset, or each rendered object."""
    severity: Literal["error", "warning"] = "error"
    """Whether it stops, or only says so."""
    environments: tuple[Name, ...] = ()
    """Where it holds; without it everywhere but on this machine."""
    selector: Selector = Selector()
    """Whom it is for; without it everybody."""
    validations: Annotated[tuple[Validation, ...], Field(min_length=1)]
    """All of them must be true."""
    exemptions: tuple[Exemption, ...] = ()
    """Who need not hold it, for a while."""


class Policy(Document):
    """A policy under `environments/policies/`."""

    api_version: Api
    kind: Literal["Policy"]
    metadata: Metadata
    spec: PolicySpec
