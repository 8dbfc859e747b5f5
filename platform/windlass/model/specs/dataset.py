"""`Dataset`: where data comes from, what it must look like, and under which conditions it may be used."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import Document, Flag, Int, Number, Text
from windlass.model.metadata import Api, TeamMetadata

Scalar = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True)]
    | Annotated[float, Field(strict=True)]
    | str
)


class Source(Document):
    """The stage that writes the data. Paths are relative to the dataset's folder."""

    cmd: Text
    deps: tuple[Text, ...] = ()
    params: dict[str, Scalar] = {}
    out: Text
    requirements: Text = "requirements.txt"


class Column(Document):
    """One column, or with ``count`` all columns whose name matches the pattern ``match`` from end to end.

    Exactly one of ``name`` and ``match`` is given. ``min`` and ``max`` include their ends.
    """

    name: Text | None = None
    match: Text | None = None
    count: Annotated[Int, Field(ge=1)] | None = None
    type: Literal["integer", "number", "string", "boolean", "date", "timestamp"]
    nullable: Flag = False
    unique: Flag = False
    min: Number | None = None
    max: Number | None = None
    enum: tuple[Scalar, ...] | None = None
    pattern: Text | None = None


class Schema(Document):
    """What every row must satisfy, checked before anything is trained on it."""

    columns: tuple[Column, ...]
    min_rows: Annotated[Int, Field(ge=1)] = 1
    max_rows: Annotated[Int, Field(ge=1)] | None = None
    extra_columns: Flag = False


class DatasetSpec(Document):
    """A dataset's source, schema and conditions of use."""

    description: str = ""
    source: Source
    format: Literal["csv", "parquet"]
    data_schema: Annotated[Schema, Field(alias="schema")]
    labelling: str = ""
    licence: Text
    personal_data: Literal["none", "pseudonymous", "personal"]
    retention_days: Annotated[Int, Field(ge=1)] | None = None


class Dataset(Document):
    """A dataset: its revision stands in the `dvc.lock` beside it, never here."""

    api_version: Api
    kind: Literal["Dataset"]
    metadata: TeamMetadata
    spec: DatasetSpec
