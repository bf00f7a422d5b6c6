"""A domain's server over the real store: its verbs, views, rights and living spec."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import Any

import mcp_types as types
import pytest
from mcp import Client, MCPError

from mcp_servers.server import DomainServer, build_server
from mcp_servers.serving.door import Door, door_local
from mcp_servers.tiered import open_store
from registry.access import Principal
from registry.clock import ManualClock
from registry.domain import DomainSpec, load_spec, parse_spec
from registry.errors import Conflict
from registry.settings import configs_dir

pytestmark = pytest.mark.anyio
NOW_US = 1_795_000_000_000_000
SHOP: dict[str, Any] = {
    "domain": "shop",
    "title": "Shop",
    "description": "Orders and what was ordered.",
    "collections": {
        "orders": {
            "description": "One order.",
            "key": "number",
            "time": "placed_at",
            "label": "number",
            "fields": {
                "number": {"type": "text", "required": True},
                "total": {"type": "decimal", "unit": "EUR"},
                "status": {"type": "text", "enum": ["open", "paid"]},
                "placed_at": {"type": "time"},
            },
        },
        "notes": {
            "description": "A remark on an order.",
            "label": "title",
            "fields": {
                "order": {"type": "ref", "to": "shop.orders"},
                "title": {"type": "text", "search": True},
                "body": {"type": "text", "search": True},
            },
        },
    },
}
ORDERS = [
    {"number": "A1", "total": "10.00", "status": "open", "placed_at": "2026-11-01T00:00:00Z"},
    {"number": "A2", "total": "30.50", "status": "paid", "placed_at": "2026-11-02T00:00:00Z"},
]


class Shop:
    """A connected client and the server behind it."""

    def __init__(self, server: DomainServer, client: Client) -> None:
        self.server = server
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The structured data; an error as {"error": …}."""
        result = await self.client.call_tool(tool, arguments)
        data: dict[str, Any] = result.structured_content
        assert ("error" in data) == bool(result.is_error)
        return data

    async def code(self, tool: str, **arguments: Any) -> str:
        return str((await self.call(tool, **arguments))["error"]["code"])


@asynccontextmanager
async def opened(
    folder: Path, spec: DomainSpec, door: Door | None = None
) -> AsyncIterator[DomainServer]:
    clock = ManualClock(NOW_US)
    store = open_store(spec, folder, clock)
    server = build_server(
        spec, store, folder=folder, clock=clock, door=door or door_local(), rng=Random(3)
    )
    try:
        yield server
    finally:
        await server.close()


Open = Callable[..., Any]


@pytest.fixture
def shop(tmp_path: Path) -> Open:
    """`async with shop(principal) as s:`; every use opens the same folder."""

    @asynccontextmanager
    async def connect(principal: Principal | None = None) -> AsyncIterator[Shop]:
        door = door_local(principal) if principal else door_local()
        async with (
            opened(tmp_path, parse_spec(SHOP), door) as server,
            Client(server.built.server, cache=None) as client,
        ):
            yield Shop(server, client)

    return connect


# -- writing and reading -------------------------------------------------------------------------


async def test_what_is_put_is_got(shop: Open) -> None:
    async with shop() as s:
        receipt = await s.call("put", collection="orders", records=ORDERS)
        found = await s.call("get", collection="shop.orders", ids=["A2", "nope", "A1"])
    assert (receipt["accepted"], receipt["collection"]) == (2, "shop.orders")
    assert receipt["written"][0] == {"id": "A1", "version": 1, "outcome": "accepted"}
    assert [record["id"] for record in found["records"]] == ["A2", "A1"]
    assert found["records"][0] == {**ORDERS[1], "id": "A2", "version": 1, "tier": "warm"}
    assert found["missing"] == ["nope"]


async def test_one_bad_record_refuses_the_whole_call_unless_partial(shop: Open) -> None:
    bad = {"number": "A3", "status": "lost"}
    async with shop() as s:
        refused = await s.call("put", collection="orders", records=[*ORDERS, bad])
        nothing = await s.call("get", collection="orders", ids=["A1", "A2"])
        some = await s.call("put", collection="orders", records=[*ORDERS, bad], partial=True)
    assert refused["error"]["message"].startswith("records[2].status must be one of open, paid")
    assert nothing["records"] == []
    assert (some["accepted"], some["rejected"]) == (2, 1)
    assert some["reasons"][0]["line"] == 3


async def test_stats_tell_how_the_cache_does(shop: Open) -> None:
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        found = [await s.call("get", collection="orders", ids=["A2"]) for _ in range(3)]
        cache = (await s.call("stats"))["cache"]
    assert [one["records"][0]["tier"] for one in found] == ["warm", "hot", "hot"]
    assert (cache["hits"], cache["misses"], cache["kept"], cache["admitted"]) == (2, 1, 1, 0)
    assert (cache["evicted"], cache["rows"]) == (0, 1)
    assert 0 < cache["bytes"] < cache["bytes_max"]


