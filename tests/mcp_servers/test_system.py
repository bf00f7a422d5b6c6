"""The system server remembers for the orchestrator: sources, domains, conversations; bounded, and per tenant."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from random import Random
from threading import Timer
from typing import Any

import pytest
from pydantic import ValidationError

from mcp_servers.loading.staging import clean_name, stem
from mcp_servers.serving.door import door_local
from mcp_servers.stores import sqlite_sums as sums
from mcp_servers.system import server as rooms
from mcp_servers.system import store
from mcp_servers.system.server import SystemServer, build_system
from registry import limits
from registry.access import LOCAL, Principal
from registry.clock import ManualClock
from registry.domain import BUILTIN
from registry.errors import BadInput, Conflict, Denied, NotFound, TooLarge
from registry.tool import Call

pytestmark = pytest.mark.anyio
ME = Call(LOCAL)
OTHER = Call(Principal(tenant="other"))
SHOP = "domain: shop\ncollections:\n  orders:\n    fields:\n      total: {type: decimal}\n"


class House:
    """A data folder, and a folder that `path` may reach."""

    def __init__(self, tmp_path: Path) -> None:
        self.data = tmp_path / "data"
        self.open = tmp_path / "open"
        self.open.mkdir()
        self.clock = ManualClock(1_700_000_000_000_000)
        self.server = self.another()

    def another(self) -> SystemServer:
        """One more process on the same folder."""
        return build_system(
            self.data, clock=self.clock, door=door_local(), rng=Random(0), roots=[self.open]
        )

    async def call(
        self, tool: str, who: Call = ME, server: SystemServer | None = None, **arguments: Any
    ) -> Any:
        found = next(t for t in (server or self.server).surface.tools() if t.name == tool)
        return (await found.handler(who, found.params(**arguments))).data


@pytest.fixture
async def house(tmp_path: Path) -> Any:
    made = House(tmp_path)
    yield made
    await made.server.close()


def test_all_tools_are_internal_and_described(tmp_path: Path) -> None:
    tools = House(tmp_path).server.surface.tools()
    assert {t.name for t in tools} == {
        "stage", "peek", "domains", "domain_add", "domain_remove", "conversation_get", "conversation_put", "conversation_drop",
        "check", "backup", "backups", "restore", "known_backups", "lead",
        "hold_add", "hold_remove", "holds", "custody_log", "erasure_check",
        "erasure_begin", "erasure_keep", "erasure_finish", "erasures", "custody_due", "forget",
        "lessons", "lesson_put", "lesson_drop", "lessons_forget",
    }  # fmt: skip
    assert all(t.internal and t.description for t in tools)


# -- staging -------------------------------------------------------------------------------------


async def test_a_file_under_a_root_is_pinned_and_not_copied(house: House) -> None:
    path = house.open / "a.csv"
    path.write_text("n\n1\n2\n")
    staged = await house.call("stage", path=str(path))
    assert (staged["name"], staged["bytes"]) == ("a.csv", 6)
    assert [p.suffix for p in (house.data / "staging").iterdir()] == [".json"]
    peeked = await house.call("peek", handle=staged["handle"])
    assert peeked["tables"][0]["rows"] == 2
    path.write_text("n\n3\n2\n1\n")
    with pytest.raises(Conflict, match="changed"):
        await house.call("peek", handle=staged["handle"])


async def test_text_and_records_are_staged_as_they_are(house: House) -> None:
    text = await house.call("stage", text="a;b\n1;2\n", name="../x/t.csv")
    assert text["name"] == "t.csv"
    records = await house.call("stage", records=[{"a": 1}, {"a": 2, "b": [3]}])
    for handle, headers in ((text["handle"], ["a", "b"]), (records["handle"], ["a", "b"])):
        table = (await house.call("peek", handle=handle))["tables"][0]
        assert [c["header"] for c in table["columns"]] == headers
    if sys.platform != "win32":
        assert {p.stat().st_mode & 0o777 for p in (house.data / "staging").iterdir()} == {0o600}


@pytest.mark.parametrize(
    "arguments", [{}, {"text": "a", "path": "b"}, {"text": "a", "records": []}]
)
async def test_exactly_one_source_is_given(house: House, arguments: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match="one of"):
        await house.call("stage", **arguments)


async def test_too_much_inline_is_refused_with_what_to_do(house: House) -> None:
    with pytest.raises(TooLarge, match="path"):
        await house.call("stage", text="x" * (limits.INLINE_BYTES_MAX + 1))


async def test_a_path_reaches_only_the_open_folders(house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("key\n1\n")
    (house.data / "key.csv").write_text("key\n1\n")
    (house.open / "link.csv").symlink_to(secret)
    (house.open / "inner").symlink_to(house.data)
    paths = [
        str(secret), str(house.open / "link.csv"), str(house.open / "../secret.csv"), str(house.open / "inner/key.csv"),
        str(house.data / "key.csv"), "/etc/passwd", "nope.csv", "\0", "", str(house.open / "no.csv"),
    ]  # fmt: skip
    for path in paths:
        with pytest.raises(Denied):
            await house.call("stage", path=path)


async def test_the_data_folder_is_not_a_source_even_under_a_root(tmp_path: Path) -> None:
    house = House(tmp_path)
    server = build_system(
        house.data, clock=house.clock, door=door_local(), rng=Random(1), roots=[tmp_path]
    )
    (house.data / "key").write_bytes(b"x" * 32)
    with pytest.raises(Denied):
        await house.call("stage", server=server, path=str(house.data / "key"))


@pytest.mark.skipif(sys.platform == "win32", reason="FIFOs are POSIX")
async def test_folders_pipes_and_devices_are_not_files(house: House) -> None:
    os.mkfifo(house.open / "pipe.csv")
    (house.open / "folder.csv").mkdir()
    for name in ("pipe.csv", "folder.csv"):
        with pytest.raises(BadInput):
            await house.call("stage", path=str(house.open / name))


async def test_without_open_folders_no_path_is_read(tmp_path: Path) -> None:
    server = build_system(tmp_path, clock=ManualClock(), door=door_local(), rng=Random(0))
    tool = next(t for t in server.surface.tools() if t.name == "stage")
    with pytest.raises(Denied, match="roots"):
        await tool.handler(ME, tool.params(path=str(tmp_path)))


@pytest.mark.promise(7)
async def test_handles_and_conversations_are_of_their_tenant(house: House) -> None:
    staged = await house.call("stage", text="a\n1\n")
    with pytest.raises(NotFound):
        await house.call("peek", OTHER, handle=staged["handle"])
    await house.call("conversation_put", id="c", turn={"q": 1})
    assert (await house.call("conversation_get", OTHER, id="c"))["turns"] == []


@pytest.mark.promise(8)
async def test_a_conversation_is_of_the_subject_who_has_it(house: House) -> None:
    colleague = Call(Principal(subject="colleague"))
    await house.call("conversation_put", id="monday", turn={"q": 1})
    assert (await house.call("conversation_get", colleague, id="monday"))["turns"] == []
    assert (await house.call("conversation_get", id="monday"))["turns"] == [{"q": 1}]


async def test_expired_handles_are_forgotten_with_their_bytes(house: House) -> None:
    staged = await house.call("stage", text="a\n1\n")
    house.clock.advance(limits.STAGING_SECONDS_MAX + 10)
    with pytest.raises(NotFound):
        await house.call("peek", handle=staged["handle"])


async def test_a_reader_may_not_stage(house: House) -> None:
    reader = Call(Principal(roles=("reader",)))
    with pytest.raises(Denied):
        await house.call("stage", reader, text="a\n1\n")
    writer = Call(Principal(roles=("writer",), domains=("user",)))
    assert (await house.call("stage", writer, text="a\n1\n"))["handle"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.csv", "a"), ("a.b.csv.gz", "a.b"), ("x", "x"), (".csv", ".csv"), ("/p/q.json", "q")],
)
def test_the_stem_of_a_name(name: str, expected: str) -> None:
    assert stem(name) == expected


def test_a_name_is_never_a_path() -> None:
    assert clean_name("../../etc/\x1b[0mpasswd") == "[0mpasswd"
    assert clean_name("C:\\temp\\x.csv") == "x.csv"
    assert clean_name("") == "inline"


# -- domains -------------------------------------------------------------------------------------


async def test_the_twelve_domains_are_there_and_an_epoch_saves_the_rest(house: House) -> None:
    data = await house.call("domains")
    assert {spec["domain"] for spec in data["domains"]} == set(BUILTIN)
    assert data["faults"] == {} and data["added"] == []
    assert await house.call("domains", since_epoch=data["epoch"]) == {"epoch": data["epoch"]}


async def test_an_added_domain_moves_the_epoch_for_every_process(house: House) -> None:
    second = house.another()
    before = await house.call("domains")
    added = await house.call("domain_add", yaml=SHOP)
    assert added["changed"] and added["epoch"] > before["epoch"]
    seen = await house.call("domains", server=second, since_epoch=before["epoch"])
    assert seen["epoch"] == added["epoch"] and seen["added"] == ["shop"]
    again = await house.call("domain_add", yaml=SHOP)
    assert not again["changed"] and again["epoch"] == added["epoch"]
    await second.close()


async def test_a_yaml_file_changed_by_hand_moves_the_epoch(house: House) -> None:
    before = (await house.call("domains"))["epoch"]
    (house.data / "domains").mkdir(parents=True, exist_ok=True)
    (house.data / "domains" / "shop.yaml").write_text(SHOP)
    after = await house.call("domains", since_epoch=before)
    assert after["epoch"] == before + 1 and "shop" in after["added"]


async def test_a_broken_yaml_takes_only_its_own_domain_away(house: House) -> None:
    folder = house.data / "domains"
    folder.mkdir(parents=True)
    (folder / "shop.yaml").write_text("domain: [")
    (folder / "odd.yaml").write_text(SHOP)
    data = await house.call("domains")
    assert set(data["faults"]) == {"shop.yaml", "odd.yaml"}
    assert len(data["domains"]) == len(BUILTIN)


async def test_another_domain_of_the_same_name_needs_replace(house: House) -> None:
    await house.call("domain_add", yaml=SHOP)
    wider = SHOP + "      note: {type: text}\n"
    with pytest.raises(Conflict, match="replace"):
        await house.call("domain_add", yaml=wider)
    assert (await house.call("domain_add", yaml=wider, replace=True))["changed"]


async def test_a_removed_domain_is_set_aside_and_a_builtin_one_stays(house: House) -> None:
    await house.call("domain_add", yaml=SHOP)
    await house.call("domain_remove", name="shop")
    assert (await house.call("domains"))["added"] == []
    assert len(list((house.data / "domains" / "removed").iterdir())) == 1
    for name in ("user", "shop", "../key"):
        with pytest.raises((NotFound, BadInput)):
            await house.call("domain_remove", name=name)


@pytest.mark.parametrize(
    "yaml", ["", "domain: http\ncollections: {}", "a: &x 1\nb: *x", "domain: s\ncollections:\n  c: {}"]
)  # fmt: skip
async def test_a_spec_that_is_wrong_is_refused_and_changes_nothing(house: House, yaml: str) -> None:
    before = (await house.call("domains"))["epoch"]
    with pytest.raises(BadInput):
        await house.call("domain_add", yaml=yaml)
    assert (await house.call("domains"))["epoch"] == before


async def test_only_administrators_add_domains(house: House) -> None:
    with pytest.raises(Denied):
        await house.call("domain_add", Call(Principal(roles=("editor",))), yaml=SHOP)


# -- conversations -------------------------------------------------------------------------------


async def test_a_conversation_keeps_its_last_turns_in_order(house: House) -> None:
    key = (await house.call("conversation_put", turn={"n": 0}))["id"]
    for n in range(1, limits.CONVERSATION_TURNS_MAX + 5):
        await house.call("conversation_put", id=key, turn={"n": n})
    turns = (await house.call("conversation_get", id=key, server=house.another()))["turns"]
    assert [t["n"] for t in turns] == list(range(5, limits.CONVERSATION_TURNS_MAX + 5))


async def test_conversations_are_forgotten_after_a_day(house: House) -> None:
    await house.call("conversation_put", id="c", turn={"n": 1})
    house.clock.advance(86_401)
    assert (await house.call("conversation_get", id="c"))["turns"] == []


async def test_a_conversation_of_large_turns_keeps_the_last_that_fit(house: House) -> None:
    large = "x" * (limits.CONVERSATION_BYTES_MAX // 3)
    for n in range(6):
        await house.call("conversation_put", id="c", turn={"n": n, "text": large})
    turns = (await house.call("conversation_get", id="c"))["turns"]
    assert [t["n"] for t in turns] == [4, 5]
    await house.call("conversation_put", id="c", turn={"n": 6, "text": large * 4})
    assert [t["n"] for t in (await house.call("conversation_get", id="c"))["turns"]] == [6]


async def test_a_conversation_is_deleted_by_whoever_has_it_and_by_nobody_else(house: House) -> None:
    await house.call("conversation_put", id="c", turn={"n": 1})
    colleague = Call(Principal("bo", roles=("reader",)))
    assert (await house.call("conversation_drop", colleague, id="c"))["turns"] == 0
    assert (await house.call("conversation_drop", OTHER, id="c"))["turns"] == 0
    assert (await house.call("conversation_drop", id="c"))["turns"] == 1
    assert (await house.call("conversation_get", id="c"))["turns"] == []


async def test_the_oldest_conversations_of_a_tenant_make_room(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "NOTES_MAX", 3)
    await house.call("conversation_put", OTHER, id="theirs", turn={"n": 1})
    for n in range(5):
        house.clock.advance(1)
        await house.call("conversation_put", id=f"c{n}", turn={"n": n})
    kept = [bool((await house.call("conversation_get", id=f"c{n}"))["turns"]) for n in range(5)]
    assert kept == [False, False, True, True, True]
    assert (await house.call("conversation_get", OTHER, id="theirs"))["turns"]


async def test_a_turn_that_is_too_large_is_refused(house: House) -> None:
    with pytest.raises(TooLarge):
        await house.call("conversation_put", turn={"text": "x" * (1 << 20)})


def test_unknown_arguments_are_refused() -> None:
    with pytest.raises(ValidationError):
        rooms.StageParams(path="x", surprise=1)  # type: ignore[call-arg]


# -- leases --------------------------------------------------------------------------------------


async def test_one_holder_leads_at_a_time_until_its_lease_ends(house: House) -> None:
    async def lead(holder: str, server: SystemServer | None = None) -> Any:
        given = {"name": "cooling", "holder": holder, "seconds": 10}
        return (await house.call("lead", server=server, **given))["leads"]

    other = house.another()
    assert await lead("a") is True
    assert await lead("b", other) is False
    house.clock.advance(9)
    assert await lead("a") is True
    house.clock.advance(9)
    assert await lead("b", other) is False
    house.clock.advance(1)
    assert await lead("b", other) is True
    assert await lead("a") is False
    assert (await house.call("lead", name="other", holder="a", seconds=1))["leads"] is True
    with pytest.raises(Denied):
        reader = Call(Principal(roles=("reader",)))
        await house.call("lead", who=reader, name="cooling", holder="c", seconds=1)
    await other.close()


async def test_a_server_that_opens_while_another_makes_the_file_waits_for_it(
    tmp_path: Path,
) -> None:
    """Changing the journal mode does not wait for whoever writes, by itself."""
    other = sums.open_file(tmp_path / "system.db")
    other.execute("CREATE TABLE first(one); BEGIN IMMEDIATE")
    release = Timer(0.3, lambda: other.execute("COMMIT"))
    release.start()
    store.SystemStore(tmp_path, ManualClock(0)).close()
    release.join()
    other.close()
