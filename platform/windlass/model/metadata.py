"""The envelope of every document, in Kubernetes' manner: apiVersion, kind, metadata, spec."""

from typing import Literal

from windlass.model.document import API_VERSION, Document, Name

Api = Literal["windlass.dev/v1alpha1"]
assert Api.__args__ == (API_VERSION,)  # type: ignore[attr-defined]


class Metadata(Document):
    """Name and labels of a document that belongs to no team."""

    name: Name
    labels: dict[str, str] = {}


class TeamMetadata(Metadata):
    """Name and labels of a document that a team owns."""

    team: Name

    @property
    def slug(self) -> str:
        """How people and paths call it: ``team/name``."""
        return f"{self.team}/{self.name}"