@pytest.mark.promise(2)
async def test_the_same_idempotency_key_is_stored_once_even_without_ids(shop: Open) -> None:
    note = {"title": "Late", "body": "It came late."}
    async with shop() as s:
        first = await s.call("put", collection="notes", records=[note], idempotency_key="k1")
        again = await s.call("put", collection="notes", records=[note], idempotency_key="k1")
        other = {"title": "Other"}
        refused = await s.code("put", collection="notes", records=[other], idempotency_key="k1")
        stats = await s.call("stats", collection="notes")
    assert first["written"] == again["written"]
    assert refused == "conflict"
    assert stats["collections"]["shop.notes"]["rows"] == 1


async def test_records_without_id_get_rising_ones(shop: Open) -> None:
    notes = [{"title": f"n{n}"} for n in range(20)]
    async with shop() as s:
        written = (await s.call("put", collection="notes", records=notes))["written"]
    ids = [w["id"] for w in written]
    assert ids == sorted(ids) and len(set(ids)) == 20


@pytest.mark.promise(6)
async def test_a_get_of_more_than_a_reply_holds_is_refused(shop: Open) -> None:
    heavy = [{"id": f"n{n}", "title": "t", "body": "x" * 500_000} for n in range(20)]
    async with shop() as s:
        for half in (heavy[:10], heavy[10:]):
            await s.call("put", collection="notes", records=half)
        ids = [note["id"] for note in heavy]
        assert await s.code("get", collection="notes", ids=ids) == "too-large"
        assert len((await s.call("get", collection="notes", ids=ids[:10]))["records"]) == 10


async def test_an_expected_version_guards_an_update(shop: Open) -> None:
    changed = {**ORDERS[0], "status": "paid"}
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        done = await s.call("put", collection="orders", records=[changed], expected_version=1)
        late = await s.code("put", collection="orders", records=ORDERS[:1], expected_version=1)
    assert done["updated"] == 1
    assert late == "conflict"


async def test_deleting_counts_what_was_there(shop: Open) -> None:
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        deleted = await s.call("delete", collection="orders", ids=["A1", "nope"])
        left = await s.call("get", collection="orders", ids=["A1", "A2"])
    assert deleted == {"deleted": 1}
    assert left["missing"] == ["A1"]


async def test_a_plan_is_answered_page_by_page(shop: Open) -> None:
    plan = {
        "from": "shop.orders",
        "select": ["number", "total"],
        "order": [{"by": "number"}],
        "limit": 1,
    }
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        first = await s.call("query", plan=plan)
        second = await s.call("query", plan=plan, cursor=first["cursor"])
    assert (
        first["columns"][1].items() >= {"name": "total", "type": "decimal", "unit": "EUR"}.items()
    )
    assert (first["rows"], first["truncated"]) == ([["A1", "10.00"]], True)
    assert second["rows"] == [["A2", "30.50"]]
    assert second["sources"][0]["collection"] == "shop.orders"


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ({"from": "user.users"}, "bad-plan"),
        ({"from": "shop.ordres"}, "unknown-domain"),
        ({"from": "shop.orders", "select": ["nope"]}, "unknown-field"),
        ({"select": ["number"]}, "bad-plan"),
        ({"from": "shop.orders", "limit": 0}, "bad-plan"),
        ({"from": "shop.orders", "drop": True}, "bad-plan"),
    ],
)
async def test_a_plan_that_does_not_fit_is_refused(shop: Open, plan: Any, code: str) -> None:
    async with shop() as s:
        assert await s.code("query", plan=plan) == code


async def test_search_finds_over_all_collections_and_shows_the_place(shop: Open) -> None:
    long = "word " * 60 + "needle " + "word " * 60
    async with shop() as s:
        await s.call("put", collection="notes", records=[{"id": "n1", "title": "T", "body": long}])
        hits = (await s.call("search", text="needle"))["hits"]
        refused = await s.code("search", text="needle", collection="orders")
    assert [(hit["collection"], hit["id"], hit["label"]) for hit in hits] == [
        ("shop.notes", "n1", "T")
    ]
    assert "needle" in hits[0]["snippet"] and len(hits[0]["snippet"]) < 200
    assert refused == "bad-input"


async def test_describe_leaves_facts_out_when_nothing_changed(shop: Open) -> None:
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        told = await s.call("describe", values=True)
        again = await s.call("describe", since_seq=told["seq"])
    facts = told["facts"]["shop.orders"]
    assert (facts["rows"], facts["time_min"], facts["time_max"]) == (
        2,
        "2026-11-01T00:00:00Z",
        "2026-11-02T00:00:00Z",
    )
    assert facts["values"]["status"] == {"values": ["open", "paid"], "complete": True}
    assert parse_spec(told["spec"]) == parse_spec(SHOP)
    assert "facts" not in again and again["seq"] == told["seq"]


