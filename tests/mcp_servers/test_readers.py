"""Files of every format are read right; hostile ones are refused with a reason, and the good rows of broken ones stay."""

from __future__ import annotations

import gzip
import io
import json
import random
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from mcp_servers.readers.parent import MESSAGE_BYTES_MAX, Look, Pipe, peek, reading
from mcp_servers.readers.rows import Job, Maker, Target
from mcp_servers.readers.table import Batch, Column, Table
from mcp_servers.records import key_id
from registry import limits
from registry.domain import CollectionSpec
from registry.errors import BadInput, Conflict, IsothermError, TooLarge, TooSlow
from registry.record import decode
from registry.shape.shape import shape_of
from tests.sources import look, messages, records, sqlite_bytes, stage, write

PEOPLE = "id,name,age\n1,Ann,40\n2,Bob,\n3,Öz,7\n"
FOUND = [
    {"id": "1", "name": "Ann", "age": 40},
    {"id": "2", "name": "Bob", "age": None},
    {"id": "3", "name": "Öz", "age": 7},
]


def packed_zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in members.items():
            archive.writestr(name, body)
    return out.getvalue()


def parquet_bytes(**columns: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


# -- the same rows in every dress ----------------------------------------------------------------


@pytest.mark.parametrize("delimiter", list(",;\t|"))
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found_out(
    tmp_path: Path, delimiter: str, newline: str
) -> None:
    body = PEOPLE.replace(",", delimiter).replace("\n", newline)
    assert records(write(tmp_path, "people.csv", body)) == (FOUND, [])


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", ""), ("utf-8-sig", ""), ("utf-16", ""), ("utf-16-le", ""), ("utf-16-be", "\ufeff"), ("cp1252", "")],
)  # fmt: skip
def test_encodings_are_found_out(tmp_path: Path, encoding: str, mark: str) -> None:
    path = write(tmp_path, "people.csv", (mark + PEOPLE).encode(encoding))
    assert records(path) == (FOUND, [])
    noted = any("Windows-1252" in note for note in look(path)[0]["notes"])
    assert noted == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".zst", zstandard.compress), (".zip", lambda b: packed_zip({"people.csv": b}))],
)  # fmt: skip
def test_packed_files_are_read_without_being_unpacked_to_disk(
    tmp_path: Path, suffix: str, pack: Any
) -> None:
    path = write(tmp_path, f"people.csv{suffix}", pack(PEOPLE.encode()))
    assert records(path) == (FOUND, [])
    assert list(tmp_path.iterdir()) == [path]


def test_several_gzip_members_and_zstd_frames_are_one_file(tmp_path: Path) -> None:
    head, tail = PEOPLE[:20].encode(), PEOPLE[20:].encode()
    for name, pack in (("a.csv.gz", gzip.compress), ("a.csv.zst", zstandard.compress)):
        assert records(write(tmp_path, name, pack(head) + pack(tail))) == (FOUND, [])


def test_json_in_its_forms_gives_the_same_rows(tmp_path: Path) -> None:
    people = [{"id": 1, "name": "Ann", "age": 40}, {"id": 2, "name": "Bob"}, {"id": 3, "name": "Öz", "age": 7}]  # fmt: skip
    forms = {
        "array.json": json.dumps(people, indent=2),
        "lines.jsonl": "\n".join(map(json.dumps, people)),
        "lines.json": "\n".join(map(json.dumps, people)) + "\n",
        "tables.json": json.dumps({"people": people, "version": 1}),
    }
    for name, body in forms.items():
        assert records(write(tmp_path, name, body)) == (FOUND, []), name
    one = write(tmp_path, "one.json", json.dumps(people[0], indent=1))
    assert records(one) == (FOUND[:1], [])


