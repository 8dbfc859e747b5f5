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
    """The command that writes the data, run in the dataset's folder."""
    deps: tuple[Text, ...] = ()
    """What the command reads: code and files, relative to the dataset's folder."""
    params: dict[str, Scalar] = {}
    """Parameters of the command, rendered to params.json."""
    out: Text
    """The file that the command writes."""
    requirements: Text = "requirements.txt"
    """The Python packages that the command needs."""


class Column(Document):
    """One column, or with ``count`` all columns whose name matches the pattern ``match`` from end to end.

    Exactly one of ``name`` and ``match`` is given. ``min`` and ``max`` include their ends.
    """

    name: Text | None = None
    """The one column that is meant."""
    match: Text | None = None
    """A regular expression for the names of several columns."""
    count: Annotated[Int, Field(ge=1)] | None = None
    """How many columns match."""
    type: Literal["integer", "number", "string", "boolean", "date", "timestamp"]
    """What every value is."""
    nullable: Flag = False
    """Whether values may be missing."""
    unique: Flag = False
    """Whether no value stands twice."""
    min: Number | None = None
    """The smallest value."""
    max: Number | None = None
    """The largest value."""
    enum: tuple[Scalar, ...] | None = None
    """The only values."""
    pattern: Text | None = None
    """A regular expression that every text matches from end to end."""


class Schema(Document):
    """What every row must satisfy, checked before anything is trained on it."""

    columns: tuple[Column, ...]
    """What the columns hold."""
    min_rows: Annotated[Int, Field(ge=1)] = 1
    """The fewest rows."""
    max_rows: Annotated[Int, Field(ge=1)] | None = None
    """The most rows."""
    extra_columns: Flag = False
    """Whether other columns may stand there, too."""


class DatasetSpec(Document):
    """A dataset's source, schema and conditions of use."""

    description: str = ""
    """What the data is about."""
    source: Source
    """The stage that writes it."""
    format: Literal["csv", "parquet"]
    """How the file is written."""
    data_schema: Annotated[Schema, Field(alias="schema")]
    """What every row must satisfy."""
    labelling: str = ""
    """Who said what is right, and how."""
    licence: Text
    """Under which conditions it may be used."""
    personal_data: Literal["none", "pseudonymous", "personal"]
    """Whether rows are about people."""
    retention_days: Annotated[Int, Field(ge=1)] | None = None
    """When it must be gone."""


class Dataset(Document):
    """A dataset: its revision stands in the `dvc.lock` beside it, never here."""

    api_version: Api
    kind: Literal["Dataset"]
    metadata: TeamMetadata
    spec: DatasetSpec
