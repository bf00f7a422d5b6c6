"""The contract of `RowStore`, writing and reading: every adapter of rows keeps it."""

from __future__ import annotations

import asyncio

import pytest

from mcp_servers.ports import Draft, Progress
from registry import limits
from registry.errors import BadInput, Conflict, TooLarge, UnknownDomain, UnknownField
from registry.plan import parse_plan
from tests.contracts.rowstores import House, ids_of, lived, outcomes, put

# -- writing -------------------------------------------------------------------------------------


@lived
async def test_what_was_written_is_there_after_the_store_is_opened_again(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1, "title": "Hello"}, '{"k":1}'))
    store = await house.again(store)
    (row,) = store.get("t", "notes", ["a"])
    assert (row.version, dict(row.values), row.extra) == (1, {"n": 1, "title": "Hello"}, '{"k":1}')
    assert store.seq() == row.seq == 1


@lived
async def test_versions_rise_only_when_something_changed(house: House) -> None:
    store = house.open()
    first = await put(store, Draft("a", {"n": 1}))
    same = await put(store, Draft("a", {"n": 1, "x": None}))
    other = await put(store, Draft("a", {"n": 2}))
    assert outcomes(first + same + other) == [
        ("a", 1, "accepted"),
        ("a", 1, "duplicate"),
        ("a", 2, "updated"),
    ]
    assert store.seq() == 2


@lived
async def test_an_update_replaces_the_whole_record(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1, "title": "old"}, '{"k":1}'))
    await put(store, Draft("a", {"x": 2.5}))
    (row,) = store.get("t", "notes", ["a"])
    assert (dict(row.values), row.extra, row.version) == ({"x": 2.5}, None, 2)


@lived
async def test_a_merging_draft_keeps_what_it_does_not_name(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1, "title": "old"}, '{"k":1}'))
    same = await put(store, Draft("a", {"n": 1}, merge=True))
    changed = await put(store, Draft("a", {"n": 2, "x": None}, merge=True))
    assert outcomes(same + changed) == [("a", 1, "duplicate"), ("a", 2, "updated")]
    (row,) = store.get("t", "notes", ["a"])
    assert (dict(row.values), row.extra) == ({"n": 2, "title": "old"}, '{"k":1}')


@lived
async def test_an_expected_version_that_is_not_there_refuses_the_whole_write(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1}))
    for expected in (0, 2):
        with pytest.raises(Conflict):
            await put(
                store, Draft("new", {"n": 1}), Draft("a", {"n": 2}), expected_version=expected
            )
    with pytest.raises(Conflict):
        await put(store, Draft("b", {"n": 1}), expected_version=1)
    assert await ids_of(store) == ["a"] and store.seq() == 1
    assert outcomes(await put(store, Draft("a", {"n": 2}), expected_version=1)) == [
        ("a", 2, "updated")
    ]
    assert outcomes(await put(store, Draft("b", {"n": 2}), expected_version=0)) == [
        ("b", 1, "accepted")
    ]


@lived
async def test_on_conflict_says_what_happens_to_a_record_that_is_there(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1}))
    with pytest.raises(Conflict):
        await put(store, Draft("b", {"n": 1}), Draft("a", {"n": 2}), on_conflict="error")
    assert await ids_of(store) == ["a"]
    kept = await put(store, Draft("a", {"n": 2}), Draft("b", {"n": 1}), on_conflict="skip")
    assert outcomes(kept) == [("a", 1, "rejected"), ("b", 1, "accepted")]
    assert kept[0].reason is not None
    same = await put(store, Draft("a", {"n": 1}), on_conflict="error")
    assert outcomes(same) == [("a", 1, "duplicate")]


@lived
async def test_one_id_twice_in_a_write_is_written_in_turn(house: House) -> None:
    store = house.open()
    written = await put(store, Draft("a", {"n": 1}), Draft("a", {"n": 2}), Draft("a", {"n": 2}))
    assert outcomes(written) == [("a", 1, "accepted"), ("a", 2, "updated"), ("a", 2, "duplicate")]
    (row,) = store.get("t", "notes", ["a"])
    assert (row.version, dict(row.values)) == (2, {"n": 2})


@lived
async def test_the_same_idempotency_key_gives_the_first_outcome_again(house: House) -> None:
    store = house.open()
    first = await put(store, Draft("a", {"n": 1}), idempotency_key="k")
    await put(store, Draft("a", {"n": 2}))
    assert await put(store, Draft("a", {"n": 1}), idempotency_key="k") == first
    assert dict(store.get("t", "notes", ["a"])[0].values) == {"n": 2}
    with pytest.raises(Conflict):
        await put(store, Draft("a", {"n": 3}), idempotency_key="k")
    other = await put(store, Draft("a", {"n": 3}), idempotency_key="k", tenant="u")
    assert outcomes(other) == [("a", 1, "accepted")]
    house.clock.advance(limits.IDEMPOTENCY_SECONDS + 1)
    assert outcomes(await put(store, Draft("a", {"n": 3}), idempotency_key="k")) == [
        ("a", 3, "updated")
    ]


