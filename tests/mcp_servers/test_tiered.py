"""Whoever writes, in whatever process: a read through the cache gives what is committed."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mcp_servers.ports import Draft
from mcp_servers.tiered import Tiered, open_store
from registry.clock import ManualClock
from registry.domain import DomainSpec, dump_spec, parse_spec
from registry.limits import CHANGES_KEPT_MAX
from registry.tier import Tier

ROOT = Path(__file__).parents[2]


def spec(tier: str = "hot", **fields: Any) -> DomainSpec:
    return parse_spec({
        "domain": "club", "tier": tier,
        "collections": {"notes": {"fields": {"n": {"type": "int"}, **fields}}, "other": {"fields": {"n": {"type": "int"}}}},
    })  # fmt: skip


def opened(folder: Path, tier: str = "hot") -> Tiered:
    return open_store(spec(tier), folder, ManualClock())


async def put(store: Tiered, *ids: str, n: int, tenant: str = "t") -> None:
    await store.write(tenant, "notes", [Draft(id, {"n": n}) for id in ids], on_conflict="update")


def seen(store: Tiered, *ids: str, tenant: str = "t") -> list[tuple[str, Any, Tier]]:
    return [(r.id, r.values["n"], r.tier) for r in store.get(tenant, "club.notes", ids)]


def test_a_hot_domain_serves_what_it_wrote_from_the_cache(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        await put(store, "a", n=1)
        assert seen(store, "a", "gone") == [("a", 1, Tier.HOT)]
        await put(store, "a", n=2)
        assert seen(store, "a") == [("a", 2, Tier.HOT)]
        assert seen(store, "a", tenant="u") == []
        await store.delete("t", "notes", ["a"])
        assert seen(store, "a") == []
        await store.close()

    asyncio.run(go())


def test_what_a_read_has_brought_is_hot_for_the_next_one(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path, "warm")
        await put(store, "a", n=1)
        assert [seen(store, "a")[0][2] for _ in range(3)] == [Tier.WARM, Tier.HOT, Tier.HOT]
        await store.close()

    asyncio.run(go())


def test_a_resident_record_stays_so_when_it_is_written(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path, "warm")
        await put(store, "a", "b", n=1)
        seen(store, "a")
        await put(store, "a", "b", n=2)
        assert seen(store, "a", "b") == [("a", 2, Tier.HOT), ("b", 2, Tier.WARM)]
        await store.close()

    asyncio.run(go())


def test_many_records_read_together_become_resident_when_they_are_read_again(
    tmp_path: Path,
) -> None:
    async def go() -> None:
        store = opened(tmp_path, "warm")
        ids = [f"k{n:03}" for n in range(300)]
        await put(store, *ids, n=1)
        tiers = [{tier for _, _, tier in seen(store, *ids)} for _ in range(3)]
        assert tiers == [{Tier.WARM}, {Tier.WARM}, {Tier.HOT}]
        await store.close()

    asyncio.run(go())


def test_neither_a_load_nor_a_scan_by_id_washes_out_what_is_read(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        rows_max = store.statistics()["bytes_max"] // 700
        often = [f"often{n}" for n in range(50)]
        await put(store, *often, n=1)
        for _ in range(5):
            seen(store, *often)
        many = [f"m{n}" for n in range(rows_max + 5_000)]
        for start in range(0, len(many), 5_000):
            await put(store, *many[start : start + 5_000], n=2)
            for first in range(start, start + 5_000, 100):
                store.get("t", "notes", many[first : first + 100])
        assert store.statistics()["evicted"] > 1_000
        assert sum(tier is Tier.HOT for _, _, tier in seen(store, *often)) >= 45
        await store.close()

    asyncio.run(go())


def test_a_new_spec_shows_at_once(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        await store.write("t", "notes", [Draft("a", {"n": 1}, '{"age":4}')], on_conflict="update")
        assert store.get("t", "notes", ["a"])[0].extra
        await store.evolve(spec(age={"type": "int"}))
        assert dict(store.get("t", "notes", ["a"])[0].values) == {"n": 1, "age": 4}
        assert "age" in store.spec.collections["notes"].fields
        await store.close()

    asyncio.run(go())


@pytest.mark.parametrize("seed", range(4))
def test_two_stores_on_one_file_never_give_a_stale_record(tmp_path: Path, seed: int) -> None:
    """Random writes, deletes, bulk loads and reads over two caches against a plain dict."""
    chance = random.Random(seed)

    async def go() -> None:
        stores = [opened(tmp_path, "hot"), opened(tmp_path, "hot")]
        model: dict[str, int] = {}
        for step in range(250):
            store = chance.choice(stores)
            ids = [f"k{chance.randrange(12)}" for _ in range(chance.randrange(1, 4))]
            action = chance.random()
            if action < 0.3:
                await asyncio.gather(*(put(store, id, n=step) for id in ids))
                model |= dict.fromkeys(ids, step)
            elif action < 0.4:
                await store.delete("t", "notes", ids)
                for id in ids:
                    model.pop(id, None)
            elif action < 0.44:
                many = [*ids, *(f"bulk{n}" for n in range(600))]
                await put(store, *many, n=step)
                model |= dict.fromkeys(many, step)
            else:
                found = {id: n for id, n, _ in seen(store, *ids)}
                assert found == {id: model[id] for id in ids if id in model}
        for store in stores:
            assert {id: n for id, n, _ in seen(store, *model)} == model
            assert store.statistics()["hits"] > 0
            await store.close()

    asyncio.run(go())


def test_a_cache_that_slept_through_the_whole_change_log_starts_afresh(tmp_path: Path) -> None:
    async def go() -> None:
        one, two = opened(tmp_path), opened(tmp_path)
        await put(one, "a", "b", n=1)
        assert len(seen(one, "a", "b")) == 2
        await put(two, "a", n=2)
        await two.delete("t", "notes", ["b"])
        for start in range(0, CHANGES_KEPT_MAX + 2_000, 500):
            await put(two, *(f"m{n}" for n in range(start, start + 500)), n=start)
        assert one.changes(2) is None
        assert seen(one, "a", "b") == [("a", 2, Tier.WARM)]
        await one.close()
        await two.close()

    asyncio.run(go())


WRITER = """
import asyncio, sys
from pathlib import Path
from mcp_servers.ports import Draft
from mcp_servers.tiered import open_store
from registry.clock import SystemClock
from registry.domain import load_spec

