"""Data files as batches of arrow arrays: what a CSV and a Parquet file do differently when their rows are judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from windlass.ports import DataFinding

SHOWN = 3
"""Rows that a finding names."""
HEADER_LINES = 1
TEXT_TYPES = {
    "integer": r"^[+-]?[0-9]{1,18}$",
    "number": r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$",
    "boolean": r"^([Tt]rue|[Ff]alse|TRUE|FALSE)$",
    "date": r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "timestamp": r"^[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?$",
}


class CsvTable:
    """A CSV with a header; every cell as text, an empty one as null."""

    unit = "line"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ragged: list[tuple[int, int, int]] = []
        self._reader: Any = None

    def open(self) -> list[str]:
        """The header."""
        import pyarrow
        from pyarrow import csv

        with self._path.open("rb") as file:
            first = file.readline().decode("utf-8-sig", errors="replace").rstrip("\r\n")
        names = next(iter(_cells(first)), [])
        texts = dict.fromkeys(names, pyarrow.string())
        self._reader = csv.open_csv(
            self._path,
            read_options=csv.ReadOptions(use_threads=False, block_size=8 << 20),
            parse_options=csv.ParseOptions(newlines_in_values=False, invalid_row_handler=self._skip),
            convert_options=csv.ConvertOptions(
                column_types=texts, strings_can_be_null=True, null_values=[""], quoted_strings_can_be_null=True
            ),
        )
        return list(names)

    def batches(self) -> Iterator[Any]:
        """The rows."""
        yield from self._reader

    def typed(self, kind: str, values: Any) -> tuple[Any, Any]:
        """The values as numbers where limits need them (null where they are none), and which are not of their type."""
        import pyarrow
        import pyarrow.compute as compute

        if kind == "string":
            return values, compute.is_in(values, value_set=pyarrow.array([], pyarrow.string()))
        right = compute.match_substring_regex(values, TEXT_TYPES[kind])
        if kind not in ("integer", "number"):
            return values, compute.invert(right)
        numbers = compute.if_else(right, values, pyarrow.scalar(None, pyarrow.string()))
        return numbers.cast(pyarrow.float64()), compute.invert(right)

    def line(self, row: int) -> int:
        """The line of a row, both from their first: rows of the wrong length are lines too, but no rows."""
        line = row + HEADER_LINES + 1
        for bad, _, _ in self._ragged:
            line += bad <= line
        return line

    def findings(self) -> list[DataFinding]:
        """Rows with too many or too few cells."""
        if not self._ragged:
            return []
        line, cells, wanted = self._ragged[0]
        message = f"{len(self._ragged)} rows do not have {wanted} cells, first line {line} with {cells}"
        return [DataFinding(message, None, tuple(line for line, _, _ in self._ragged[:SHOWN]), len(self._ragged))]

    def _skip(self, row: Any) -> str:
        self._ragged.append((row.number or 0, row.actual_columns, row.expected_columns))
        return "skip"


class ParquetTable:
    """A Parquet file; its types are judged column by column."""

    unit = "row"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def open(self) -> list[str]:
        """The columns."""
        import pyarrow.parquet as parquet

        self._file = parquet.ParquetFile(self._path)
        return list(self._file.schema_arrow.names)

    def batches(self) -> Iterator[Any]:
        """The rows."""
        yield from self._file.iter_batches()

    def typed(self, kind: str, values: Any) -> tuple[Any, Any]:
        """The values as numbers where limits need them, and which are not of their type: all or none."""
        import pyarrow
        import pyarrow.compute as compute
        from pyarrow import types

        judges = {
            "integer": types.is_integer,
            "number": lambda kind: types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind),
            "string": lambda kind: types.is_string(kind) or types.is_large_string(kind) or types.is_dictionary(kind),
            "boolean": types.is_boolean,
            "date": types.is_date,
            "timestamp": types.is_timestamp,
        }
        right = judges[kind](values.type)
        numeric = right and kind in ("integer", "number")
        numbers = values.cast(pyarrow.float64()) if numeric else pyarrow.nulls(len(values), pyarrow.float64())
        wrong = compute.is_nan(numbers) if right and kind == "number" else pyarrow.array([not right] * len(values))
        return numbers, compute.and_(wrong, compute.is_valid(values))

    def line(self, row: int) -> int:
        """Rows count from 1."""
        return row + 1

    def findings(self) -> list[DataFinding]:
        """Nothing beyond what rules say."""
        return []


def _cells(line: str) -> Iterator[list[str]]:
    import csv

    yield from csv.reader([line])