@lived
async def test_a_refused_write_does_not_use_up_its_idempotency_key(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1}))
    with pytest.raises(Conflict):
        await put(store, Draft("a", {"n": 2}), expected_version=7, idempotency_key="k")
    again = await put(store, Draft("a", {"n": 2}), expected_version=1, idempotency_key="k")
    assert outcomes(again) == [("a", 2, "updated")]


@lived
async def test_the_progress_mark_is_committed_with_its_rows(house: House) -> None:
    store = house.open()
    mark = Progress("load", 5, done=False, receipt={"accepted": 1})
    assert await store.progress("t", "load") is None
    with pytest.raises(Conflict):
        await put(store, Draft("a", {"n": 1}), expected_version=9, progress=mark)
    assert await store.progress("t", "load") is None
    await put(store, Draft("a", {"n": 1}), progress=mark)
    store = await house.again(store)
    assert await store.progress("t", "load") == mark
    assert await store.progress("u", "load") is None


@lived
async def test_a_neighbours_refusal_leaves_a_write_of_the_same_commit_alone(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"n": 1}))
    found = await asyncio.gather(
        *(put(store, Draft(f"n{i}", {"n": i}), Draft("a", {"n": 1}), expected_version=i % 2 or None)
          for i in range(40)), return_exceptions=True,
    )  # fmt: skip
    refused = [i for i, one in enumerate(found) if isinstance(one, Conflict)]
    assert refused == list(range(1, 40, 2))
    assert await ids_of(store) == sorted(["a", *(f"n{i}" for i in range(0, 40, 2))])


@lived
async def test_a_caller_that_goes_away_harms_nobody(house: House) -> None:
    store = house.open()
    writes = [asyncio.create_task(put(store, Draft(f"n{i}", {"n": i}))) for i in range(60)]
    await asyncio.sleep(0)
    for write in writes[::3]:
        write.cancel()
    found = await asyncio.gather(*writes, return_exceptions=True)
    stored = set(await ids_of(store))
    for i, one in enumerate(found):
        assert isinstance(one, asyncio.CancelledError) or f"n{i}" in stored
    assert outcomes(await put(store, Draft("last", {}))) == [("last", 1, "accepted")]


@lived
async def test_what_does_not_fit_is_refused_and_nothing_is_stored(house: House) -> None:
    store = house.open()
    with pytest.raises(UnknownField, match="nope"):
        await put(store, Draft("a", {}), Draft("b", {"nope": 1}))
    with pytest.raises(UnknownDomain):
        await store.write("t", "nowhere", [Draft("a", {})], on_conflict="update")
    long = "x" * (limits.RECORD_BYTES_MAX // 2 + 20_000)
    with pytest.raises(TooLarge):
        await put(store, Draft("a", {}), Draft("b", {"title": long, "body": long}))
    with pytest.raises(TooLarge):
        await put(store, *(Draft(str(n), {}) for n in range(limits.PUT_RECORDS_MAX + 1)))
    assert await ids_of(store) == [] and store.seq() == 0


@lived
async def test_deleting_takes_a_record_out_of_rows_and_search(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {"title": "sun"}), Draft("b", {"title": "sun"}))
    with pytest.raises(Conflict):
        await store.delete("t", "notes", ["a", "b"], expected_version=2)
    assert await store.delete("t", "notes", ["a", "a", "gone"]) == 1
    assert await ids_of(store, {"op": "match", "text": "sun"}) == ["b"]
    assert store.get("t", "notes", ["a"]) == []
    assert (await put(store, Draft("a", {"title": "moon"})))[0].version == 1
    assert await ids_of(store, {"op": "match", "text": "sun"}) == ["b"]


# -- reading -------------------------------------------------------------------------------------


@lived
async def test_point_reads_follow_the_order_of_the_ids(house: House) -> None:
    store = house.open()
    await put(store, *(Draft(str(n), {"n": n}) for n in range(1_200)))
    wanted = [str(n) for n in range(1_500, -1, -1)]
    found = [row.id for row in store.get("t", "notes", wanted)]
    assert found == [str(n) for n in range(1_199, -1, -1)]


@lived
async def test_no_row_of_another_tenant_is_ever_seen(house: House) -> None:
    store = house.open()
    for tenant, word in (("t", "mine"), ("u", "theirs")):
        await store.write(tenant, "people", [Draft("p", {"name": word})], on_conflict="update")
        await put(store, Draft("a", {"title": word, "friend": "p", "kind": "a"}), tenant=tenant)
    await put(store, Draft("only", {"title": "theirs secret"}), tenant="u")
    assert dict(store.get("t", "notes", ["a", "only"])[0].values)["title"] == "mine"
    assert len(store.get("t", "notes", ["a", "only"])) == 1
    assert await ids_of(store, {"op": "match", "text": "theirs OR secret"}) == []
    joined = parse_plan({"from": "club.notes", "select": ["f.name"],
                         "joins": [{"as": "f", "to": "club.people", "on": ["friend", "id"], "kind": "left"}]})  # fmt: skip
    assert (await store.query("t", joined)).rows == [["mine"]]
    anti = parse_plan({"from": "club.notes", "select": ["id"],
                       "joins": [{"as": "f", "to": "club.people", "on": ["friend", "id"], "kind": "anti"}]})  # fmt: skip
    await store.delete("t", "people", ["p"])
    assert (await store.query("t", anti)).rows == [["a"]]
    facts = await store.facts("t", "notes", values=True)
    assert facts.rows == 1 and facts.values["title"].values == ("mine",)
    assert await store.delete("t", "notes", ["only"]) == 0


