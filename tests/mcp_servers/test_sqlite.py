"""What SQLite must withstand: kills, other processes, broken and foreign files, full disks and queues."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import apsw
import pytest

from mcp_servers.ports import Draft
from mcp_servers.stores.sqlite import SqliteStore, open_sqlite
from mcp_servers.stores.sqlite_connection import in_our_words
from registry import limits
from registry.clock import ManualClock, SystemClock
from registry.domain import dump_spec, parse_spec
from registry.errors import Conflict, Corrupt, StorageFull, TooBusy, TooSlow, Unavailable
from registry.plan import parse_plan

ROOT = Path(__file__).parents[2]
SPEC = parse_spec({
    "domain": "club",
    "collections": {"notes": {"fields": {"n": {"type": "int"}, "title": {"type": "text", "search": True}}}},
})  # fmt: skip
PRELUDE = """
import asyncio, sys
from pathlib import Path
from mcp_servers.ports import Draft
from mcp_servers.stores.sqlite import open_sqlite
from registry.clock import SystemClock
from registry.domain import load_spec
folder = Path(sys.argv[1])
spec = load_spec(folder / "club.yaml")
"""


def child(folder: Path, body: str, *arguments: str) -> subprocess.Popen[str]:
    (folder / "club.yaml").write_text(dump_spec(SPEC))
    return subprocess.Popen(
        [sys.executable, "-c", PRELUDE + body, str(folder), *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def opened(folder: Path) -> SqliteStore:
    return open_sqlite(folder / "club.db", SPEC, SystemClock())


async def put(store: SqliteStore, id: str, **values: Any) -> None:
    await store.write("t", "notes", [Draft(id, values)], on_conflict="update")


def integrity(path: Path) -> str:
    connection = apsw.Connection(str(path))
    try:
        return str(connection.execute("PRAGMA integrity_check").get)
    finally:
        connection.close()


# -- processes -----------------------------------------------------------------------------------

KILLED = """
async def one(store, name):
    for n in range(100_000):
        id = f"{name}-{n}"
        await store.write("t", "notes", [Draft(id, {"n": n, "title": "word " + id})], on_conflict="error")
        print(id, flush=True)

async def main():
    store = open_sqlite(folder / "club.db", spec, SystemClock())
    await asyncio.gather(*(one(store, f"{sys.argv[2]}-{c}") for c in range(8)))

asyncio.run(main())
"""


def test_no_acknowledged_write_is_lost_and_none_is_torn_when_the_writer_is_killed(
    tmp_path: Path,
) -> None:
    acknowledged: set[str] = set()
    for kill in range(6):
        process = child(tmp_path, KILLED, str(kill))
        assert process.stdout and process.stdin
        for _ in range(40 + 37 * kill):
            acknowledged.add(process.stdout.readline().strip())
        process.kill()
        acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
        process.wait(20)
        process.stdin.close()
        process.stdout.close()

    async def check() -> None:
        store = opened(tmp_path)
        count = parse_plan({"from": "club.notes", "measures": [{"fn": "count"}]})
        (stored,) = (await store.query("t", count)).rows[0]
        found = {row.id: row for row in store.get("t", "notes", sorted(acknowledged))}
        assert (
            acknowledged == set(found) and len(acknowledged) <= stored <= len(acknowledged) + 6 * 8
        )
        words = parse_plan({**count.to_wire(), "where": {"op": "match", "text": "word"}})
        assert (await store.query("t", words)).rows == [[stored]], "rows and search agree"
        await store.close()

    asyncio.run(check())
    assert integrity(tmp_path / "club.db") == "ok"


TOGETHER = """
async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    store = open_sqlite(folder / "club.db", spec, SystemClock())
    for n in range(25):
        await store.write("t", "notes", [Draft(f"{sys.argv[2]}-{n}", {"n": n})], on_conflict="error")
    await store.close()

asyncio.run(main())
"""


def test_several_processes_make_one_fresh_file_at_the_same_instant(tmp_path: Path) -> None:
    children = [child(tmp_path, TOGETHER, str(n)) for n in range(4)]
    for one in children:
        assert one.stdout and one.stdout.readline() == "ready\n"
    for one in children:
        assert one.stdin
        one.stdin.write("go\n")
        one.stdin.close()
    assert [one.wait(60) for one in children] == [0] * 4
    for one in children:
        assert one.stdout
        one.stdout.close()
    store = opened(tmp_path)
    assert store.seq() == 100
    asyncio.run(store.close())


def test_a_process_that_forgets_to_close_still_ends(tmp_path: Path) -> None:
    body = """
async def main():
    store = open_sqlite(folder / "club.db", spec, SystemClock())
    await store.write("t", "notes", [Draft("a", {"n": 1})], on_conflict="error")

