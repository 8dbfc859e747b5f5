"""The base of every document that Windlass reads or writes: strict keys, camelCase outside, frozen inside."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, Strict
from pydantic.alias_generators import to_camel

API_VERSION = "windlass.dev/v1alpha1"

DIGEST = r"^sha256:[0-9a-f]{64}$"
NAME = r"^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$"
QUANTITY = r"^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$"
DURATION = r"^[0-9]+[smhd]$"
LATENCY = r"^[0-9]+(ms|s)$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
DAY = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
REF_KEY = r"^[-._a-zA-Z0-9]{1,253}$"
IMAGE = r"^[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}$"
ADDRESS = r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?$"
"""Without a name and a password in it: those are secrets."""
CURRENCY = r"^[A-Z]{3}$"
NAMESPACE = r"^([a-z0-9-]|\{team\})+$"
LABEL_KEY = r"^([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"
LABEL_VALUE = r"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?$"

Text = Annotated[str, Field(min_length=1)]
Int = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Number = Annotated[float, Strict()]
"""An integer or a float, never a text that looks like one and never a boolean."""
Digest = Annotated[str, Field(pattern=DIGEST)]
Duration = Annotated[str, Field(pattern=DURATION)]
Name = Annotated[str, Field(pattern=NAME)]
"""A DNS label of at most 40 characters, so that `{team}-{model}` stays valid almost everywhere."""


class Document(BaseModel):
    """A frozen value with strict keys. Keys are camelCase in files and snake_case in Python."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel, populate_by_name=True)

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """A value that never changes is its own copy: pydantic asks for one of each default."""
        return self

    def plain(self) -> dict[str, Any]:
        """The document as JSON-ready data under its outside names; what was not set stays away."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)
