"""Data finds its collection, or a domain is made for it; nothing is stored twice, and refusals say what to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app import running
from orchestrator.client import Client, connect
from orchestrator.ingest import IngestRequest, ingest
from registry.access import LOCAL, Principal
from registry.errors import BadInput, Denied, IsothermError, UnknownDomain
from registry.settings import Settings
from tests.sources import write

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def house(tmp_path: Path) -> AsyncIterator[Client]:
    async with connect(Settings(data=tmp_path / "data", roots=(tmp_path,))) as client:
        yield client


def cpu(rows: int, start: int = 0) -> str:
    lines = [f"2014-02-14 {n // 3600:02}:{n // 60 % 60:02}:{n % 60:02},{n % 9}.5" for n in range(start, start + rows)]  # fmt: skip
    return "timestamp,value\n" + "\n".join(lines) + "\n"


def counts(receipt: dict[str, Any]) -> tuple[int, ...]:
    return tuple(receipt[name] for name in ("accepted", "updated", "duplicate", "rejected"))


async def total(client: Client, address: str) -> Any:
    answer = await client.query({"from": address, "measures": [{"fn": "count"}]})
    return answer["rows"][0][0]


@pytest.mark.promise(2)
async def test_series_files_go_into_metrics_named_by_their_stem(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        for name in ("cpu_a", "cpu_b"):
            path = write(tmp_path, f"{name}.csv", cpu(200))
            for expected in ((200, 0, 0, 0), (0, 0, 200, 0)):
                receipt = await client.ingest(path=str(path), into="metrics", set={"series": "{stem}"})  # fmt: skip
                assert counts(receipt) == expected
        grown = write(tmp_path, "cpu_a.csv", cpu(210))
        receipt = await client.ingest(path=str(grown), into="metrics.points", set={"series": "{stem}"})  # fmt: skip
        assert counts(receipt) == (10, 0, 200, 0)
        rows = await client.query({"from": "metrics.points", "group": [{"field": "series"}], "measures": [{"fn": "count"}]})  # fmt: skip
        assert sorted(rows["rows"]) == [["cpu_a", 210], ["cpu_b", 200]]


async def test_a_required_field_without_a_column_is_asked_for(tmp_path: Path) -> None:
    path = write(tmp_path, "cpu.csv", cpu(3))
    async with house(tmp_path) as client:
        with pytest.raises(BadInput, match="--set series=VALUE"):
            await client.ingest(path=str(path), into="metrics")
        assert await total(client, "metrics.points") == 0


async def test_a_file_nobody_has_seen_becomes_a_domain_without_a_restart(tmp_path: Path) -> None:
    body = "Wine No;Gekauft am;Größe (cm);Preis\n" + "".join(
        f"{n};{n % 28 + 1}.03.2024;{n};{n}.50\n" for n in range(1, 301)
    )
    path = write(tmp_path, "wines.csv", body + "x;31.03.2024;;NA\n")
    async with house(tmp_path) as client:
        receipt = await client.ingest(path=str(path))
        assert receipt["domains_added"] == ["wines"] and counts(receipt) == (301, 0, 0, 0)
        assert (tmp_path / "data" / "domains" / "wines.yaml").is_file()
        plan = {"from": "wines.wines", "measures": [{"fn": "sum", "field": "preis"}]}
        assert (await client.query(plan))["rows"] == [[sum(range(1, 301)) + 150.0]]
        assert (await client.get("wines.wines", "x"))["records"][0]["gekauft_am"] == "2024-03-31"
        again = await client.ingest(path=str(path))
        assert counts(again) == (0, 0, 301, 0) and "domains_added" not in again


@pytest.mark.promise(1)
async def test_a_file_of_another_name_never_overwrites_by_its_ids(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        for name, body in (
            ("colours", "id,name\n1,red\n2,blue\n"),
            ("cities", "id,name\n1,Rome\n"),
        ):
            receipt = await client.ingest(text=body, name=f"{name}.csv")
            assert receipt["domains_added"] == [name]
        assert (await client.get("colours.colours", "1"))["records"][0]["name"] == "red"
        for year in (2024, 2025):
            told = await client.ingest(text=f"id,name\n{year},x\n", name=f"colours_{year}.csv")
            assert told["collection"] == "colours.colours"


async def test_a_file_grown_by_a_column_goes_where_it_was_and_says_what_is_beside(
    tmp_path: Path,
) -> None:
    async with house(tmp_path) as client:
        await client.ingest(text="id,v\n1,a\n", name="grown.csv")
        receipt = await client.ingest(text="id,v,w,x,y\n1,a,b,c,d\n", name="grown.csv")
        assert receipt["collection"] == "grown.grown" and "domains_added" not in receipt
        assert receipt["notes"] == ["no field of grown.grown fits 'w', 'x', 'y': kept beside, in `extra`"]  # fmt: skip


async def test_a_domain_that_another_process_made_is_known(tmp_path: Path) -> None:
    async with house(tmp_path) as client, house(tmp_path) as other:
        await other.ingest(text="id,v\n1,a\n", name="new.csv", into="fresh.rows")
        receipt = await client.ingest(text="id,v\n2,b\n", name="new.csv", into="fresh.rows")
        assert counts(receipt) == (1, 0, 0, 0)


@pytest.mark.promise(1)
async def test_a_narrower_source_clears_no_field(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        records = [{"id": "u1", "name": "Ann", "email": "a@x.de", "plan": "pro"}]
        await client.ingest(records=records, into="user.users")
        await client.ingest(text="id,name\nu1,Anna\n", name="users.csv", into="user.users")
        await client.ingest(
            records=[{"id": "u1", "name": "Anne", "city": "Rome"}], into="user.users"
        )
        found = (await client.get("user.users", "u1"))["records"][0]
        assert (found["name"], found["email"], found["plan"]) == ("Anne", "a@x.de", "pro")
        assert (found["city"], found["version"]) == ("Rome", 3)


async def test_equal_rows_of_two_narrow_files_both_stay(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        for name in ("oslo", "rome"):
            receipt = await client.ingest(text="day,temp\n2026-01-01,5\n", name=f"{name}.csv")
            assert counts(receipt) == (1, 0, 0, 0)


async def test_a_database_becomes_a_domain_with_its_references(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "club.db")
    db.execute("CREATE TABLE team(team_id INTEGER PRIMARY KEY, name TEXT)")
    db.execute("CREATE TABLE player(id INTEGER PRIMARY KEY, team INT REFERENCES team, goals INT)")
    db.execute("INSERT INTO team VALUES (1, 'red'), (2, 'blue')")
    db.execute("INSERT INTO player VALUES (1, 1, 3), (2, 2, 4), (3, 1, 5), (4, NULL, 9)")
    db.commit()
    db.close()
    async with house(tmp_path) as client:
        receipt = await client.ingest(path=str(tmp_path / "club.db"))
        assert {r["collection"]: r["accepted"] for r in receipt["receipts"]} == {
            "club.team": 2,
            "club.player": 4,
        }
        answer = await client.query({
            "from": "club.player", "joins": [{"as": "t", "to": "club.team", "on": ["team", "id"]}],
            "group": [{"field": "t.name"}], "measures": [{"fn": "sum", "field": "goals"}],
            "order": [{"by": "t.name"}],
        })  # fmt: skip
        assert answer["rows"] == [["blue", 4], ["red", 8]]
        again = await client.ingest(path=str(tmp_path / "club.db"))
        assert counts(again) == (0, 0, 6, 0)


async def test_a_database_without_rows_is_a_domain_to_be_filled(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "club.db")
    db.execute("CREATE TABLE team(team_id INTEGER PRIMARY KEY, name TEXT)")
    db.execute("CREATE TABLE player(id INTEGER PRIMARY KEY, team_id INT, goals INT)")
    db.close()
    async with house(tmp_path) as client:
        receipt = await client.ingest(path=str(tmp_path / "club.db"))
        assert receipt["domains_added"] == ["club"]
        answer = await client.query({"from": "club.player", "measures": [{"fn": "count"}]})
        assert answer["rows"] == [[0]]


async def test_a_file_whose_rows_were_skipped_can_update_after_all(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        put = {"name": "one.csv", "into": "one.rows"}
        await client.ingest(text="id,v\n1,a\n", **put)
        skipped = await client.ingest(text="id,v\n1,b\n", on_conflict="skip", **put)
        assert counts(skipped) == (0, 0, 0, 1)
        assert counts(await client.ingest(text="id,v\n1,b\n", **put)) == (0, 1, 0, 0)
        assert (await client.get("one.rows", "1"))["records"][0]["v"] == "b"


async def test_a_mixed_column_late_in_the_file_loses_no_row(tmp_path: Path) -> None:
    body = "code,n\n" + "".join(f"c{n},{n}\n" for n in range(1_500)) + "c1500,many\n"
    async with house(tmp_path) as client:
        receipt = await client.ingest(path=str(write(tmp_path, "late.csv", body)))
        assert counts(receipt) == (1_501, 0, 0, 0)
        assert (await client.get("late.late", "c7"))["records"][0]["n"] == "7"


async def test_records_go_straight_in_and_bad_ones_are_counted(tmp_path: Path) -> None:
    records = [{"id": "u1", "name": "Ann", "plan": "pro"}, {"id": "u2", "name": "Bob", "plan": "gold"}]  # fmt: skip
    async with house(tmp_path) as client:
        receipt = await client.ingest(records=records, into="user.users")
        assert counts(receipt) == (1, 0, 0, 1) and "gold" in receipt["reasons"][0]["reason"]
        keyless = [{"series": "s", "at": "2024-01-01T00:00:00Z", "value": 1.0}] * 2
        for expected in ((2, 0, 0, 0), (0, 0, 2, 0)):
            assert counts(await client.ingest(records=keyless, into="metrics.points")) == expected


async def test_records_with_other_names_are_mapped(tmp_path: Path) -> None:
    records = [{"ID": "u1", "Full Name": "Ann", "E-Mail": "a@x.de", "shoe": 42}]
    async with house(tmp_path) as client:
        await client.ingest(records=records, into="user.users")
        found = (await client.get("user.users", "u1"))["records"][0]
        assert (found["name"], found["email"], found["extra"]) == ("Ann", "a@x.de", {"shoe": 42})


async def test_text_of_any_format_is_taken(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        array = json.dumps([{"a": 1, "deep": {"b": [1]}}, {"a": "x"}])
        receipt = await client.ingest(text=array, name="things.json")
        assert receipt["collection"] == "things.things" and counts(receipt) == (2, 0, 0, 0)
        told = await client.ingest(text="a\tb\n1\t2\n", into="fresh.rows", format="csv")
        assert told["collection"] == "fresh.rows" and told["domains_added"] == ["fresh"]


async def test_a_dry_run_stores_nothing_and_shows_the_mapping(tmp_path: Path) -> None:
    path = write(tmp_path, "cpu.csv", cpu(5))
    async with house(tmp_path) as client:
        known = await client.ingest(path=str(path), into="metrics", set={"series": "x"}, dry_run=True)  # fmt: skip
        assert known["dry_run"] and "domain" not in known
        table = known["tables"][0]
        assert table["collection"] == "metrics.points"
        assert table["mapping"]["columns"]["timestamp"] == {"field": "at"}
        fresh = await client.ingest(path=str(path), dry_run=True)
        assert fresh["domain"]["domain"] == "cpu" and fresh["tables"][0]["rows"] == 5
        assert await total(client, "metrics.points") == 0
        with pytest.raises(UnknownDomain):
            await total(client, "cpu.cpu")


REFUSED: list[tuple[dict[str, Any], type[IsothermError], str]] = [
    ({}, BadInput, "one of"),
    ({"text": "a\n1\n", "records": [{"a": 1}]}, BadInput, "one of"),
    ({"records": []}, BadInput, "empty"),
    ({"uri": "https://x/y.csv"}, BadInput, "not read yet"),
    ({"path": "/etc/passwd"}, Denied, "open folders"),
    ({"text": "just some words"}, BadInput, "no rows"),
    ({"text": "a,b\n1,2\n", "into": "http"}, BadInput, "reserved"),
    ({"text": "a,b\n1,2\n", "into": "Bad Name"}, BadInput, "name"),
    ({"text": "a,b\n1,2\n", "into": "user.nope"}, UnknownDomain, "users"),
    ({"text": "qq,ww\n1,2\n", "into": "user.users"}, BadInput, "columns are"),
    ({"text": "a,b\n1,2\n", "set": {"x": 1}}, BadInput, "known collection"),
    ({"text": "name\nAnn\n", "into": "user.users", "set": {"nope": 1}}, BadInput, "set"),
    ({"text": '{"a": 1', "format": "json"}, BadInput, "JSON"),
    ({"text": "a\n1\n", "format": "parquet"}, BadInput, "Parquet"),
]


async def test_refusals_say_what_to_do_and_leave_no_domain_behind(tmp_path: Path) -> None:
    async with house(tmp_path) as client:
        for arguments, error, words in REFUSED:
            with pytest.raises(error, match=words):
                await client.ingest(**arguments)
    assert not (tmp_path / "data" / "domains").exists()


async def test_only_who_may_write_there_puts_data_in(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "data", roots=(tmp_path,))
    async with running(settings) as app:

        async def send(who: Principal, **arguments: Any) -> dict[str, Any]:
            known = app.catalogue.bare(LOCAL)
            return await ingest(
                app.links, known, who, IngestRequest(**arguments), refresh=app.refresh
            )

        reader, chat = Principal(roles=("reader",)), Principal(roles=("writer",), domains=("chat",))
        user = {"text": "id,name\nu1,Ann\n", "into": "user.users"}
        fresh = {"text": "alpha,beta\n1,2\n", "name": "fresh"}
        for who, arguments in ((reader, user), (reader, fresh), (chat, user), (chat, fresh)):
            with pytest.raises(Denied):
                await send(who, **arguments)
        assert (await send(LOCAL, **user))["accepted"] == 1