@lived
async def test_pages_follow_each_other_while_records_come_and_go(house: House) -> None:
    store = house.open()
    await put(store, *(Draft(f"{n:03}", {"n": n % 7}) for n in range(100)))
    plan = parse_plan(
        {"from": "club.notes", "select": ["id"], "order": [{"by": "n", "desc": True}], "limit": 30}
    )
    page = await store.query("t", plan)
    seen = [row[0] for row in page.rows]
    await store.delete("t", "notes", seen)
    while page.cursor:
        page = await store.query("t", plan, cursor=page.cursor)
        seen += [row[0] for row in page.rows]
    assert sorted(seen) == [f"{n:03}" for n in range(100)]


@lived
async def test_a_cursor_that_is_forged_or_of_another_query_is_refused(house: House) -> None:
    store = house.open()
    await put(store, *(Draft(str(n), {"n": n}) for n in range(9)))
    plan = parse_plan({"from": "club.notes", "limit": 2})
    cursor = (await store.query("t", plan)).cursor
    assert cursor is not None
    forged = [
        cursor[:-2],
        cursor + "AAAA",
        ("B" if cursor[0] == "A" else "A") + cursor[1:],
        "",
        "é",
        "A" * 50,
        "WyJhIl0=",
    ]
    for bad in forged:
        with pytest.raises(BadInput, match="cursor"):
            await store.query("t", plan, cursor=bad)
    other = parse_plan({"from": "club.notes", "limit": 2, "order": [{"by": "n"}]})
    for tenant, asked in (("u", plan), ("t", other)):
        with pytest.raises(BadInput, match="cursor"):
            await store.query(tenant, asked, cursor=cursor)
    store = await house.again(store)
    assert len((await store.query("t", plan, cursor=cursor)).rows) == 2


@lived
async def test_a_reply_that_would_be_too_large_is_cut_and_goes_on(house: House) -> None:
    store = house.open()
    text = "x" * 400_000
    for start in range(0, 30, 10):
        await put(store, *(Draft(f"{n:02}", {"body": text}) for n in range(start, start + 10)))
    plan = parse_plan({"from": "club.notes", "select": ["id", "body"]})
    page = await store.query("t", plan)
    assert page.truncated and page.cursor and 0 < len(page.rows) < 30
    rest = await store.query("t", plan, cursor=page.cursor)
    assert [r[0] for r in page.rows + rest.rows] == [f"{n:02}" for n in range(30)]


@lived
async def test_facts_say_how_much_from_when_and_which_words(house: House) -> None:
    store = house.open()
    long = "a sentence that nobody would type as the name of a thing " * 3
    drafts = [
        Draft(str(n), {"kind": "b" if n else "a", "at": n * 10, "body": long, "title": "t"})
        for n in range(3)
    ]
    await put(store, *drafts)
    facts = await store.facts("t", "club.notes", values=True)
    assert (facts.rows, facts.time_min_us, facts.time_max_us, facts.seq) == (3, 0, 20, 3)
    assert facts.values["kind"].values == ("b", "a") and facts.values["kind"].complete
    assert "body" not in facts.values and "friend" not in facts.values
    await store.write("t", "people", [Draft("p", {})], on_conflict="update")
    assert (await store.facts("t", "notes")).seq == 4
    await store.delete("t", "notes", ["0"])
    assert (await store.facts("t", "notes")).rows == 2
    assert (await store.facts("t", "people")).rows == 1


@lived
async def test_the_change_log_says_what_moved_or_that_it_is_too_long_ago(house: House) -> None:
    store = house.open()
    await put(store, Draft("a", {}), Draft("b", {}))
    await store.delete("t", "notes", ["a"])
    assert store.changes(1) == [(2, "t", "notes", "b"), (3, "t", "notes", "a")]
    assert store.changes(3) == []
    many = [f"n{n}" for n in range(1_000)]
    await put(store, *(Draft(id, {}) for id in many))
    ((_, *new),) = store.changes(3) or []
    assert new == ["t", "notes", "n0"]
    await put(store, *(Draft(id, {"n": 1}) for id in many))
    assert store.changes(4) == [(5, "t", "notes", "")]
    for start in range(0, limits.CHANGES_KEPT_MAX + 2_000, 500):
        await put(store, *(Draft(f"m{n}", {}) for n in range(start, start + 500)))
    assert store.changes(3) is None
    recent = store.changes(store.seq() - 10)
    assert recent is not None and len(recent) == 10
