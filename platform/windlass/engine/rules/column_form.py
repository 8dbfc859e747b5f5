"""WL216: a column of a dataset's schema says which columns it means, and limits that a value can keep."""

import re
from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.dataset import Column


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every column, and the number of rows."""
    for loaded in tree.datasets():
        schema = loaded.spec.spec.data_schema
        for number, column in enumerate(schema.columns):
            for key, message, hint in _wrong(column):
                column_path = ("spec", "schema", "columns", number)
                yield at(loaded.source, (*column_path, key) if key else column_path, "WL216", message, hint)
        if schema.max_rows is not None and schema.max_rows < schema.min_rows:
            message = f"maxRows {schema.max_rows} is below minRows {schema.min_rows}"
            yield at(loaded.source, ("spec", "schema", "maxRows"), "WL216", message, "swap them")


def _wrong(column: Column) -> Iterator[tuple[str, str, str]]:
    if (column.name is None) == (column.match is None):
        both = column.name is not None
        yield (
            "",
            f"a column with {'both' if both else 'neither'} `name` {'and' if both else 'nor'} `match`",
            "give exactly one",
        )
    if column.count is not None and column.match is None:
        yield "count", "`count` without `match`", "a named column stands once"
    if column.min is not None and column.max is not None and column.min > column.max:
        yield "min", f"no value can keep min {column.min:g} and max {column.max:g}", "swap them"
    for key, pattern in (("match", column.match), ("pattern", column.pattern)):
        if pattern is not None and (wrong := _broken(pattern)):
            yield (
                key,
                f"`{key}` is no regular expression: {wrong}",
                "mend it; `.` and `(` of a plain name need a backslash",
            )


def _broken(pattern: str) -> str:
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return str(error)
    return ""
