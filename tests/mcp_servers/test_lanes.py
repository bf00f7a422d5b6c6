"""A column read in Arrow's loops is, cell for cell, what `convert` makes of it; and a file read in blocks gives the
rows that reading it line by line gives."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcp_servers.loading.parts import Repeats as Counted
from mcp_servers.readers.block import block_of
from mcp_servers.readers.columns import Columns
from mcp_servers.readers.csv_reader import read_csv
from mcp_servers.readers.lanes import column_of
from mcp_servers.readers.rows import Job, Maker, Target
from mcp_servers.segments import KEY_BITS, key_of
from mcp_servers.stores.keys import key_column, key_entries
from mcp_servers.stores.parquet import keys_of
from registry.record import Type
from registry.shape.cells import NULL_TOKENS, convert
from registry.shape.identity import Repeats

KINDS = [
    (Type("int"), ""), (Type("float"), ""), (Type("decimal", 0), ""), (Type("decimal", 2), ""), (Type("decimal", 9), ""),
    (Type("time"), ""), (Type("date"), ""), (Type("ref"), ""), (Type("bool"), ""), (Type("text"), ""), (Type("json"), ""),
    (Type("time"), "epoch_s"), (Type("time"), "epoch_ms"), (Type("time"), "epoch_us"), (Type("time"), "dmy"),
]  # fmt: skip
ODD = ["true", "F", "no", "x y", " 7", "7 ", "+5", "1e5", "0x1F", "inf", "nan", "é", "-0", "-", "١", '{"a":1}', "[]",
       "01.02.2020", "1_000", "9" * 40, "." * 3, "2024-01-01 10"]  # fmt: skip


def number(rng: Random) -> str:
    match rng.randrange(3):
        case 0:
            high = 10 ** rng.randint(0, 20)
            return str(rng.randint(-high, high))
        case 1:
            return f"{rng.uniform(-1e6, 1e6):.{rng.randint(0, 12)}f}"
        case _:
            return "".join(rng.choice("0123456789.-") for _ in range(rng.randint(0, 24)))


def moment(rng: Random) -> str:
    text = f"{rng.choice([2024, rng.randint(0, 9999)]):04}-{rng.randint(1, 12):02}-{rng.randint(1, 31):02}"
    parts = [
        f"{rng.choice(' T')}{rng.randint(0, 24):02}", f":{rng.randint(0, 60):02}", f":{rng.randint(0, 60):02}",
        f".{rng.randint(0, 10**8)}",
    ]  # fmt: skip
    return text + "".join(parts[: rng.randint(0, 4)]) + rng.choice(["", "", "Z"])


def alike(rng: Random, make: Callable[[Random], str]) -> Callable[[Random], str]:
    """Cells of one form, as a column has them."""
    first = make(rng)
    return lambda r: "".join(
        r.choice("0123456789") if c.isdigit() and r.random() < 0.2 else c for c in first
    )


def test_every_lane_reads_as_the_exact_way_does() -> None:
    rng = Random(20261123)
    for _ in range(8_000):
        kind, format = rng.choice(KINDS)
        make = rng.choice(
            [number, moment, alike(rng, number), alike(rng, moment), alike(rng, moment)]
        )
        cells = [make(rng) for _ in range(rng.randint(1, 6))]
        for likely, others in ((0.3, sorted(NULL_TOKENS)), (0.1, ODD)):
            if rng.random() < likely:
                cells[rng.randrange(len(cells))] = rng.choice(others)
        wanted = convert(cells, kind, format, where="value")
        found, faults = column_of(pa.array(cells, pa.string()), kind, format, "value")
        assert faults == wanted.faults, (kind, format, cells)
        assert repr(found.to_pylist()) == repr(list(wanted.values)), (kind, format, cells)


@pytest.mark.parametrize(
    "lines",
    ["", "\n", "a,b\n\nc,d", "a", "a,b,c", 'a,"b\nc"', 'a,b"', 'a,"b"c', "a,b\x00", "a,b\rc,d", "\na,b", "a,b\n", '"a,b'],
)  # fmt: skip
def test_lines_that_need_care_are_no_block(lines: str) -> None:
    assert block_of(lines.encode(), ",", 2, 1) is None


CELLS = [
    "a",
    "",
    "b c",
    "1",
    '"q"',
    '"a,b"',
    '"a""b"',
    "back\\slash",
    "é",
    "\t",
    'x"y',
    '"open',
    "2024-01-01",
    "\x7f",
]


NASTY = st.text(st.sampled_from('ab,;\t\n"\\\x00\x01\x1f é'), max_size=4)
CELL = st.one_of(st.sampled_from(["a", "", '"q"', '"a;,b"', '"a""b"']), NASTY)


@given(st.lists(st.tuples(CELL, CELL), min_size=1, max_size=6), st.sampled_from(",;\t"))
def test_a_block_is_what_the_csv_module_reads_a_row_of_each_line(
    rows_of: list[tuple[str, str]], mark: str
) -> None:
    text = "\n".join(map(mark.join, rows_of))
    block = block_of(text.encode(), mark, 2, 7)
    lines = text.split("\n")
    controls = set(map(chr, range(32))) - {"\n", mark}
    if not all(lines) or controls & set(text):
        assert block is None
    if block is None:
        return
    rows = list(csv.reader(lines, delimiter=mark, strict=True))
    assert list(zip(*(column.to_pylist() for column in block.columns), strict=True)) == [
        tuple(row) for row in rows
    ]
    assert (block.count, block.first) == (len(lines), 7)


def test_a_file_in_blocks_gives_the_rows_of_a_file_in_lines(tmp_path: Path) -> None:
    rng = Random(7)
    job = Job((Target("h0", "f0", "text"), Target("h2", "f2", "int")), extra=("h1",))
    for _ in range(400):
        odd = rng.random() < 0.5
        rows = [
            ",".join(rng.choice(CELLS if odd else CELLS[:4]) for _ in range(3 if rng.random() < 0.95 else 4))
            for _ in range(rng.randint(1, 8))
        ]  # fmt: skip
        path = tmp_path / "f.csv"
        path.write_bytes(rng.choice(["\n", "\r\n"]).join(["h0,h1,h2", *rows, ""]).encode())
        table = read_csv("f", lambda: path.open("rb"))  # noqa: B023 - read in this turn
        if [c.header for c in table.columns] != ["h0", "h1", "h2"]:
            continue
        maker = Maker(job, table)
        wanted, bad = [], []
        for batch in table.batches():
            found = maker.records(batch)
            wanted += list(zip(found.ids, *found.columns, found.extra or [None] * 9, found.lines))  # fmt: skip # noqa: B905
            bad += found.reasons
        counted, got, refused = Counted(), [], []
        for made in Columns(job, table).all(table, 0):
            ids, *fields, extra, lines = made.columns
            extras = [None] * made.good if extra is None else extra.to_pylist()
            run = range(made.first, made.first + made.good) if lines is None else lines.to_pylist()
            cells = (column.to_pylist() for column in fields)
            got += list(zip(counted.ids(ids).to_pylist(), *cells, extras, run, strict=True))
            refused += made.reasons
        assert sorted(bad) == sorted(refused)
        assert got == wanted, path.read_bytes()


def test_repeats_are_counted_as_one_by_one() -> None:
    rng = Random(3)
    rows = [str(rng.randrange(400)).encode() for _ in range(2_000)]
    wanted = list(Repeats({}).ids(rows))
    hashes = [text.partition(":")[0] for text in wanted]
    counted = Counted()
    found = [
        id
        for first in range(0, 2_000, 300)
        for id in counted.ids(pa.array(hashes[first : first + 300], pa.string())).to_pylist()
    ]
    assert found == wanted


def test_keys_are_those_of_the_ids() -> None:
    ids = [f"id {n} é" for n in range(500)] + ["x", "y" * 200]
    keys = key_column(pa.array(ids))
    assert keys.to_pylist() == [key_of(id) for id in ids]
    assert key_entries(keys) == keys_of(ids)
    assert max(keys.to_pylist()) < 1 << (64 - KEY_BITS)