def test_what_a_declared_type_cannot_hold_is_text_and_costs_no_row(tmp_path: Path) -> None:
    body = parquet_bytes(
        wide=pa.array([Decimal(10) ** 30, Decimal("1.50")], pa.decimal128(38, 2)),
        narrow=pa.array([Decimal("1.10"), None], pa.decimal128(38, 2)),
        fine=pa.array([1_700_000_000_123_456_789, None], pa.timestamp("ns")),
        whole=pa.array([1_700_000_000_000_000_000, None], pa.timestamp("ns")),
    )
    [found] = look(write(tmp_path, "t.parquet", body))
    shape = shape_of(found)
    assert [c.kind.name for c in shape.columns] == ["text", "decimal", "text", "time"]
    assert (found["rows"], found["bad"], found["cut"]) == (2, 0, None)
    assert found["sample"][0][2] == "2023-11-14 22:13:20.123456789"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    body = parquet_bytes(
        id=pa.array(["a", "b"]),
        at=pa.array([1_700_000_000_123_456, None], pa.timestamp("us", "UTC")),
        on=pa.array([0, 19_000], pa.date32()),
        price=pa.array(["1.50", "2.25"]).cast(pa.decimal128(9, 2)),
        ok=pa.array([True, None]),
        load=pa.array([0.5, float("nan")]),
        tags=pa.array([["x", "y"], None]),
        raw=pa.array([b"\x00\xff", b""]),
        kind=pa.array(["p", "q"]).dictionary_encode(),
    )
    found, bad = records(write(tmp_path, "t.parquet", body))
    assert bad == []
    assert found[0] == {
        "id": "a", "at": 1_700_000_000_123_456, "on": 0, "price": 150, "ok": 1, "load": 0.5, "tags": '["x","y"]',
        "raw": "AP8=", "kind": "p",
    }  # fmt: skip
    assert found[1]["load"] is None and found[1]["on"] == 19_000 and found[1]["at"] is None


def test_a_zip_of_several_files_is_several_tables(tmp_path: Path) -> None:
    body = packed_zip({"a/x.csv": b"n\n1\n2\n", "b/x.csv": b"m\n3\n", "__MACOSX/x": b"junk"})
    assert [t["name"] for t in look(write(tmp_path, "both.zip", body))] == ["x", "x 2"]


# -- rows that are bad ---------------------------------------------------------------------------


def test_ragged_rows_are_rejected_with_line_and_reason_and_the_rest_stays(tmp_path: Path) -> None:
    found, bad = records(write(tmp_path, "r.csv", "a,b\n1,2\n3\n\n4,5,6\n7,8\n"))
    assert [(r["a"], r["b"]) for r in found] == [(1, 2), (7, 8)]
    assert [line for line, _ in bad] == [3, 5]
    assert bad[0][1] == "1 cells where the header has 2"


def test_a_cell_may_run_over_lines_and_lines_are_still_counted_right(tmp_path: Path) -> None:
    found, bad = records(write(tmp_path, "q.csv", 'a,b\n1,"x\ny ""z"""\n2,w,oops\n3,v\n'))
    assert [r["b"] for r in found] == ['x\ny "z"', "v"]
    assert [line for line, _ in bad] == [4]


def test_a_quote_that_never_closes_costs_only_its_own_row(tmp_path: Path) -> None:
    rows = "".join(f"{n},text {n}\n" for n in range(20_000))
    found, bad = records(write(tmp_path, "q.csv", f'a,b\n1,"open\n{rows}'))
    assert len(found) == 20_000
    assert len(bad) == 1 and bad[0][0] == 2


def test_quotes_that_keep_opening_end_the_reading_within_bounds(tmp_path: Path) -> None:
    line = '1,"' + "x" * 200 + "\n"
    path = write(tmp_path, "q.csv", "a,b\n0,fine\n" + line * 150_000)
    tables = messages(path, mode="look", full=False, sample=5)
    assert tables[0]["t"] == "head"