async def main():
    folder = Path(sys.argv[1])
    store = open_store(load_spec(folder / "club.yaml"), folder, SystemClock())
    print("open", flush=True)
    for line in sys.stdin:
        id, n = line.split()
        await store.write("t", "notes", [Draft(id, {"n": int(n)})], on_conflict="update")
        print("done", flush=True)
    await store.close()

asyncio.run(main())
"""


def test_the_cache_follows_the_writes_of_another_process(tmp_path: Path) -> None:
    (tmp_path / "club.yaml").write_text(dump_spec(spec()))
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert child.stdin and child.stdout

    async def go() -> None:
        assert child.stdin and child.stdout
        store = opened(tmp_path)
        assert child.stdout.readline() == "open\n"
        for n in range(1, 41):
            id = f"k{n % 3}"
            if n % 4 == 0:
                await put(store, id, n=-n)
                assert seen(store, id) == [(id, -n, Tier.HOT)]
            child.stdin.write(f"{id} {n}\n")
            child.stdin.flush()
            assert child.stdout.readline() == "done\n"
            assert seen(store, id) == [(id, n, Tier.WARM)]
            assert seen(store, id) == [(id, n, Tier.HOT)]
        await store.close()

    try:
        asyncio.run(go())
    finally:
        child.stdin.close()
        assert child.wait(20) == 0
        child.stdout.close()
