"""The base of every document that Windlass reads or writes: strict keys, camelCase outside, frozen inside."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

API_VERSION = "windlass.dev/v1alpha1"

Text = Annotated[str, Field(min_length=1)]
Int = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, Field(pattern=r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$")]
"""A DNS label of at most 40 characters, so that `{team}-{model}` stays valid almost everywhere."""


class Document(BaseModel):
    """A frozen value with strict keys. Keys are camelCase in files and snake_case in Python."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    def plain(self) -> dict[str, Any]:
        """The document as JSON-ready data under its outside names; what was not set stays away."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
