"""What is known of an object's bytes once they are on disk."""

from __future__ import annotations

from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pytest

from mcp_servers.stores.parquet_bytes import bytes_of, checksum_of, holds, proven
from mcp_servers.stores.spans import spans_of
from registry.limits import ROW_GROUP_ROWS

COUNT = 3 * ROW_GROUP_ROWS
TABLE = pa.table(
    {
        "id": [f"k{n}" for n in range(COUNT)],
        "n": pa.array(range(COUNT), pa.int64()),
        "value": [n / 7 for n in range(COUNT)],
        "text": [None if n % 3 else f"t{n % 11}" for n in range(COUNT)],
        "nothing": pa.nulls(COUNT, pa.string()),
        "long": ["x" * 5_000 if n % 1_000 == 7 else "short" for n in range(COUNT)],
        "some": pa.array([n if n < ROW_GROUP_ROWS else None for n in range(COUNT)], pa.int64()),
    }
)


def agree(folder: Path, written: pa.Table, meant: pa.Table = TABLE) -> bool:
    path, data = folder / "x.parquet", bytes_of(written)
    path.write_bytes(data)
    spans = proven(path, checksum_of(data), meant)
    assert spans in (None, spans_of(meant))
    return spans is not None


def changed(name: str, row: int, value: object) -> pa.Table:
    cells = TABLE.column(name).to_pylist()
    cells[row] = value
    place = TABLE.column_names.index(name)
    return TABLE.set_column(place, name, pa.array(cells, TABLE.schema.field(name).type))


def test_an_object_of_the_table_agrees_with_it(tmp_path: Path) -> None:
    for table in (TABLE, TABLE.slice(0, 1), TABLE.slice(5, ROW_GROUP_ROWS + 1)):
        assert agree(tmp_path, table, table)


def test_integers_are_read_by_both_engines_as_they_were_written(tmp_path: Path) -> None:
    rng, ends = Random(1), [-(2**63), 2**63 - 1, 0, -1]
    columns: dict[str, list[int | None]] = {
        "rising": list(range(COUNT)),
        "falling": [-n * n for n in range(COUNT)],
        "any": [rng.randrange(-(2**63), 2**63) for _ in range(COUNT)],
        "ends": [ends[n % 4] + n // 4 * (1, -1, 1, -1)[n % 4] for n in range(COUNT)],
        "gaps": [rng.choice([None, rng.randrange(10**9)]) for _ in range(COUNT)],
        "none": [None] * COUNT,
        "late": [None if n < 2 * ROW_GROUP_ROWS else n * 7 for n in range(COUNT)],
        "one": [None if n != 5 else 2**62 for n in range(COUNT)],
    }
    table = pa.table({name: pa.array(cells, pa.int64()) for name, cells in columns.items()})
    path = tmp_path / "x.parquet"
    data = bytes_of(table)
    path.write_bytes(data)
    assert holds(path, checksum_of(data), table)
    assert proven(path, checksum_of(data), table) == spans_of(table)
    with duckdb.connect() as connection:
        found = connection.sql(f"FROM '{path}'").to_arrow_table()
        assert found.to_pydict() == columns
        for name, cells in columns.items():
            gaps = f'SELECT count(*) FROM read_parquet(?) WHERE "{name}" IS NULL'
            assert connection.execute(gaps, [str(path)]).fetchone() == (cells.count(None),)


def test_any_bit_that_flips_is_seen(tmp_path: Path) -> None:
    path, data = tmp_path / "x.parquet", bytearray(bytes_of(TABLE))
    checksum = checksum_of(bytes(data))
    for place in range(0, len(data), len(data) // 50):
        data[place] ^= 1
        path.write_bytes(data)
        assert proven(path, checksum, TABLE) is None
        assert not holds(path, checksum, TABLE)
        data[place] ^= 1


@pytest.mark.parametrize(
    "other",
    [
        TABLE.slice(0, COUNT - 1),
        TABLE.drop_columns(["value"]),
        TABLE.rename_columns(["id", "m", *TABLE.column_names[2:]]),
        TABLE.set_column(1, "n", TABLE.column("value")),
        changed("n", 0, -1),
        changed("n", COUNT - 1, COUNT),
        changed("value", COUNT - 1, 1e9),
        changed("text", 1, "t1"),
        changed("nothing", 5, "x"),
    ],
)  # fmt: skip
def test_what_a_writer_lost_or_changed_at_the_ends_is_seen(tmp_path: Path, other: pa.Table) -> None:
    assert not agree(tmp_path, other)


def test_a_cell_that_changed_is_seen_in_one_row_group_of_three(tmp_path: Path) -> None:
    """Which one the checksum chooses; a full look sees all."""
    seen = 0
    for n in range(30):
        other = changed("n", ROW_GROUP_ROWS + 5, ROW_GROUP_ROWS + 6 + n)
        seen += not agree(tmp_path, other)
        path = tmp_path / "x.parquet"
        assert not holds(path, checksum_of(path.read_bytes()), TABLE)
    assert 3 <= seen <= 17
