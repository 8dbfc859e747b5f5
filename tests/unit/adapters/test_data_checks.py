"""Data is judged by its schema: every broken rule at once, by column, line and value."""

import hashlib

import pyarrow
import pyarrow.parquet
import pytest

from windlass.adapters.data_checks import ArrowChecks
from windlass.model.specs.dataset import Schema


def check(path, columns, data_format="csv", **schema):
    return ArrowChecks().check(path, data_format, Schema.model_validate({"columns": columns, **schema}))


def told(report):
    return [finding.message for finding in report.findings]


@pytest.fixture
def csv(tmp_path):
    def write(text, name="data.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def test_good_data_is_counted_and_hashed(csv):
    path = csv("a,b\n1,x\n2,y\n")
    report = check(path, [{"name": "a", "type": "integer", "min": 1, "max": 2}, {"name": "b", "type": "string"}])
    assert report.findings == ()
    assert (report.rows, report.columns) == (2, 2)
    assert report.sha256 == "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest()


def test_columns_that_are_missing_or_too_many(csv):
    report = check(csv("a,c\n1,2\n"), [{"name": "a", "type": "integer"}, {"name": "b", "type": "integer"}])
    assert told(report) == ["column `b` is missing", "column `c` is in no rule"]
    assert report.findings[0].rule == 1
    assert told(check(csv("a,c\n1,2\n"), [{"name": "a", "type": "integer"}], extraColumns=True)) == []


def test_a_column_that_is_there_twice(csv):
    assert "column `a` is there twice" in told(check(csv("a,a\n1,2\n"), [{"name": "a", "type": "integer"}]))


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("integer", ["1", "-2", "+3"], ["1.5", "x", "1e3", "0x1"]),
        ("number", ["1", "-2.5", "1e3", ".5"], ["x", "nan", "inf", "1,5"]),
        ("boolean", ["true", "False"], ["1", "yes"]),
        ("date", ["2026-11-21"], ["2026-13-01", "21.11.2026"]),
        ("timestamp", ["2026-11-21T09:00:00Z", "2026-11-21 09:00"], ["2026-11-21", "now"]),
    ],
)
def test_types(csv, kind, good, bad):
    rows = "".join(f'"{value}"\n' for value in (*good, *bad))
    (finding,) = check(csv(f"a\n{rows}"), [{"name": "a", "type": kind}]).findings
    assert finding.count == len(bad)
    assert finding.lines[0] == len(good) + 2
    assert f"no {kind}" in finding.message


def test_every_rule_at_once_with_the_first_lines(csv):
    path = csv("id,age,sort,mail\n1,20,a,x@y\n1,-3,b,x@y\n3,200,c,nobody\n4,,a,x@y\n")
    columns = [
        {"name": "id", "type": "integer", "unique": True},
        {"name": "age", "type": "integer", "min": 0, "max": 150},
        {"name": "sort", "type": "string", "enum": ["a", "b"]},
        {"name": "mail", "type": "string", "pattern": "[^@]+@[^@]+"},
    ]
    assert told(check(path, columns)) == [
        "column `id`: 1 value there before: line 3 (`1`)",
        "column `age`: 1 value above 150: line 4 (`200`)",
        "column `age`: 1 value below 0: line 3 (`-3`)",
        "column `age`: 1 value empty: line 5",
        "column `sort`: 1 value not allowed: line 4 (`c`)",
        "column `mail`: 1 value not like `[^@]+@[^@]+`: line 4 (`nobody`)",
    ]


def test_empty_is_fine_where_the_schema_says_so(csv):
    assert (
        told(
            check(
                csv("a,b\n,1\n2,2\n"),
                [{"name": "a", "type": "integer", "nullable": True}, {"name": "b", "type": "integer"}],
            )
        )
        == []
    )


def test_enums_of_numbers_and_truth_values(csv):
    columns = [{"name": "a", "type": "integer", "enum": [1, 2]}, {"name": "b", "type": "boolean", "enum": [True]}]
    assert told(check(csv("a,b\n1,true\n3,false\n"), columns)) == [
        "column `a`: 1 value not allowed: line 3 (`3`)",
        "column `b`: 1 value not allowed: line 3 (`false`)",
    ]


