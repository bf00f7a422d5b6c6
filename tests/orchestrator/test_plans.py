"""The whole language of plans, through the front door and over several domains."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orchestrator.client import Client, connect
from registry.settings import Settings

pytestmark = pytest.mark.anyio
#: (id, kind, started, ms)
RUNS = [
    ("r1", "export", "2026-01-05T00:00:00Z", 100),
    ("r2", "export", "2026-02-05T00:00:00Z", 150),
    ("r3", "export", "2026-04-05T00:00:00Z", 600),
    ("r4", "mail", "2026-02-07T00:00:00Z", 10),
    ("r5", "mail", "2026-02-08T00:00:00Z", 40),
    ("r6", "mail", "2026-02-09T00:00:00Z", 20),
]
SPEC = """
domain: jobs
collections:
  runs:
    time: started
    fields:
      kind: {type: text}
      started: {type: time}
      ms: {type: int}
      owner: {type: ref, to: user.users}
"""
LONG = {
    "op": ">",
    "field": "ms",
    "plan": {"from": "jobs.runs", "measures": [{"fn": "avg", "field": "ms"}]},
}
GROWTH = {
    "from": "jobs.runs", "group": [{"field": "started", "bucket": "month", "as": "month"}],
    "measures": [{"fn": "sum", "field": "ms", "as": "ms"}],
    "compute": [{"as": "before", "op": "previous", "args": ["ms"]},
                {"as": "more", "op": "-", "args": ["ms", "before"]},
                {"as": "growth", "op": "/", "args": ["more", "before"]}],
    "show": ["month", "growth"],
}  # fmt: skip
SHARE = {
    "from": "jobs.runs", "group": [{"field": "kind"}], "measures": [{"fn": "count", "as": "n"}],
    "compute": [{"as": "all", "op": "total", "args": ["n"]}, {"as": "share", "op": "/", "args": ["n", "all"]}],
    "show": ["kind", "share"], "having": {"op": ">=", "field": "share", "value": 0.5},
}  # fmt: skip
TOP = {
    "from": "jobs.runs", "select": ["kind", "id"], "order": [{"by": "ms", "desc": True}],
    "per": {"by": ["kind"], "n": 2},
}  # fmt: skip
OWNERS = {"from": "jobs.runs", "select": ["owner"]}
CASES: dict[str, tuple[dict[str, Any], list[list[Any]]]] = {
    "more than average": ({"from": "jobs.runs", "select": ["id"], "where": LONG}, [["r3"]]),
    "growth against the month before": (
        GROWTH, [["2026-01-01", None], ["2026-02-01", 1.2], ["2026-04-01", None]]),
    "share of the whole": (SHARE, [["export", 0.5], ["mail", 0.5]]),
    "top two of each kind": (
        TOP, [["export", "r3"], ["export", "r2"], ["mail", "r5"], ["mail", "r6"]]),
    "people without runs": (
        {"from": "user.users", "select": ["name"],
         "where": {"op": "not", "arg": {"op": "in", "field": "id", "plan": OWNERS}}}, [["Bob"]]),
    "people with a long run": (
        {"from": "user.users", "select": ["name"],
         "where": {"op": "in", "field": "id", "plan": {**OWNERS, "where": LONG}}}, [["Ada"]]),
    "ids of people but not of owners": (
        {"from": "user.users", "select": ["id"], "combine": {"op": "except", "plan": OWNERS}}, [["u2"]]),
    "people beside runs, by what they are called and do": (
        {"from": "jobs.runs", "select": ["id"], "where": {"op": "!=", "field": "kind", "other": "who.name"},
         "joins": [{"as": "who", "to": "user.users", "on": ["owner", "id"]}]}, [["r1"], ["r3"]]),
}  # fmt: skip


async def filled(client: Client) -> None:
    await client.call("admin_write", action="domain_add", arguments={"yaml": SPEC})
    people = [{"id": "u1", "name": "Ada"}, {"id": "u2", "name": "Bob"}]
    await client.call("ingest", records=people, into="user.users")
    runs = [
        {"id": id, "kind": kind, "started": at, "ms": ms, **({"owner": "u1"} if n % 2 == 0 and n < 4 else {})}
        for n, (id, kind, at, ms) in enumerate(RUNS)
    ]  # fmt: skip
    await client.call("ingest", records=runs, into="jobs.runs")


async def test_each_plan_gives_its_rows_and_the_plan_of_the_answer_gives_them_again(
    tmp_path: Path,
) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        await filled(client)
        for name, (plan, rows) in CASES.items():
            answer = await client.query(plan)
            assert answer["rows"] == rows, name
            again = await client.query(answer["plan"])
            assert (again["rows"], again["columns"]) == (rows, answer["columns"]), name


async def test_pages_of_a_plan_with_a_plan_within_follow_each_other(tmp_path: Path) -> None:
    plan = {"from": "jobs.runs", "select": ["id"], "limit": 2,
            "where": {"op": "<", "field": "ms", "plan": LONG["plan"]}}  # fmt: skip
    async with connect(Settings(data=tmp_path)) as client:
        await filled(client)
        first = await client.query(plan)
        second = await client.query(plan, cursor=first["cursor"])
    assert [*first["rows"], *second["rows"]] == [["r1"], ["r2"], ["r4"], ["r5"]]


async def test_the_grammar_names_every_part_of_the_language(tmp_path: Path) -> None:
    async with connect(Settings(data=tmp_path)) as client:
        grammar = (await client.describe("plan"))["grammar"]
    for word in ("compute", "previous", "total", "show", "per", "combine", "other", "plan"):
        assert word in grammar
