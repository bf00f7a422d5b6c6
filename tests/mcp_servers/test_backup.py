"""Backups: of one moment per domain, each byte once, torn ones are none, and what is restored is what was there."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from mcp_servers.ports import Draft
from mcp_servers.safety import backup, restore
from mcp_servers.safety.backup import Taken, known_backups, take
from mcp_servers.safety.manifests import parse_manifest
from mcp_servers.safety.restore import Restored
from mcp_servers.safety.vault import Vault
from mcp_servers.segments import State
from mcp_servers.stores.sqlite_copy import Pin
from mcp_servers.system.store import SystemStore
from mcp_servers.tiered import open_store
from registry.errors import (
    BadInput,
    Conflict,
    Corrupt,
    IsothermError,
    NotFound,
    TooBusy,
    Unavailable,
)
from registry.limits import BACKUP_PIN_SECONDS, SEGMENT_GRACE_SECONDS
from registry.plan import parse_plan
from tests.mcp_servers.houses import House, cool, everything, notes, put, spec
from tests.mcp_servers.test_old_folders import OLD


class Yard(House):
    """A data folder beside a backup target."""

    def __init__(self, house: House) -> None:
        super().__init__(house.folder / "data")
        self.clock, self.opened = house.clock, house.opened
        self.target = house.folder / "target"

    async def take(self, **how: Any) -> Taken:
        self.clock.advance(1)
        return await asyncio.to_thread(take, self.folder, self.target, self.clock, **how)

    def restore(self, name: str = "again", **how: Any) -> Restored:
        return restore.restore(self.target, self.folder.with_name(name), **how)

    async def restored(self, name: str = "again", **how: Any) -> Any:
        """A store of the restored domain."""
        made = await asyncio.to_thread(self.restore, name, **how)
        store = open_store(spec(), made.folder, self.clock)
        self.opened.append(store)
        assert (await store.inspect()).faults == []
        return store


@pytest.fixture
def yard(run: Any) -> Callable[[Any], None]:
    return lambda test: run(lambda house: test(Yard(house)))


def sizes(folder: Path) -> dict[str, int]:
    return {
        p.relative_to(folder).as_posix(): p.stat().st_size
        for p in folder.rglob("*")
        if p.is_file() and p.name != "lock"
    }


async def furnished(yard: Yard, count: int = 300) -> Any:
    """Rows and a segment with dead records, an added domain's file, a conversation."""
    store = yard.open()
    await put(store, notes(count))
    await cool(store)
    await put(store, notes(20, n=-1))
    await store.delete("t", "notes", ["n00030"])
    (yard.folder / "domains").mkdir()
    (yard.folder / "domains" / "club.yaml").write_text("domain: club\n")
    system = SystemStore(yard.folder, yard.clock)
    system.keep("t", "conversation", "c1", lambda _: ["turn"])
    system.close()
    return store


# -- taking --------------------------------------------------------------------------------------


