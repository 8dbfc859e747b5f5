"""`Team`: who owns a folder under `specs/`."""

from typing import Literal

from windlass.model.document import Document, Text
from windlass.model.metadata import Api, Metadata


class TeamSpec(Document):
    """Owners are people or groups as the forge knows them, at least one."""

    owners: tuple[Text, ...]
    """Who answers for it: addresses, or names as the forge knows them."""
    description: str = ""
    """What the team does."""


class Team(Document):
    """A team: the unit that owns models and datasets."""

    api_version: Api
    kind: Literal["Team"]
    metadata: Metadata
    spec: TeamSpec
