"""`Policy`: rules of the organisation over specs and manifests. For now the envelope alone."""

from typing import Literal

from windlass.model.document import Document
from windlass.model.metadata import Api, Metadata


class PolicySpec(Document):
    """What a policy is for, in words. Its expressions come with the compiler."""

    description: str = ""
    """What the policy is for."""


class Policy(Document):
    """A policy under `environments/policies/`."""

    api_version: Api
    kind: Literal["Policy"]
    metadata: Metadata
    spec: PolicySpec