def test_a_line_in_another_encoding_is_a_bad_row(tmp_path: Path) -> None:
    body = "a,b\n1,gut ö\n".encode() + b"2,b\xf6se\n" + "3,gut ü\n".encode()
    found, bad = records(write(tmp_path, "m.csv", body))
    assert [r["a"] for r in found] == [1, 3]
    assert bad == [(3, "the line is not in the encoding of the file")]


def test_nul_bytes_make_a_bad_row(tmp_path: Path) -> None:
    found, bad = records(write(tmp_path, "n.csv", b"a,b\n1,x\n2,y\x00z\n3,w\n"))
    assert [r["a"] for r in found] == [1, 3]
    assert bad[0][0] == 3 and "NUL" in bad[0][1]


def test_formulas_are_text_like_any_other(tmp_path: Path) -> None:
    found, _ = records(write(tmp_path, "f.csv", "a,b\n1,=cmd|' /C calc'!A0\n2,@SUM(1)\n"))
    assert [r["b"] for r in found] == ["=cmd|' /C calc'!A0", "@SUM(1)"]


def test_hostile_headers_become_distinct_names(tmp_path: Path) -> None:
    body = "a,a,,\x1b[31mred,'; DROP TABLE x;--,id\n1,2,3,4,5,6\n"
    path = write(tmp_path, "h.csv", body)
    headers = [c["header"] for c in look(path)[0]["columns"]]
    assert headers == ["a", "a 2", "column 3", "[31mred", "'; DROP TABLE x;--", "id"]
    assert records(path)[0] == [
        {"id": "6", "a": 1, "a_2": 2, "column_3": 3, "n31mred": 4, "drop_table_x": 5}
    ]


def test_bad_json_lines_are_counted_and_the_others_stay(tmp_path: Path) -> None:
    body = '{"a":1}\nnot json\n{"a":2}\n{"a":NaN}\n[3]\n'
    found, bad = records(write(tmp_path, "l.jsonl", body))
    assert [r["a"] for r in found] == [1, 2, None]
    assert [line for line, _ in bad] == [2, 4]


def test_a_key_that_comes_late_is_kept_beside(tmp_path: Path) -> None:
    body = "".join(f'{{"a":{n}}}\n' for n in range(1_500)) + '{"a":1500,"late":true}\n'
    path = write(tmp_path, "l.jsonl", body)
    job = Job((Target("a", "a", "int"),)).to_wire()
    said = messages(path, mode="load", table=None, skip=0, job=job)
    extras = [e for m in said if m["t"] == "rows" for e in m["extra"] or [] if e]
    assert extras == ['{"late":true}']


def test_numbers_past_64_bits_stay_exact_as_text(tmp_path: Path) -> None:
    huge = "123456789012345678901234567890"
    found, bad = records(write(tmp_path, "n.json", f'[{{"n":{huge}}},{{"n":1}}]'))
    assert [r["n"] for r in found] == [huge, "1"] and bad == []


# -- files that are cut, lie or explode ----------------------------------------------------------


def test_a_cut_gzip_keeps_the_rows_before_the_cut_and_says_so(tmp_path: Path) -> None:
    rng = random.Random(5)
    body = "a\n" + "".join(f"{rng.randrange(10**9)}\n" for _ in range(200_000))
    path = write(tmp_path, "c.csv.gz", gzip.compress(body.encode())[:-50_000])
    table = look(path)[0]
    assert "cut short" in table["cut"] and 50_000 < table["rows"] < 200_000


@pytest.mark.parametrize("name", ["c.csv.gz", "c.csv.zst", "c.zip"])
def test_a_packed_file_cut_at_once_is_refused(tmp_path: Path, name: str) -> None:
    whole = {
        "c.csv.gz": gzip.compress(PEOPLE.encode()),
        "c.csv.zst": zstandard.compress(PEOPLE.encode()),
        "c.zip": packed_zip({"a.csv": PEOPLE.encode()}),
    }[name]
    with pytest.raises(BadInput):
        look(write(tmp_path, name, whole[:-12]))