def test_a_restored_folder_holds_what_was_there_and_only_that(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        want = await everything(store)
        found = await store.query("t", _words("word3"))
        taken = await yard.take()
        await put(store, notes(50, n=7))
        again = await yard.restored()
        assert await everything(again) == want
        assert (await again.query("t", _words("word3"))).rows == found.rows
        assert again.get("t", "notes", ["n00200"]) == store.get("t", "notes", ["n00200"])
        folder = yard.folder.with_name("again")
        assert (folder / "domains" / "club.yaml").read_text() == "domain: club\n"
        system = SystemStore(folder, yard.clock)
        assert system.note("t", "conversation", "c1") == ["turn"]
        system.close()
        moment = taken.manifest.domains["club"]
        assert (moment.segments, moment.quarantined, moment.format) == (1, (), 2)
        assert not (folder / "key").exists() and not (folder / "staging").exists()
        await put(again, [Draft("new", {"n": 1})])
        await again.mover.warm((await again.mover.segments())[0].number)
        assert len(await everything(again)) == len(want) + 1

    yard(test)


def test_nothing_is_copied_twice_into_a_target(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        first = await yard.take()
        assert first.written == first.manifest.size
        blobs = sizes(yard.target / "blobs")
        second = await yard.take()
        assert second.written == 0 and sizes(yard.target / "blobs") == blobs
        await put(store, [Draft("new", {"n": 1})])
        third = await yard.take()
        assert 0 < third.written < first.written
        changed = {e.path for e in third.manifest.files} - {
            e.path for e in third.manifest.files if e in first.manifest.files
        }
        assert changed == {"rows/club.db"}
        assert Vault(yard.target).ids() == [t.manifest.id for t in (third, second, first)]
        assert [k.id for k in known_backups(yard.folder)] == [
            t.manifest.id for t in (first, second, third)
        ]

    yard(test)


def test_what_was_deleted_is_not_in_a_new_backup_nor_in_its_free_pages(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = yard.open()
        await put(store, [Draft(f"s{n}", {"text": f"unmistakable{n}", "n": n}) for n in range(200)])
        await put(store, notes(5))
        await store.delete("t", "notes", [f"s{n}" for n in range(200)])
        await yard.take()
        blobs = [p.read_bytes() for p in (yard.target / "blobs").rglob("*") if p.is_file()]
        assert not any(b"unmistakable" in blob for blob in blobs)

    yard(test)


def test_a_backup_that_is_cut_short_anywhere_is_none_and_the_next_one_goes_on(yard: Any) -> None:
    class Crash(Exception):
        pass

    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        steps = ["snapshot", "object", "copied", "written"]
        for cut in steps:

            def crash(step: str, cut: str = cut) -> None:
                if step == cut:
                    raise Crash(step)

            with pytest.raises(Crash):
                await yard.take(on_step=crash)
            if cut != "written":
                with pytest.raises(NotFound):
                    Vault(yard.target).read()
                assert known_backups(yard.folder) == []
        await yard.take()
        assert await everything(await yard.restored()) == await everything(store)

    yard(test)


def test_objects_that_retire_during_a_backup_stay_until_it_has_them(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        want = await everything(store)
        loop = asyncio.get_running_loop()
        pinned: list[int] = []

        async def warm_and_sweep() -> None:
            for segment in await store.mover.segments():
                await store.mover.warm(segment.number)
            yard.clock.advance(SEGMENT_GRACE_SECONDS + 1)
            pinned.append(await store.mover.sweep())

        def meddle(step: str) -> None:
            if step == "snapshot":
                asyncio.run_coroutine_threadsafe(warm_and_sweep(), loop).result(30)

        taken = await yard.take(on_step=meddle)
        assert pinned == [0] and taken.manifest.domains["club"].segments == 1
        assert await store.mover.sweep() == 1
        again = await yard.restored()
        assert await everything(again) == want
        assert [s.state for s in await again.mover.segments()] == [State.COLD]

    yard(test)


def test_the_pin_of_a_backup_that_died_ends_by_itself(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        Pin(yard.folder / "rows" / "club.db", "dead").until(
            yard.clock.now_us() + BACKUP_PIN_SECONDS * 1_000_000
        )
        (segment,) = await store.mover.segments()
        await store.mover.warm(segment.number)
        yard.clock.advance(SEGMENT_GRACE_SECONDS + 1)
        assert await store.mover.sweep() == 0
        yard.clock.advance(BACKUP_PIN_SECONDS)
        assert await store.mover.sweep() == 1

    yard(test)


def test_one_backup_at_a_time_is_written_to_a_target_and_never_into_the_data(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard)
        with Vault(yard.target).alone(), pytest.raises(TooBusy):
            await yard.take()
        for inside in (yard.folder, yard.folder / "backups", yard.folder.parent):
            with pytest.raises(BadInput):
                take(yard.folder, inside, yard.clock)
        (link := yard.folder.parent / "link").symlink_to(yard.folder)
        for inside in (link, link / "backups"):
            with pytest.raises(BadInput):
                take(yard.folder, inside, yard.clock)
        assert not (yard.folder / "manifests").exists()
        (yard.folder.parent / "file").touch()
        with pytest.raises(IsothermError):
            take(yard.folder, yard.folder.parent / "file", yard.clock)

    yard(test)


def test_an_object_that_rotted_stops_the_backup_until_it_is_in_quarantine(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        await yard.take()
        (path,) = [p for p in yard.objects if p.suffix == ".parquet"]
        path.write_bytes(path.read_bytes()[::-1])
        other = yard.target.with_name("other")
        with pytest.raises(Corrupt, match="check --deep"):
            take(yard.folder, other, yard.clock)
        await store.quarantine.take([f.segment for f in (await store.inspect()).faults])
        taken = take(yard.folder, other, yard.clock)
        (lost,) = taken.manifest.domains["club"].quarantined
        made = restore.restore(other, yard.folder.with_name("partly"))
        partly = open_store(spec(), made.folder, yard.clock)
        yard.opened.append(partly)
        with pytest.raises(Corrupt, match="repair"):
            await everything(partly)
        blobs = Vault(yard.target).blobs.path
        back = await partly.quarantine.release(lambda s: blobs / s.checksum[:2] / s.checksum)
        assert back == [lost] and len(await everything(partly)) == 299

    yard(test)


def test_pruning_keeps_the_newest_and_removes_only_what_no_manifest_names(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        for n in range(4):
            await put(store, [Draft(f"more{n}", {"n": n})])
            await yard.take()
        want = await everything(store)
        ids, files = backup.prune(yard.folder, yard.target, 2)
        assert len(ids) == 2 and files == 2
        vault = Vault(yard.target)
        assert vault.ids() == [k.id for k in reversed(known_backups(yard.folder))]
        for manifest in vault.every()[0]:
            restore.verify(vault, manifest)
        assert await everything(await yard.restored()) == want
        with pytest.raises(BadInput):
            backup.prune(yard.folder, yard.target, 0)
        (yard.target / "manifests" / f"{vault.ids()[0]}.json").write_bytes(b"{}")
        with pytest.raises(Corrupt, match="Nothing was removed"):
            backup.prune(yard.folder, yard.target, 1)

    yard(test)


# -- restoring -----------------------------------------------------------------------------------


def test_every_damaged_byte_of_a_backup_is_found_before_anything_is_made(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard, 30)
        await yard.take()
        files = [p for p in yard.target.rglob("*") if p.is_file() and p.name != "lock"]
        for path in files:
            sound = path.read_bytes()
            for harm in (sound[:-1], sound[:9] + bytes([sound[9] ^ 1]) + sound[10:], None):
                if harm is None:
                    path.unlink()
                else:
                    path.write_bytes(harm)
                with pytest.raises((Corrupt, NotFound)):
                    yard.restore()
                assert not yard.folder.with_name("again").exists()
                path.write_bytes(sound)
        yard.restore()

    yard(test)


def test_damaged_copies_are_discarded_so_that_the_next_backup_copies_them_again(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard)
        taken = await yard.take()
        path = max(
            (yard.target / "blobs").rglob("*"), key=lambda p: p.is_file() and p.stat().st_size
        )
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(Corrupt):
            restore.verify(Vault(yard.target), taken.manifest)
        assert len(Vault(yard.target).mend()) == 1
        assert (await yard.take()).written > 0
        yard.restore()

    yard(test)


def test_a_folder_with_something_in_it_is_left_alone_unless_told_and_then_set_aside(
    yard: Any,
) -> None:
    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        want = await everything(store)
        await yard.take()
        await put(store, notes(30, n=5))
        with pytest.raises(Conflict, match="--replace"):
            yard.restore("data")
        with pytest.raises(Conflict, match="stop it first"):
            yard.restore("data", replace=True)
        await store.close()
        yard.opened.clear()
        made = yard.restore("data", replace=True)
        assert made.aside is not None and (made.aside / "rows" / "club.db").is_file()
        assert await everything(yard.open()) == want
        with pytest.raises(BadInput):
            restore.restore(yard.target, yard.target / "in")
        documents = yard.folder.with_name("documents")
        documents.mkdir()
        (documents / "letter.txt").write_text("dear")
        with pytest.raises(Conflict):
            yard.restore("documents")
        assert (documents / "letter.txt").read_text() == "dear"
        (empty := yard.folder.with_name("empty")).mkdir()
        assert yard.restore("empty").folder == empty

    yard(test)


@pytest.mark.parametrize("linked", [False, True])
def test_a_restore_never_touches_files_that_no_restore_has_made(yard: Any, linked: bool) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard)
        await yard.take()
        made = yard.folder.with_name("again.restoring")
        mine = yard.folder.with_name("mine") if linked else made
        mine.mkdir()
        (mine / "letter.txt").write_text("dear")
        if linked:
            made.symlink_to(mine)
        with pytest.raises(Conflict, match="in the way"):
            yard.restore()
        assert [path.name for path in mine.rglob("*")] == ["letter.txt"]
        made.rename(yard.folder.with_name("elsewhere"))
        assert [p for p in yard.restore().folder.iterdir() if p.name.startswith(".")] == []

    yard(test)


def test_a_restore_through_a_link_fills_the_folder_behind_it(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        want = await everything(await furnished(yard))
        await yard.take()
        (behind := yard.folder.with_name("behind")).mkdir()
        yard.folder.with_name("again").symlink_to(behind)
        assert await everything(await yard.restored()) == want
        assert (behind / "rows").is_dir()

    yard(test)


def test_a_restore_that_is_cut_short_anywhere_goes_on_and_never_looks_finished(yard: Any) -> None:
    class Crash(Exception):
        pass

    async def test(yard: Yard) -> None:
        store = await furnished(yard)
        want = await everything(store)
        await yard.take()
        await store.close()
        yard.opened.clear()
        steps: list[str] = []
        yard.restore("count", on_step=steps.append)
        for n in range(len(steps) + 1):
            left = n

            def crash(step: str) -> None:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Crash(step)

            folder = yard.folder.with_name("again")
            there = folder.exists()
            try:
                yard.restore(replace=True, on_step=crash)
            except Crash as cut:
                assert str(cut) in ("aside", "renamed") or folder.exists() == there
                yard.restore(replace=True)
            reader = open_store(spec(), folder, yard.clock)
            assert await everything(reader) == want
            await reader.close()
        assert not list(yard.folder.parent.glob("*.restoring"))

    yard(test)


def test_a_backup_of_a_newer_version_says_to_upgrade(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard)
        manifest = (await yard.take()).manifest
        data = orjson.loads(manifest.dump())
        inner = orjson.loads(data["manifest"])
        newer = _sealed(inner | {"format": 99})
        with pytest.raises(Unavailable, match="Upgrade"):
            parse_manifest(newer, "x")
        moment = inner["domains"]["club"] | {"format": 99}
        path = yard.target / "manifests" / f"{manifest.id}.json"
        path.write_bytes(_sealed(inner | {"domains": {"club": moment}}))
        with pytest.raises(Unavailable, match="Upgrade"):
            yard.restore()

    yard(test)


@pytest.mark.parametrize("path", ["../out", "/etc/x", "a/../../x", "C:x", "a\\b"])
def test_a_manifest_never_leads_out_of_the_folder(path: str) -> None:
    entry = {"path": path, "sum": "0" * 32, "bytes": 1}
    data = {"format": 1, "id": "x", "made_us": 1, "files": [entry], "domains": {}}
    with pytest.raises(Corrupt):
        parse_manifest(_sealed(data), "x")


def test_an_old_folder_is_backed_up_as_it_is(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        (yard.folder / "rows").mkdir(parents=True)
        (yard.folder / "rows" / "old.db").write_bytes((OLD / "format1.db").read_bytes())
        taken = await yard.take()
        assert taken.manifest.domains["old"].format == 1
        made = await asyncio.to_thread(yard.restore)
        assert os.listdir(made.folder / "rows") == ["old.db"]

    yard(test)


def test_a_restored_folder_knows_the_backups_there_are(yard: Any) -> None:
    async def test(yard: Yard) -> None:
        await furnished(yard)
        first, second = await yard.take(), await yard.take()
        made = yard.restore(id=first.manifest.id)
        known = known_backups(made.folder)
        assert [k.id for k in known] == [first.manifest.id, second.manifest.id]
        assert {k.target for k in known} == {str(yard.target)}
        with pytest.raises(NotFound):
            yard.restore("other", id="nothing")

    yard(test)


def _sealed(data: dict[str, Any]) -> bytes:
    body = orjson.dumps(data)
    sum = hashlib.blake2b(body, digest_size=16).hexdigest()
    return orjson.dumps({"manifest": body.decode(), "sum": sum})


def _words(text: str) -> Any:

    return parse_plan(
        {
            "from": "club.notes",
            "select": ["id"],
            "where": {"op": "match", "text": text},
            "limit": 1_000,
        }
    )
