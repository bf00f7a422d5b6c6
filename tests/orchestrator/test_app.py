"""The whole house over one data folder, through the front door."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anyio
import orjson
import pytest

from orchestrator.app import running
from orchestrator.client import Client, connect
from registry.access import Principal
from registry.clock import ManualClock
from registry.errors import BadInput, Conflict, Denied, IsothermError, NotFound, UnknownDomain
from registry.limits import SEGMENT_GRACE_SECONDS
from registry.moment import time_us
from registry.settings import Settings

pytestmark = pytest.mark.anyio

BOOKS = """
domain: library
description: Books and who borrows them.
collections:
  books:
    description: A book on the shelf.
    synonyms: [title]
    label: name
    fields:
      name: {type: text, description: What it is called., search: true}
      pages: {type: int, description: How long it is.}
      borrower: {type: ref, to: user.users, description: Who has it.}
"""
TEN_TOOLS = ["ask", "query", "get", "describe", "ingest", "find_tools", "call_read", "call_write", "admin_read",
             "admin_write"]  # fmt: skip
TWELVE = {"user", "session", "chat", "metrics", "analytics", "content", "workflow", "integration", "archive", "logs",
          "backup", "compliance"}  # fmt: skip


def settings(folder: Path) -> Settings:
    return Settings(data=folder)


async def add(client: Client, text: str) -> dict[str, object]:
    return await client.call("admin_write", action="domain_add", arguments={"yaml": text})


async def put(client: Client, address: str, *records: dict[str, object]) -> dict[str, object]:
    domain, _, name = address.partition(".")
    return await client.write(f"{domain}__put", collection=name, records=list(records))


async def test_an_agent_sees_ten_tools_in_eight_kilobytes_and_a_fixed_order(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        listed = await client.mcp.list_tools()
        wire = [
            tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed.tools
        ]
        assert [tool["name"] for tool in wire] == TEN_TOOLS
        assert len(orjson.dumps(wire)) <= 8_000
        assert all(tool["title"] and "readOnlyHint" in tool["annotations"] for tool in wire)


async def test_the_twelve_domains_are_there_at_once(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        found = await client.describe()
        assert {d["domain"] for d in found["domains"]} == TWELVE


async def test_a_record_goes_in_and_comes_back_the_same_through_every_door(tmp_path: Path) -> None:
    record = {"id": "u-1", "name": "Ada Lovelace", "email": "ada@example.org"}
    async with connect(settings(tmp_path)) as client:
        schema = await client.describe("user.users")
        record = {k: v for k, v in record.items() if k == "id" or k in schema["fields"]}
        receipt = await client.ingest(records=[record], into="user.users")
        assert "u-1" in str((await client.get("user.users", "u-1", "nobody"))["records"])
        got = await client.get("user.users", "u-1", "nobody")
        assert got["missing"] == ["nobody"]
        assert {k: got["records"][0][k] for k in record} == record
        plan = {"from": "user.users", "select": ["id", "name"]}
        assert (await client.query(plan))["rows"] == [["u-1", "Ada Lovelace"]]
        read = await client.mcp.read_resource("user://users/u-1")
        assert "Ada Lovelace" in read.contents[0].text  # type: ignore[union-attr]
        assert receipt


async def test_one_plan_reads_two_domains(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await put(client, "user.users", {"id": "u1", "name": "Ada"})
        await put(
            client, "library.books", {"id": "b1", "name": "Sieve", "pages": 7, "borrower": "u1"}
        )
        answer = await client.query({
            "from": "library.books", "select": ["name", "who.name"],
            "joins": [{"as": "who", "to": "user.users", "on": ["borrower", "id"]}],
        })  # fmt: skip
        assert answer["rows"] == [["Sieve", "Ada"]]
        assert {s["collection"] for s in answer["sources"]} == {"library.books", "user.users"}


async def test_a_yaml_of_twenty_lines_becomes_a_domain_without_a_restart(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await put(client, "library.books", {"id": "b1", "name": "Sieve", "pages": 7})
        assert (await client.tool("library__get", collection="books", ids=["b1"]))["records"][0][
            "pages"
        ] == 7
        assert "library__put" in str(
            await client.call("find_tools", words="borrow books library store")
        )
        listed = await client.mcp.list_resources()
        assert "library://schema" in [str(r.uri) for r in listed.resources]


async def test_a_new_field_and_a_new_collection_take_effect_and_keep_every_record(
    tmp_path: Path,
) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await put(client, "library.books", {"id": "b1", "name": "Sieve", "pages": 7})
        wider = BOOKS + "      year: {type: int}\n  shelves:\n    fields: {room: {type: text}}\n"
        await add(client, wider)
        await put(client, "library.books", {"id": "b2", "name": "Dune", "year": 1965})
        await put(client, "library.shelves", {"id": "s1", "room": "east"})
        rows = (await client.query({"from": "library.books", "select": ["id", "pages", "year"]}))[
            "rows"
        ]
        assert rows == [["b1", 7, None], ["b2", None, 1965]]


async def test_a_change_that_would_lose_data_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await put(client, "library.books", {"id": "b1", "name": "Sieve", "pages": 7})
        with pytest.raises(Conflict):
            await add(client, BOOKS.replace("pages: {type: int", "pages: {type: text"))
        assert (await client.describe("library.books"))["fields"]["pages"]["type"] == "int"
        assert (await client.get("library.books", "b1"))["records"][0]["pages"] == 7


async def test_a_domain_with_records_is_not_removed_and_an_empty_one_is(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await put(client, "library.books", {"id": "b1", "name": "Sieve"})
        with pytest.raises(Conflict, match="holds 1 record"):
            await client.call("admin_write", action="domain_remove", arguments={"name": "library"})
        await client.write("library__delete", collection="books", ids=["b1"])
        await client.call("admin_write", action="domain_remove", arguments={"name": "library"})
        with pytest.raises(UnknownDomain):
            await client.describe("library")


async def test_a_removed_domain_leaves_no_byte_of_its_records(tmp_path: Path) -> None:
    remove: dict[str, Any] = {"action": "domain_remove", "arguments": {"name": "library"}}
    time = ManualClock(time_us("2026-11-23T12:00:00Z") or 0)
    async with connect(settings(tmp_path), clock=time) as client:
        await add(client, BOOKS)
        for n in range(2):
            book = {"id": f"zzmark{n}", "name": f"zzmark {n}"}
            await client.write("library__put", collection="books", records=[book], idempotency_key=f"k{n}")  # fmt: skip
        places = (await client.call("admin_read", action="tiers", arguments={"domain": "library"}))["places"]  # fmt: skip
        given = {"place": places[0]["place"], "tier": "cold"}
        await client.call("admin_write", action="move", arguments=given)
        await client.write("library__delete", collection="books", ids=["zzmark0", "zzmark1"])
        with pytest.raises(Conflict, match="last old files"):
            await client.call("admin_write", **remove)
        time.advance(2 * SEGMENT_GRACE_SECONDS)
        await client.call("admin_write", **remove)
    assert soiled(tmp_path) == []


def soiled(folder: Path) -> list[Path]:
    return [p for p in folder.rglob("*") if p.is_file() and b"zzmark" in p.read_bytes()]


async def test_a_domain_with_records_of_another_tenant_is_not_removed(tmp_path: Path) -> None:
    async with running(settings(tmp_path)) as app, connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        await app.refresh()
        other, book = Principal("op", tenant="other"), {"id": "b1", "name": "Sieve"}
        given = {"collection": "books", "records": [book]}
        await app.links.call("library", "put", given, principal=other)
        with pytest.raises(Conflict, match="other tenants"):
            await client.call("admin_write", action="domain_remove", arguments={"name": "library"})


async def test_a_domain_added_by_one_orchestrator_reaches_the_other(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as one, connect(settings(tmp_path)) as two:
        await add(one, BOOKS)
        await put(one, "library.books", {"id": "b1", "name": "Sieve"})
        with anyio.fail_after(20):
            while True:
                try:
                    found = await two.get("library.books", "b1")
                    break
                except UnknownDomain:
                    await anyio.lowlevel.checkpoint()
        assert found["records"][0]["name"] == "Sieve"


async def test_a_yaml_edited_by_hand_takes_effect(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        await add(client, BOOKS)
        path = tmp_path / "domains" / "library.yaml"
        path.write_text(BOOKS + "      year: {type: int}\n")
        with anyio.fail_after(20):
            while "year" not in (await client.describe("library.books"))["fields"]:
                await anyio.lowlevel.checkpoint()


async def test_a_broken_yaml_beside_the_others_is_named_and_harms_nobody(tmp_path: Path) -> None:
    (tmp_path / "domains").mkdir()
    (tmp_path / "domains" / "bad.yaml").write_text("domain: bad\ncollections: 7\n")
    async with connect(settings(tmp_path)) as client:
        health = await client.call("admin_read", action="health")
        assert any("bad" in name for name in health["faults"])
        assert len((await client.describe())["domains"]) == 12


@pytest.mark.promise(9)
async def test_with_children_as_domains_everything_works_the_same(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path, topology="processes")) as client:
        await put(client, "user.users", {"id": "u1", "name": "Ada"})
        assert (await client.query({"from": "user.users", "select": ["name"]}))["rows"] == [["Ada"]]


BAD_CALLS: list[tuple[str, dict[str, object], type[IsothermError], str]] = [
    ("get", {"collection": "nope.x", "ids": ["1"]}, UnknownDomain, "'nope'"),
    ("get", {"collection": "user.nope", "ids": ["1"]}, UnknownDomain, "'nope'"),
    ("get", {"collection": "user.users", "ids": []}, BadInput, "ids"),
    ("get", {"collection": "user.users", "ids": ["1"], "extra": 1}, BadInput, "extra"),
    ("ask", {"question": "   "}, BadInput, "empty"),
    ("ask", {"question": 7}, BadInput, "question"),
    ("ask", {"question": "how many users", "domains": ["nope"]}, UnknownDomain, "'nope'"),
    ("ask", {"question": "how many users", "now": "yesterday"}, BadInput, "now"),
    ("query", {"plan": {"from": "user.nope"}}, UnknownDomain, "'nope'"),
    ("query", {"plan": {"form": "user.users"}}, IsothermError, "form|from"),
    ("query", {"plan": {"from": "user.users"}, "cursor": "forged"}, BadInput, "cursor"),
    ("call_read", {"name": "user__put", "arguments": {}}, BadInput, "call_write"),
    ("call_write", {"name": "user__get", "arguments": {}}, BadInput, "call_read"),
    ("call_read", {"name": "user__nope", "arguments": {}}, NotFound, "'nope'"),
    ("call_read", {"name": "nope__get", "arguments": {}}, UnknownDomain, "'nope'"),
    ("call_read", {"name": "get", "arguments": {}}, BadInput, "domain__tool"),
    ("call_read", {"name": "system__conversation_get", "arguments": {"id": "c"}}, UnknownDomain, "'system'"),
    ("call_write", {"name": "system__conversation_put", "arguments": {"turn": {}}}, UnknownDomain, "'system'"),
    ("call_write", {"name": "system__domain_add", "arguments": {"yaml": "x"}}, UnknownDomain, "'system'"),
    ("call_write", {"name": "user__load", "arguments": {}}, NotFound, "'load'"),
    ("admin_write", {"action": "domain_add", "arguments": {"yaml": "a: ["}}, BadInput, "line"),
    ("admin_write", {"action": "domain_add", "arguments": {}}, BadInput, "yaml"),
    ("admin_read", {"action": "nope"}, BadInput, "action"),
    ("admin_read", {"action": "check", "arguments": {"deep": "yes"}}, BadInput, "true or false"),
    ("admin_read", {"action": "tiers", "arguments": {"domian": "user"}}, BadInput, "domain, now"),
    ("admin_write", {"action": "cool", "arguments": {"dry_run": True}}, BadInput, "'dry_run'"),
    ("ingest", {"uri": "http://example.org/x.csv"}, IsothermError, "uri"),
    ("ingest", {"path": "/etc/passwd"}, IsothermError, "root"),
    ("ingest", {}, BadInput, "records"),
]  # fmt: skip


async def test_bad_input_gets_a_code_and_says_what_to_do(tmp_path: Path) -> None:
    async with connect(settings(tmp_path)) as client:
        for tool, arguments, error, says in BAD_CALLS:
            with pytest.raises(error, match=says) as caught:
                await client.call(tool, **arguments)
            assert caught.value.code != "bug", (tool, arguments)
        assert (await client.describe())["domains"], "it goes on serving"


async def test_only_an_administrator_sees_the_operators_side(tmp_path: Path) -> None:
    from orchestrator.app import running
    from registry.access import Principal
    from registry.tool import Call

    async with running(settings(tmp_path)) as app:
        tools = {tool.name: tool for tool in app.built.surface.tools()}
        reader = Call(Principal("eve", "default", ("reader",)))
        for name, action in (("admin_read", "health"), ("admin_write", "domain_add")):
            params = tools[name].params.model_validate({"action": action, "arguments": {}})
            with pytest.raises(Denied):
                await tools[name].handler(reader, params)
        with pytest.raises(Denied):
            params = tools["call_write"].params.model_validate(
                {
                    "name": "user__put",
                    "arguments": {"collection": "users", "records": [{"name": "x"}]},
                }
            )
            await tools["call_write"].handler(reader, params)