@pytest.mark.parametrize("suffix", ["gz", "zst", "zip"])
def test_bombs_are_refused_soon_after_the_free_bytes(tmp_path: Path, suffix: str) -> None:
    zeros = b"a,b\n" + b"0,0\n" * (20 << 20)
    pack: Any = {
        "gz": gzip.compress,
        "zst": zstandard.compress,
        "zip": lambda body: packed_zip({"a.csv": body}),
    }
    with pytest.raises(TooLarge, match="bomb"):
        look(write(tmp_path, f"bomb.csv.{suffix}", pack[suffix](zeros)))


def test_an_archive_inside_an_archive_is_refused(tmp_path: Path) -> None:
    inner = gzip.compress(PEOPLE.encode())
    for name, body in (("a.csv.gz", gzip.compress(inner)), ("a.zip", packed_zip({"x.gz": inner}))):
        with pytest.raises(BadInput, match="inside an archive"):
            look(write(tmp_path, name, body))


@pytest.mark.parametrize("member", ["../../etc/x.csv", "/abs.csv", "C:\\x.csv", "a/../../x.csv"])
def test_member_names_that_leave_the_archive_are_refused(tmp_path: Path, member: str) -> None:
    with pytest.raises(BadInput, match="leaves it"):
        look(write(tmp_path, "slip.zip", packed_zip({member: b"a\n1\n"})))