# -- rights --------------------------------------------------------------------------------------


@pytest.mark.promise(8)
@pytest.mark.parametrize(
    ("roles", "refused"),
    [
        ((), {"put", "get", "query", "search", "delete", "stats", "describe"}),
        (("reader",), {"put", "delete"}),
        (("writer",), {"delete"}),
        (("editor",), set()),
    ],
)
async def test_each_verb_asks_for_its_right(
    shop: Open, roles: tuple[str, ...], refused: set[str]
) -> None:
    calls: dict[str, dict[str, Any]] = {
        "put": {"collection": "orders", "records": ORDERS},
        "get": {"collection": "orders", "ids": ["A1"]},
        "query": {"plan": {"from": "shop.orders"}},
        "search": {"text": "x"},
        "delete": {"collection": "orders", "ids": ["A1"]},
        "stats": {},
        "describe": {},
    }
    async with shop(Principal("ada", roles=roles)) as s:
        results = {tool: await s.call(tool, **given) for tool, given in calls.items()}
        assert await s.code("load", handle="h", collection="orders", mapping={}) == "not-found"
    denied = {t for t, r in results.items() if r.get("error", {}).get("code") == "denied"}
    assert denied == refused


@pytest.mark.promise(7)
async def test_tenants_do_not_see_each_other(shop: Open) -> None:
    async with shop(Principal("ada", tenant="one")) as s:
        await s.call("put", collection="orders", records=ORDERS)
    async with shop(Principal("bob", tenant="two")) as s:
        got = await s.call("get", collection="orders", ids=["A1"])
        rows = (await s.call("query", plan={"from": "shop.orders"}))["rows"]
        facts = (await s.call("describe"))["facts"]["shop.orders"]
        with pytest.raises(MCPError):
            await s.client.read_resource("shop://orders/A1")
    assert (got["records"], rows, facts["rows"]) == ([], [], 0)


async def test_a_server_alone_answers_plans_within_plans_of_its_own_domain(shop: Open) -> None:
    average = {"from": "shop.orders", "measures": [{"fn": "avg", "field": "total"}]}
    dear = {"op": ">", "field": "total", "plan": average}
    plan = {"from": "shop.orders", "select": ["id"], "where": dear}
    foreign = {"op": "in", "field": "id", "plan": {"from": "user.users", "select": ["id"]}}
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        found = await s.call("query", plan=plan)
        strange = await s.call("query", plan={**plan, "where": foreign})
    assert found["rows"] == [["A2"]]
    assert strange["error"]["code"] == "bad-plan" and "user" in strange["error"]["message"]


async def test_a_reader_of_another_domain_reads_no_schema_here(shop: Open) -> None:
    async with shop(Principal("ada", domains=("user",))) as s:
        with pytest.raises(MCPError) as refused:
            await s.client.read_resource("shop://schema")
    assert refused.value.data["code"] == "denied"


# -- views ---------------------------------------------------------------------------------------


async def test_resources_show_schema_stats_and_records(shop: Open) -> None:
    async with shop() as s:
        await s.call("put", collection="orders", records=[{"number": "A/1 ö"}])
        schema = await s.client.read_resource("shop://schema")
        stats = await s.client.read_resource("shop://stats")
        record = await s.client.read_resource("shop://orders/A%2F1%20%C3%B6")
        for missing in ("shop://orders/none", "shop://nothing/A1", "other://schema", "shop://"):
            with pytest.raises(MCPError) as unknown:
                await s.client.read_resource(missing)
            assert unknown.value.code == types.INVALID_PARAMS
    texts = [json.loads(getattr(r.contents[0], "text", "")) for r in (schema, stats, record)]
    assert parse_spec(texts[0]) == parse_spec(SHOP)
    assert texts[1]["collections"]["shop.orders"]["rows"] == 1
    assert texts[2]["number"] == "A/1 ö"


@pytest.mark.parametrize(
    ("argument", "typed", "context", "expected"),
    [
        ("collection", "n", {}, ["notes"]),
        ("field", "to", {"collection": "orders"}, ["total"]),
        ("value", "p", {"collection": "orders", "field": "status"}, ["paid"]),
        ("id", "A", {"collection": "orders"}, ["A1", "A2"]),
        ("id", "A", {"collection": "nothing"}, []),
    ],
)
async def test_completions_know_names_values_and_ids(
    shop: Open, argument: str, typed: str, context: dict[str, str], expected: list[str]
) -> None:
    ref = types.ResourceTemplateReference(uri="shop://{collection}/{id}")
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        done = await s.client.complete(
            ref, {"name": argument, "value": typed}, context_arguments=context
        )
    assert sorted(done.completion.values) == expected


