"""`Team`: who owns a folder under `specs/`."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import QUANTITY, Document, Int, Text
from windlass.model.metadata import Api, Metadata

Quantity = Annotated[str, Field(pattern=QUANTITY)]
Count = Annotated[Int, Field(ge=0)]


class Quota(Document):
    """What a team may ask for in each environment, all its services at full size together. A cluster holds its namespace to
    it, trainings included."""

    cpu: Quantity | None = None
    """Cores: 16, 500m."""
    memory: Quantity | None = None
    """Bytes: 64Gi."""
    gpus: Count | None = None
    """Whole GPUs."""
    replicas: Count | None = None
    """Copies of services; checked by Windlass alone, since a cluster counts the pods of trainings too."""


class TeamSpec(Document):
    """Owners are people or groups as the forge knows them, at least one."""

    owners: tuple[Text, ...]
    """Who answers for it: addresses, or names as the forge knows them."""
    members: tuple[Text, ...] = ()
    """The groups, as clusters know them, that may look into the team's namespaces."""
    quota: Quota = Quota()
    """What the team may ask for in each environment."""
    description: str = ""
    """What the team does."""


class Team(Document):
    """A team: the unit that owns models and datasets."""

    api_version: Api
    kind: Literal["Team"]
    metadata: Metadata
    spec: TeamSpec