def test_links_and_encryption_in_a_zip_are_refused(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link.csv")
    link.external_attr = 0o120777 << 16
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match="link"):
        look(write(tmp_path, "l.zip", out.getvalue()))
    body = bytearray(packed_zip({"a.csv": b"a\n1\n"}))
    body[6] |= 1
    body[body.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(BadInput, match="encrypted"):
        look(write(tmp_path, "e.zip", bytes(body)))


def test_too_many_members_are_refused(tmp_path: Path) -> None:
    members = {f"{n}.csv": b"a\n1\n" for n in range(limits.ARCHIVE_MEMBERS_MAX + 1)}
    with pytest.raises(TooLarge):
        look(write(tmp_path, "m.zip", packed_zip(members)))


LIES = {
    "a.parquet": b"id,name\n1,Ann\n",
    "b.sqlite": b"id,name\n1,Ann\n",
    "c.json": b"id,name\n1,Ann\n",
    "d.csv": b"PAR1" + b"\x00" * 100,
    "e.csv": b"SQLite format 3\x00" + b"\x00" * 100,
    "f.csv": b"%PDF-1.7 and so on",
    "g.csv": b"\x7fELF" + bytes(range(256)),
    "h.csv": bytes(range(256)) * 8,
    "i.csv": b"BZh91AY" + b"\x01" * 50,
    "j.csv": b"",
    "k.csv": b"\n\n  \n",
    "l.json": b"{" * 5_000,
    "m.json": b"[" * 100_000,
    "n.json": b"[1, 2",
    "o.jsonl": b"",
    "p.parquet": b"PAR1" + b"\x00" * 40 + b"PAR1",
    "q.sqlite": b"SQLite format 3\x00" + b"\xff" * 200,
    "r.zip": b"PK\x05\x06" + b"\x00" * 18,
    "s.json": b'{"a": ' * 3_000 + b"1" + b"}" * 3_000,
    "t.json": b"[]",
    "u.gz": b"\x1f\x8b",
    "v.csv": b"\xff\xfea",
    "w.xlsx": packed_zip({"[Content_Types].xml": b"<Types/>", "xl/sheet1.xml": b"<x/>"}),
    "x.csv": b"<!DOCTYPE html><html><body>a,b</body></html>",
    "y.csv": b"<?xml version='1.0'?><a/>",
    "z.csv": b"x" * (100 << 10),
    "z.json": b'[{"' + b"k" * 300 + b'": 1}]',
}


@pytest.mark.parametrize("name", LIES)
def test_files_that_lie_or_are_nothing_are_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    with pytest.raises((BadInput, TooLarge)) as caught:
        assert look(write(tmp_path, name, LIES[name]))[0]["rows"] == 0
        raise BadInput("no rows")
    assert len(caught.value.message) < 400


def test_wide_tables_are_refused_before_any_engine_sees_them(tmp_path: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(50_000))
    with pytest.raises(TooLarge, match="columns"):
        look(write(tmp_path, "w.csv", f"{wide}\n"))
    with pytest.raises(TooLarge, match="columns"):
        look(write(tmp_path, "w.json", json.dumps([{f"c{n}": n for n in range(3_000)}])))
    with pytest.raises(TooLarge, match="columns"):
        body = parquet_bytes(**{f"c{n}": [n] for n in range(limits.COLUMNS_MAX + 1)})
        look(write(tmp_path, "w.parquet", body))


def test_a_huge_cell_is_a_bad_row(tmp_path: Path) -> None:
    body = "a,b\n1,x\n2," + "y" * (3 << 20) + "\n3,z\n"
    found, bad = records(write(tmp_path, "big.csv", body))
    assert [r["a"] for r in found] == [1, 3]
    assert bad[0][0] == 3


def test_a_line_without_end_stops_the_reading_with_a_reason(tmp_path: Path) -> None:
    path = write(tmp_path, "endless.csv", b"a,b\n1,2\n" + b"x" * (6 << 20))
    with pytest.raises(TooLarge, match="line"):
        look(path)


# -- ids -----------------------------------------------------------------------------------------


def test_rows_without_a_key_get_a_hash_and_repeats_a_count(tmp_path: Path) -> None:
    found, _ = records(write(tmp_path, "k.csv", "a,b\n1,x\n2,y\n1,x\n1,x\n"))
    keys = [r["id"] for r in found]
    assert keys[2:] == [f"{keys[0]}:2", f"{keys[0]}:3"] and len(set(keys)) == 4
    grown, _ = records(write(tmp_path, "k.csv", "a,b\n1,x\n2,y\n1,x\n1,x\n1,x\n9,z\n"))
    assert [r["id"] for r in grown][:4] == keys


def test_a_json_rows_identity_does_not_depend_on_the_order_of_its_keys(tmp_path: Path) -> None:
    one, _ = records(write(tmp_path, "a.json", '[{"a":1,"b":2,"c":null}]'))
    other, _ = records(write(tmp_path, "b.json", '[{"b":2,"a":1}]'))
    assert one[0]["id"] == other[0]["id"]


@pytest.mark.parametrize(
    "record",
    [
        {"t": "a|b", "n": 7, "at": "2024-01-01T00:00:00Z", "d": "1.50"},
        {"t": "back\\slash", "n": 2**60, "at": "2024-01-01T00:00:00.5Z", "d": "-0.05"},
        {"t": "x" * 300, "n": 0, "at": "1969-12-31T23:59:59Z", "d": "0"},
    ],
)
def test_keys_of_a_loaded_row_equal_those_of_a_put_record(record: dict[str, Any]) -> None:
    spec = CollectionSpec.model_validate({
        "key": ["t", "n", "at", "d"],
        "fields": {"t": {"type": "text"}, "n": {"type": "int"}, "at": {"type": "time"}, "d": {"type": "decimal"}},
    })  # fmt: skip
    targets = [Target(n, n, f.type, f.kind.scale) for n, f in spec.fields.items()]
    table = Table("t", tuple(map(Column, spec.fields)), True, lambda: iter(()))
    made = Maker(Job(tuple(targets), key=spec.key), table).make(Batch([list(record.values())], [1]))
    values = {n: decode(record[n], f.kind) for n, f in spec.fields.items()}
    assert made["ids"] == [key_id(spec, values)]


# -- the child process ---------------------------------------------------------------------------


@pytest.mark.anyio
async def test_the_child_tells_the_same_as_the_reader(tmp_path: Path) -> None:
    path = write(tmp_path, "people.csv", PEOPLE)
    found = await peek(stage(tmp_path / "data", path), Look(full=True, sample=1))
    assert found["format"] == "csv"
    table = found["tables"][0]
    assert (table["rows"], table["bad"], table["whole"]) == (3, 0, True)
    assert table["sample"] == [["1", "Ann", "40"]]


@pytest.mark.anyio
async def test_a_file_that_changed_after_staging_is_a_conflict(tmp_path: Path) -> None:
    path = write(tmp_path, "people.csv", PEOPLE)
    staged = stage(tmp_path / "data", path)
    path.write_text("id\n9\n")
    with pytest.raises(Conflict, match="changed"):
        await peek(staged, Look())


@pytest.mark.anyio
@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are POSIX")
async def test_a_child_that_needs_too_much_memory_is_refused_and_harms_nobody(
    tmp_path: Path,
) -> None:
    path = write(tmp_path, "deep.json", '{"a": [' + "[1]," * (12 << 20) + "[1]]}")
    job = {"mode": "look", "table": None, "full": True, "sample": 1, "format": None}
    with pytest.raises(IsothermError) as caught:
        async with reading(stage(tmp_path / "data", path), {**job, "memory_bytes_max": 256 << 20}) as said:  # fmt: skip
            async for _ in said:
                pass
    assert caught.value.code in ("too-large", "bad-input")


@pytest.mark.anyio
@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("kind", ["parquet", "sqlite"])
async def test_damaged_binary_files_never_harm_the_parent(
    tmp_path: Path, kind: str, seed: int
) -> None:
    rng = random.Random(f"{kind} {seed}")
    if kind == "parquet":
        body = bytearray(parquet_bytes(a=list(range(2_000)), b=[f"text {n % 9}" for n in range(2_000)]))  # fmt: skip
    else:
        rows = [f"INSERT INTO t VALUES ({n}, 'text {n}')" for n in range(300)]
        body = bytearray(sqlite_bytes(tmp_path, "CREATE TABLE t(a INT, b TEXT)", *rows))
    for _ in range(rng.choice((1, 4, 40))):
        body[rng.randrange(16, len(body) - 4)] = rng.randrange(256)
    if seed % 5 == 4:
        del body[rng.randrange(100, len(body) - 8) : len(body) - 8]
    staged = stage(tmp_path / "data", write(tmp_path, f"broken.{kind}", bytes(body)))
    try:
        found = await peek(staged, Look(full=True))
    except IsothermError as refusal:
        assert refusal.code in ("bad-input", "too-large", "too-slow")
    else:
        assert all(len(table["columns"]) <= limits.COLUMNS_MAX for table in found["tables"])


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"", BadInput),
        (b'{"t":"head"', BadInput),
        (b"no JSON\n", BadInput),
        (b'{"kind":"head"}\n', BadInput),
        (b'{"t":"columns"}\n', BadInput),
        (b'{"t":"columns","bytes":-1}\n', BadInput),
        (b'{"t":"columns","bytes":9}\nshort', BadInput),
        (b'{"t":"columns","bytes":%d}\n' % (MESSAGE_BYTES_MAX + 1), TooLarge),
        (b" " * MESSAGE_BYTES_MAX, TooLarge),
    ],
)
def test_what_a_child_must_not_send_ends_the_reading(sent: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        Pipe(io.BytesIO(sent), "a.csv").message()


def test_what_stands_behind_a_message_is_its_body_and_no_more() -> None:
    pipe = Pipe(io.BytesIO(b'{"t":"columns","bytes":3}\nabc{"t":"end"}\n'), "a.csv")
    assert bytes(pipe.message()["body"]) == b"abc"
    assert pipe.message() == {"t": "end"}


@pytest.mark.anyio
async def test_a_child_that_is_silent_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "READER_SECONDS_IDLE_MAX", 0)
    with pytest.raises(TooSlow):
        await peek(stage(tmp_path / "data", write(tmp_path, "people.csv", PEOPLE)), Look())