def test_many_bad_values_show_the_first_three(csv):
    (finding,) = check(csv("a\n" + "-1\n" * 10), [{"name": "a", "type": "integer", "min": 0}]).findings
    assert finding.message == "column `a`: 10 values below 0: line 2 (`-1`), line 3 (`-1`), line 4 (`-1`) and 7 more"


def test_a_pattern_of_names_and_how_many(csv):
    path = csv("p_1,p_2,label\n1,2,3\n")
    label = {"name": "label", "type": "integer"}
    assert told(check(path, [{"match": "p_[0-9]", "count": 2, "type": "integer"}, label])) == []
    assert told(check(path, [{"match": "p_[0-9]", "count": 3, "type": "integer"}, label])) == [
        "2 columns match `p_[0-9]`, not 3"
    ]
    assert (
        told(check(path, [{"match": "q.*", "type": "integer"}, label]))[0] == "0 columns match `q.*`, not at least one"
    )


def test_rows(csv):
    columns = [{"name": "a", "type": "integer"}]
    assert told(check(csv("a\n1\n"), columns, minRows=2)) == ["1 rows, at least 2 are asked for"]
    assert told(check(csv("a\n1\n2\n"), columns, maxRows=1)) == ["2 rows, at most 1 are allowed"]


def test_rows_of_the_wrong_length_keep_the_lines_right(csv):
    path = csv("a,b\n1,2\n1,2,3\n1,2\n-1,2\n")
    columns = [{"name": "a", "type": "integer", "min": 0}, {"name": "b", "type": "integer"}]
    assert told(check(path, columns)) == [
        "1 rows do not have 2 cells, first line 3 with 3",
        "column `a`: 1 value below 0: line 5 (`-1`)",
    ]


@pytest.mark.parametrize("text", [b"", b"\xff\xfe\x00", b'a\n"unclosed\n', b"\n\n"])
def test_what_is_no_table_is_a_finding(csv, text):
    assert check(csv(text), [{"name": "a", "type": "integer"}]).findings


def test_a_byte_order_mark_is_no_part_of_the_first_name(csv):
    assert told(check(csv(b"\xef\xbb\xbfa\n1\n"), [{"name": "a", "type": "integer"}])) == []


def test_umlauts_and_quotes(csv):
    columns = [{"name": "käse", "type": "string", "enum": ['alt, "reif"']}, {"name": "b", "type": "integer"}]
    assert told(check(csv('käse,b\n"alt, ""reif""",1\n', "daten für ä.csv"), columns)) == []


def test_a_large_file_in_batches(csv):
    rows = 400_000
    path = csv("a,b\n" + "".join(f"{row},{row % 7}xxxxxxxxxxxxxxxxxxxxxxxx\n" for row in range(rows)))
    report = check(path, [{"name": "a", "type": "integer", "max": rows - 2}, {"name": "b", "type": "string"}])
    assert report.rows == rows
    assert told(report) == [f"column `a`: 1 value above {rows - 2:g}: line {rows + 1} (`{rows - 1}`)"]


def test_parquet(tmp_path):
    path = tmp_path / "data.parquet"
    table = pyarrow.table({"a": [1, 2, None], "b": [0.5, float("nan"), 2.0], "c": ["x", "y", "z"]})
    pyarrow.parquet.write_table(table, path)
    columns = [
        {"name": "a", "type": "integer", "min": 2},
        {"name": "b", "type": "number", "max": 1},
        {"name": "c", "type": "integer"},
    ]
    report = check(path, columns, "parquet")
    assert told(report) == [
        "column `a`: 1 value below 2: row 1 (`1`)",
        "column `a`: 1 value empty: row 3",
        "column `b`: 1 value above 1: row 3 (`2.0`)",
        "column `b`: 1 value no number: row 2 (`nan`)",
        "column `c`: 3 values no integer: row 1 (`x`), row 2 (`y`), row 3 (`z`)",
    ]


def test_parquet_that_is_none(csv):
    assert told(check(csv("a\n1\n", "data.parquet"), [{"name": "a", "type": "integer"}], "parquet"))[0].startswith(
        "the file is no readable parquet"
    )
