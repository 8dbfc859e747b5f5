"""Judges a dataset's file by its schema, with pyarrow, in batches, and tells every broken rule at once.

Cells of a CSV are read as text and judged as such, so that a finding can name the line and what stands there; Parquet
brings types of its own. Both then meet the same rules.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windlass.adapters.data_tables import SHOWN, CsvTable, ParquetTable
from windlass.adapters.files import trouble
from windlass.model.specs.dataset import Column, Schema
from windlass.ports import DataFinding, DataReport


class ArrowChecks:
    """`ports.DataChecks` for CSV and Parquet."""

    def check(self, path: Path, data_format: str, schema: Schema) -> DataReport:
        """Read the file once in batches; memory stays flat unless a column must be unique. A file that cannot be read as
        its format is a finding too."""
        import pyarrow

        table = CsvTable(path) if data_format == "csv" else ParquetTable(path)
        found = _Judge(schema, table)
        try:
            names = table.open()
            found.header(names)
            for batch in table.batches():
                found.batch(batch)
        except pyarrow.ArrowInvalid as error:
            found.unreadable(data_format, str(error))
        except OSError as error:
            raise trouble(path, error, "read") from error
        return DataReport(found.rows, found.columns, _sha256(path), found.findings())


@dataclass
class _Broken:
    """One rule's failures so far: how many, and the first of them."""

    count: int = 0
    lines: list[int] = field(default_factory=list)
    values: list[str] = field(default_factory=list)

    def add(self, line: int, value: str) -> None:
        """One more; ``value`` is shown for the first few."""
        self.count += 1
        if len(self.lines) < SHOWN:
            self.lines.append(line)
            self.values.append(value)


class _Judge:
    """Rules against batches. A failure is kept under its column, rule and reason."""

    def __init__(self, schema: Schema, table: CsvTable | ParquetTable) -> None:
        self._schema = schema
        self._table = table
        self._rules: list[tuple[int, Column, str]] = []
        self._header: list[DataFinding] = []
        self._broken: dict[tuple[int, str, str], _Broken] = {}
        self._seen: dict[str, Counter[Any]] = {}
        self.rows = self.columns = 0

    def header(self, names: Sequence[str]) -> None:
        """Which columns are there, too many, too few or twice."""
        self.columns = len(names)
        claimed: set[str] = set()
        for index, rule in enumerate(self._schema.columns):
            mine = [name for name in names if name not in claimed and _meant(rule, name)]
            claimed.update(mine)
            self._rules += [(index, rule, name) for name in mine]
            if rule.name is not None and not mine:
                self._header.append(DataFinding(f"column `{rule.name}` is missing", index, (1,)))
            elif rule.match is not None and len(mine) != (rule.count or max(len(mine), 1)):
                wanted = rule.count or "at least one"
                self._header.append(DataFinding(f"{len(mine)} columns match `{rule.match}`, not {wanted}", index, (1,)))
        twice = sorted(name for name, count in Counter(names).items() if count > 1)
        extra = [name for name in names if name not in claimed and not self._schema.extra_columns]
        self._header += [DataFinding(f"column `{name}` is there twice", None, (1,)) for name in twice]
        self._header += [DataFinding(f"column `{name}` is in no rule", None, (1,)) for name in extra]

    def batch(self, batch: Any) -> None:
        """Judge the next rows."""
        for index, rule, name in self._rules:
            position = batch.schema.get_field_index(name)
            if position >= 0:
                self._column(index, rule, name, batch.column(position))
        self.rows += batch.num_rows

    def unreadable(self, data_format: str, reason: str) -> None:
        """The file ends being a table here."""
        self._header.append(DataFinding(f"the file is no readable {data_format}: {reason}", None, (1,)))

    def findings(self) -> tuple[DataFinding, ...]:
        """Everything that is wrong."""
        found = [*self._header, *self._table.findings()]
        least, most = self._schema.min_rows, self._schema.max_rows
        if self.rows < least:
            found.append(DataFinding(f"{self.rows} rows, at least {least} are asked for"))
        if most is not None and self.rows > most:
            found.append(DataFinding(f"{self.rows} rows, at most {most} are allowed"))
        for (index, name, reason), broken in sorted(self._broken.items()):
            found.append(_finding(index, name, reason, broken, self._table.unit))
        return tuple(found)

    def _column(self, index: int, rule: Column, name: str, values: Any) -> None:
        import pyarrow.compute as compute

        typed, wrong = self._table.typed(rule.type, values)
        self._fail(index, name, f"no {rule.type}", wrong, values)
        if not rule.nullable:
            self._fail(index, name, "empty", compute.is_null(values), values)
        limited = rule.type in ("integer", "number")
        if limited and rule.min is not None:
            self._fail(index, name, f"below {rule.min:g}", compute.less(typed, rule.min), values)
        if limited and rule.max is not None:
            self._fail(index, name, f"above {rule.max:g}", compute.greater(typed, rule.max), values)
        if rule.enum is not None:
            allowed = {_text(value) for value in rule.enum}
            self._each(index, name, "not allowed", values, lambda value: _text(value) not in allowed)
        if rule.pattern is not None:
            whole = re.compile(rule.pattern)
            self._each(index, name, f"not like `{rule.pattern}`", values, lambda value: not whole.fullmatch(str(value)))
        if rule.unique:
            seen = self._seen.setdefault(name, Counter())
            self._each(index, name, "there before", values, lambda value: _again(seen, value))

    def _fail(self, index: int, name: str, reason: str, mask: Any, values: Any) -> None:
        import pyarrow.compute as compute

        for row in compute.indices_nonzero(compute.fill_null(mask, False)).to_pylist():
            self._add(index, name, reason, row, values[row].as_py())

    def _each(self, index: int, name: str, reason: str, values: Any, wrong: Callable[[Any], bool]) -> None:
        for row, value in enumerate(values.to_pylist()):
            if value is not None and wrong(value):
                self._add(index, name, reason, row, value)

    def _add(self, index: int, name: str, reason: str, row: int, value: Any) -> None:
        broken = self._broken.setdefault((index, name, reason), _Broken())
        broken.add(self._table.line(self.rows + row), "" if value is None else str(value)[:20])


def _meant(rule: Column, name: str) -> bool:
    return name == rule.name if rule.name is not None else re.fullmatch(rule.match or "", name) is not None


def _finding(index: int, name: str, reason: str, broken: _Broken, unit: str) -> DataFinding:
    shown = zip(broken.lines, broken.values, strict=True)
    places = ", ".join(f"{unit} {line}" + (f" (`{value}`)" if value else "") for line, value in shown)
    rest = f" and {broken.count - SHOWN:,} more" if broken.count > SHOWN else ""
    noun = "value" if broken.count == 1 else "values"
    message = f"column `{name}`: {broken.count:,} {noun} {reason}: {places}{rest}"
    return DataFinding(message, index, tuple(broken.lines), broken.count)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _again(seen: Counter[Any], value: Any) -> bool:
    seen[value] += 1
    return seen[value] > 1


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