asyncio.run(main())
"""
    process = child(tmp_path, body)
    assert process.stdin and process.stdout
    assert process.wait(30) == 0
    process.stdin.close()
    process.stdout.close()


def test_one_store_serves_several_event_loops_in_turn(tmp_path: Path) -> None:
    store = opened(tmp_path)
    for n in range(3):
        asyncio.run(put(store, str(n), n=n))
    assert len(store.get("t", "notes", ["0", "1", "2"])) == 3
    asyncio.run(store.close())


# -- files ---------------------------------------------------------------------------------------


def test_a_file_that_is_no_database_is_called_corrupt(tmp_path: Path) -> None:
    (tmp_path / "club.db").write_bytes(b"not a database at all" * 500)
    with pytest.raises(Corrupt, match=r"club\.db"):
        opened(tmp_path)


def test_a_half_written_file_is_called_corrupt(tmp_path: Path) -> None:
    async def fill() -> None:
        store = opened(tmp_path)
        for n in range(200):
            await put(store, str(n), n=n, title="x" * 1_000)
        await store.close()

    asyncio.run(fill())
    path = tmp_path / "club.db"
    path.write_bytes(path.read_bytes()[:9_000])
    with pytest.raises(Corrupt):
        opened(tmp_path)


def test_an_empty_file_is_a_fresh_database(tmp_path: Path) -> None:
    (tmp_path / "club.db").touch()
    asyncio.run(opened(tmp_path).close())


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    connection = apsw.Connection(str(tmp_path / "club.db"))
    connection.execute("CREATE TABLE mine(x)")
    connection.close()
    with pytest.raises(Conflict, match="something else"):
        opened(tmp_path)


def test_a_file_of_a_newer_version_says_to_upgrade(tmp_path: Path) -> None:
    asyncio.run(opened(tmp_path).close())
    connection = apsw.Connection(str(tmp_path / "club.db"))
    connection.execute("UPDATE _meta SET value = 99 WHERE name = 'format'")
    connection.close()
    with pytest.raises(Unavailable, match="Upgrade"):
        opened(tmp_path)


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable):
        open_sqlite(tmp_path / "file" / "rows" / "club.db", SPEC, SystemClock())
    (tmp_path / "club.db").mkdir()
    with pytest.raises(Unavailable, match="permissions"):
        opened(tmp_path)


def test_driver_errors_are_said_in_our_words() -> None:
    said = {
        apsw.FullError: "storage-full", apsw.IOError: "storage-full", apsw.BusyError: "too-busy",
        apsw.CorruptError: "corrupt", apsw.NotADBError: "corrupt", apsw.ReadOnlyError: "unavailable",
        apsw.CantOpenError: "unavailable", apsw.InterruptError: "too-slow", apsw.TooBigError: "too-large",
        apsw.SQLError: "bug",
    }  # fmt: skip
    for driver, code in said.items():
        error = in_our_words(driver("secret detail"), Path("club.db"))
        assert error.code == code and "secret" not in error.message


# -- bounds --------------------------------------------------------------------------------------


def test_a_full_disk_fails_the_write_and_the_next_one_succeeds(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        await put(store, "a", n=1)
        writer = store._writer._connection
        assert writer is not None
        writer.execute(f"PRAGMA max_page_count = {writer.execute('PRAGMA page_count').get}")
        drafts = [Draft(f"b{n}", {"title": f"{n} " * 500}) for n in range(500)]
        with pytest.raises(StorageFull):
            await store.write("t", "notes", drafts, on_conflict="update")
        assert store.get("t", "notes", ["b0"]) == [] and store.seq() == 1
        await put(store, "c", n=1)  # over a fresh connection, without the cap
        assert store.seq() == 2
        await store.close()

    asyncio.run(go())


def test_too_many_waiting_writes_are_refused_quickly_and_the_others_are_kept(
    tmp_path: Path,
) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        blocker = apsw.Connection(str(tmp_path / "club.db"))
        blocker.execute("BEGIN IMMEDIATE")
        many = limits.WRITE_QUEUE_MAX + limits.GROUP_COMMIT_MAX + 10
        writes = [asyncio.create_task(put(store, str(n), n=n)) for n in range(many)]
        await asyncio.sleep(0)
        blocker.execute("COMMIT")
        blocker.close()
        found = await asyncio.gather(*writes, return_exceptions=True)
        refused = [one for one in found if isinstance(one, TooBusy)]
        assert refused and all(one.retry_after_ms for one in refused)
        assert store.seq() == sum(one is None for one in found) == many - len(refused)
        await store.close()

    asyncio.run(go())


def test_a_query_past_its_deadline_is_stopped_and_the_store_goes_on(tmp_path: Path) -> None:
    class Hasty(ManualClock):
        """Every look at the stopwatch takes a second."""

        def monotonic(self) -> float:
            self.advance(1.0)
            return super().monotonic()

    async def go() -> None:
        store = open_sqlite(tmp_path / "club.db", SPEC, Hasty())
        drafts = [Draft(str(n), {"n": 1}) for n in range(3_000)]
        await store.write("t", "notes", drafts, on_conflict="update")
        join = {"as": "o", "to": "club.notes", "on": ["n", "n"]}
        plan = {"from": "club.notes", "joins": [join], "measures": [{"fn": "count"}]}
        with pytest.raises(TooSlow):
            await store.query("t", parse_plan(plan))
        assert (await store.query("t", parse_plan({"from": "club.notes", "limit": 1}))).rows
        await store.close()

    asyncio.run(go())


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        await store.close()
        await store.close()
        with pytest.raises(Unavailable, match="closed"):
            store.get("t", "notes", ["a"])
        with pytest.raises(Unavailable, match="closed"):
            await put(store, "a", n=1)
        with pytest.raises(Unavailable, match="closed"):
            await store.query("t", parse_plan({"from": "club.notes"}))

    asyncio.run(go())


def test_closing_writes_what_is_queued(tmp_path: Path) -> None:
    async def go() -> None:
        store = opened(tmp_path)
        writes = [asyncio.create_task(put(store, str(n), n=n)) for n in range(50)]
        await asyncio.sleep(0)
        await store.close()
        assert await asyncio.gather(*writes) == [None] * 50

    asyncio.run(go())
    store = opened(tmp_path)
    assert store.seq() == 50
    asyncio.run(store.close())
