"""Thousands of records, wherever they are, answer a plan as one plain DuckDB table of them does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered, open_store
from registry.clock import SystemClock
from registry.domain import parse_spec
from registry.plan import parse_plan
from registry.record import decode

COUNT = 3_000
PLACEMENTS = ["rows", "segments", "mixed", "dead", "moving"]
KINDS = ["ale", "bun", "cod", "dip"]
SPEC = parse_spec({"domain": "shop", "collections": {"sales": {"time": "at", "fields": {
    "at": {"type": "time"}, "day": {"type": "date"}, "kind": {"type": "text", "enum": KINDS},
    "who": {"type": "text"}, "n": {"type": "int"}, "price": {"type": "decimal", "scale": 2},
    "w": {"type": "float"}, "ok": {"type": "bool"}, "same": {"type": "text"}}}}})  # fmt: skip
FIELDS = SPEC.collections["sales"].fields
START = datetime(2024, 1, 1)


def sales(seed: int) -> list[dict[str, Any]]:
    """Records in wire form, over five months; a field in eight has no value."""
    rng = Random(seed)

    def one(place: int) -> dict[str, Any]:
        at = START + timedelta(seconds=place * 4_400 + rng.randrange(4_000))
        values = {
            "at": at.isoformat() + "Z",
            "day": (at.date() + timedelta(days=rng.randrange(9))).isoformat(),
            "kind": rng.choice(KINDS),
            "who": f"person {rng.randrange(300)}",
            "n": rng.choice([rng.randrange(-50, 50), str(2**62), str(-(2**62)), 7]),
            "price": f"{rng.randrange(-9_999, 99_999) / 100:.2f}",
            "w": rng.randrange(-400, 400) / 8,
            "ok": rng.random() < 0.5,
        }
        kept = {name: value for name, value in values.items() if rng.random() < 0.875}
        return {"id": f"s{place:05}", "same": "x", **kept}

    return [one(place) for place in range(COUNT)]


def drafts(records: list[dict[str, Any]]) -> list[Draft]:
    return [
        Draft(r["id"], {k: decode(v, FIELDS[k].kind) for k, v in r.items() if k != "id"})
        for r in records
    ]


async def place(store: Tiered, how: str, records: list[dict[str, Any]], rng: Random) -> None:
    """Store the records of the tenant called `how`; for `dead`, many of them twice."""
    early = records
    if how == "dead":
        early = [
            {**rng.choice(records), "id": r["id"]} if rng.random() < 0.2 else r for r in records
        ]
        early += [{**r, "id": f"gone {r['id']}"} for r in records[::40]]
    await store.write(how, "sales", drafts(early), on_conflict="update")
    buckets = list(await store.mover.buckets(how, "sales")) if how != "rows" else []
    for bucket in buckets[:3] if how in ("mixed", "moving") else buckets:
        while await store.mover.cool(how, "sales", bucket):
            pass
    if how == "dead":
        await store.delete(how, "sales", [f"gone {r['id']}" for r in records[::40]])
        await store.write(how, "sales", drafts(records), on_conflict="update")
    if how == "moving":
        await stop_in_the_middle(store, buckets[3])


async def stop_in_the_middle(store: Tiered, bucket: str) -> None:
    """A segment of which the first part alone is live."""
    steps = iter(["copied", "written", "entered"])

    def on_step(step: str) -> None:
        if next(steps, None) is None:
            raise InterruptedError

    store.mover.on_step = on_step
    with pytest.raises(InterruptedError):
        await store.mover.cool("moving", "sales", bucket)
    store.mover.on_step = lambda step: None


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tiered, Any]]:
    """The store, and a plain table of the records of each tenant."""
    patch = pytest.MonkeyPatch()
    patch.setattr("mcp_servers.tiers.mover.MOVE_ROWS", 200)
    patch.setattr("mcp_servers.stores.parquet_bytes.ROW_GROUP_ROWS", 100)
    patch.setattr("mcp_servers.stores.sqlite_moves.SEGMENT_ROWS_MAX", 400)
    store = open_store(SPEC, tmp_path_factory.mktemp("data"), SystemClock())
    plain = duckdb.connect()
    for seed, how in enumerate(PLACEMENTS):
        records = sales(seed)
        asyncio.run(place(store, how, records, Random(seed)))
        plain.execute(
            f'CREATE TABLE "{how}" (id VARCHAR, "at" TIMESTAMP, day DATE, kind VARCHAR, who VARCHAR,'
            " n BIGINT, price DECIMAL(18, 2), w DOUBLE, ok BOOLEAN, same VARCHAR)"
        )
        names = ["id", *FIELDS]
        texts = pa.table(  # noqa: F841 - the engine finds it by its name
            {n: pa.array([None if r.get(n) is None else str(r[n]) for r in records]) for n in names}
        )
        plain.execute(f'INSERT INTO "{how}" SELECT {", ".join(map(quoted, names))} FROM texts')
    patch.undo()
    yield store, plain
    asyncio.run(store.close())
    plain.close()


def quoted(name: str) -> str:
    return f'"{name}"'


# -- plans, and the same as SQL ------------------------------------------------------------------

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "at": st.integers(-10, COUNT * 4_400).map(lambda s: (START + timedelta(seconds=s)).isoformat() + "Z"),
    "day": st.integers(-5, 160).map(lambda d: (START.date() + timedelta(days=d)).isoformat()),
    "kind": st.sampled_from(KINDS), "who": st.integers(0, 299).map("person {}".format),
    "n": st.integers(-50, 50), "price": st.integers(-999, 9_999).map(lambda n: f"{n / 10:.2f}"),
    "w": st.integers(-50, 50).map(lambda n: n / 2), "id": st.integers(0, COUNT).map("s{:05}".format),
    "same": st.sampled_from(["x", "y"]),
}  # fmt: skip
BUCKETS = ["day", "week", "month", "quarter", "year"]
SORTED = ["id", "at", "day", "kind", "n", "price", "w", "same"]


@st.composite
def leaves(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    name = draw(st.sampled_from(["at", *VALUES]))
    if draw(st.integers(0, 5)) == 0:
        return {"op": "null", "field": name}, f'"{name}" IS NULL'
    value = draw(VALUES[name])
    literal = str(value) if name in ("n", "w") else f"'{value.removesuffix('Z')}'"
    op = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">=", ">", "<="]))
    return {"op": op, "field": name, "value": value}, f'"{name}" {op} {literal}'


@st.composite
def conditions(draw: st.DrawFn) -> tuple[dict[str, Any] | None, str]:
    some = draw(st.lists(leaves(), max_size=2))
    if not some:
        return None, "TRUE"
    op = draw(st.sampled_from(["and", "and", "or"]))
    word = f" {op.upper()} "
    return {"op": op, "args": [leaf for leaf, _ in some]}, word.join(f"({sql})" for _, sql in some)


@st.composite
def grouped(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    keys = draw(
        st.lists(
            st.sampled_from(["kind", "who", "day", "ok", "same", "n", "at"]),
            max_size=2,
            unique=True,
        )
    )
    group, sqls = [], []
    for key in keys:
        bucket = draw(st.sampled_from(BUCKETS)) if key in ("at", "day") else None
        group.append({"field": key, "as": f"k_{key}", **({"bucket": bucket} if bucket else {})})
        sqls.append(f"CAST(date_trunc('{bucket}', \"{key}\") AS DATE)" if bucket else f'"{key}"')
    measures = []
    for place in range(draw(st.integers(1, 3))):
        fn = draw(
            st.sampled_from(
                ["count", "sum", "avg", "min", "max", "count", "sum", "distinct", "median"]
            )
        )
        numbers = ["price", "w"] if fn in ("sum", "avg", "median") else [*SORTED, "who"]
        name = None if fn == "count" and draw(st.booleans()) else draw(st.sampled_from(numbers))
        inside = f'"{name}"' if name else "*"
        sql = {"distinct": "count(DISTINCT {})", "median": "quantile_cont(CAST({} AS DOUBLE), 0.5)",
               "avg": "avg(CAST({} AS DOUBLE))"}.get(fn, f"{fn}({{}})").format(inside)  # fmt: skip
        where, condition = draw(conditions()) if draw(st.integers(0, 3)) == 0 else (None, "")
        measures.append({"fn": fn, "as": f"m{place}", **({"field": name} if name else {}),
                         **({"where": where} if where else {})})  # fmt: skip
        sqls.append(sql + (f" FILTER (WHERE {condition})" if where else ""))
    where, condition = draw(conditions())
    plan = {
        "group": group,
        "measures": measures,
        "limit": 10_000,
        **({"where": where} if where else {}),
    }
    places = ", ".join(str(n + 1) for n in range(len(keys)))
    by = f" GROUP BY {places} ORDER BY {', '.join(f'{n + 1} NULLS LAST' for n in range(len(keys)))}"
    return plan, f'SELECT {", ".join(sqls)} FROM "{{}}" WHERE {condition}{by if keys else ""}'


@st.composite
def listed(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    by = draw(st.lists(st.sampled_from(SORTED), max_size=2, unique=True))
    order = [{"by": name, "desc": draw(st.booleans())} for name in by]
    where, condition = draw(conditions())
    plan = {"select": ["id", "n", "price", "ok", "day"], "order": order,
            "limit": draw(st.sampled_from([1, 7, 1_000])), **({"where": where} if where else {})}  # fmt: skip
    keys = [f'"{o["by"]}" {"DESC" if o["desc"] else "ASC"} NULLS LAST' for o in order]
    return plan, (
        f'SELECT id, n, price, ok, day FROM "{{}}" WHERE {condition} ORDER BY {", ".join([*keys, "id"])}'
    )


THOROUGH = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


async def pages(store: Tiered, tenant: str, plan: dict[str, Any], most: int) -> list[list[Any]]:
    parsed = parse_plan({"from": "shop.sales", **plan})
    page = await store.query(tenant, parsed)
    rows = list(page.rows)
    for _ in range(most - 1):
        if page.cursor is None:
            break
        page = await store.query(tenant, parsed, cursor=page.cursor)
        rows += page.rows
    return rows


def in_wire_form(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat() + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if type(value) is int and abs(value) > 2**53:
        return str(value)
    return pytest.approx(value) if isinstance(value, float) else value


@pytest.mark.promise(3)
@THOROUGH
@given(question=grouped(), how=st.sampled_from(PLACEMENTS))
def test_groups_are_those_of_a_plain_table(
    stored: tuple[Tiered, Any], question: tuple[dict[str, Any], str], how: str
) -> None:
    store, plain = stored
    plan, sql = question
    expected = [[in_wire_form(v) for v in row] for row in plain.execute(sql.format(how)).fetchall()]
    assert asyncio.run(pages(store, how, plan, 100)) == expected


@THOROUGH
@given(question=listed(), how=st.sampled_from(PLACEMENTS), many=st.sampled_from([1, 100_000]))
def test_lists_are_those_of_a_plain_table_page_by_page(
    stored: tuple[Tiered, Any], question: tuple[dict[str, Any], str], how: str, many: int
) -> None:
    store, plain = stored
    plan, sql = question
    with pytest.MonkeyPatch.context() as patch:  # from so many on, the page's records come first
        patch.setattr("mcp_servers.stores.sqlite_ask.MANY", many)
        rows = asyncio.run(pages(store, how, plan, 4))
    found = plain.execute(f"{sql.format(how)} LIMIT {4 * plan['limit']}").fetchall()
    assert rows == [[in_wire_form(v) for v in row] for row in found]


@pytest.mark.parametrize("how", PLACEMENTS)
def test_the_ends_of_every_field_are_those_of_live_records(
    stored: tuple[Tiered, Any], how: str
) -> None:
    store, plain = stored
    for name in SORTED:
        measures = [{"fn": fn, "field": name} for fn in ("min", "max", "count")]
        sql = f'SELECT min("{name}"), max("{name}"), count("{name}") FROM "{how}"'
        expected = [in_wire_form(value) for value in plain.execute(sql).fetchone()]
        assert asyncio.run(pages(store, how, {"measures": measures}, 1)) == [expected]


def test_a_sum_is_right_where_the_part_of_the_rows_alone_would_be_too_large(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    async def test() -> None:
        store = open_store(SPEC, tmp_path_factory.mktemp("sums"), SystemClock())
        month = {"at": 0}
        low = [Draft(f"a{n}", {**month, "n": -(2**62)}) for n in range(3)]
        high = [Draft(f"b{n}", {**month, "n": 2**62 + n}) for n in range(3)]
        await store.write("t", "sales", low, on_conflict="update")
        await store.mover.cool("t", "sales", "1970-01")
        await store.write("t", "sales", high, on_conflict="update")
        measures = [{"fn": "sum", "field": "n"}, {"fn": "avg", "field": "n"}]
        assert await pages(store, "t", {"measures": measures}, 1) == [[3, 0.5]]
        await store.close()

    asyncio.run(test())