async def test_every_prompt_has_a_description_and_renders(shop: Open) -> None:
    async with shop() as s:
        prompts = (await s.client.list_prompts()).prompts
        for prompt in prompts:
            given = {a.name: "orders" for a in prompt.arguments or [] if a.required}
            assert (await s.client.get_prompt(prompt.name, given)).messages
    assert prompts and all(prompt.description for prompt in prompts)


# -- a living spec -------------------------------------------------------------------------------


def _wider() -> DomainSpec:
    grown = json.loads(json.dumps(SHOP))
    grown["title"] = "Bigger shop"
    grown["collections"]["orders"]["fields"]["city"] = {"type": "text"}
    return parse_spec(grown)


async def test_a_spec_evolves_under_connected_clients(shop: Open) -> None:
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        await s.server.evolve(_wider())
        await s.call("put", collection="orders", records=[{"number": "A3", "city": "Bonn"}])
        found = await s.call("get", collection="orders", ids=["A1", "A3"])
        titles = [tool.title for tool in (await s.client.list_tools()).tools]
    assert [record.get("city") for record in found["records"]] == [None, "Bonn"]
    assert "Query Bigger shop" in titles


async def test_a_spec_that_would_lose_data_changes_nothing(shop: Open) -> None:
    less = json.loads(json.dumps(SHOP))
    del less["collections"]["orders"]["fields"]["total"]
    async with shop() as s:
        await s.call("put", collection="orders", records=ORDERS)
        with pytest.raises(Conflict):
            await s.server.evolve(parse_spec(less))
        assert s.server.spec == parse_spec(SHOP)
        found = await s.call("get", collection="orders", ids=["A1"])
    assert found["records"][0]["total"] == "10.00"


async def test_another_process_may_evolve_the_spec(tmp_path: Path, shop: Open) -> None:
    async with shop() as s, opened(tmp_path, parse_spec(SHOP)) as other:
        await other.evolve(_wider())
        await s.call("put", collection="orders", records=[{"number": "A3", "city": "Bonn"}])
        found = await s.call("get", collection="orders", ids=["A3"])
    assert found["records"][0]["city"] == "Bonn"


# -- the built-in domains ------------------------------------------------------------------------

BUILTIN = sorted((configs_dir() / "domains").glob("*.yaml"))
OWN = {"chat": "history", "session": "active", "metrics": "series", "workflow": "runs"}


@pytest.mark.parametrize("path", BUILTIN, ids=lambda path: path.stem)
async def test_every_builtin_domain_serves_its_tools(tmp_path: Path, path: Path) -> None:
    spec = load_spec(path)
    async with opened(tmp_path, spec) as server, Client(server.built.server) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        described = await client.call_tool("describe", {})
    assert not described.is_error
    assert names[:7] == ["query", "search", "get", "describe", "stats", "put", "delete"]
    own = [OWN[spec.domain]] if spec.domain in OWN else []
    places = ["placements", "move", "tend", "heat"]
    subjects = ["subject_find", "subject_take", "subject_scrub", "hold_set"]
    assert names[8:] == [*own, *places, "compact", "retain", *subjects, "check", "mend"]
    assert len(server.built.surface.instructions) <= 2_000


@asynccontextmanager
async def builtin(folder: Path, name: str) -> AsyncIterator[Shop]:
    spec = load_spec(configs_dir() / "domains" / f"{name}.yaml")
    async with opened(folder, spec) as server, Client(server.built.server) as client:
        yield Shop(server, client)


async def test_history_is_one_conversation_in_order(tmp_path: Path) -> None:
    messages = [
        {
            "conversation": f"c{n % 2}",
            "author": "u1",
            "body": f"m{n}",
            "sent_at": f"2026-11-23T08:0{9 - n}:00Z",
        }
        for n in range(6)
    ]
    async with builtin(tmp_path, "chat") as s:
        await s.call("put", collection="messages", records=messages)
        rows = (await s.call("history", conversation="c0"))["rows"]
    assert [row[-1] for row in rows] == ["m4", "m2", "m0"]


async def test_a_series_is_folded_into_buckets(tmp_path: Path) -> None:
    points = [
        {"series": series, "at": f"2026-11-23T0{hour}:30:00Z", "value": float(hour), "host": "a"}
        for series in ("cpu", "disk")
        for hour in (1, 1, 2)
    ]
    async with builtin(tmp_path, "metrics") as s:
        await s.call("put", collection="points", records=points)
        folded = await s.call("series", series="cpu", fn="sum", since="2026-11-23T00:00:00Z")
    assert [row[1] for row in folded["rows"]] == [2.0, 2.0]
